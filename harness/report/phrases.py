"""The words that terminal, Markdown and page share. Nothing is escaped here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from harness.analysis import causes as known_causes
from harness.analysis import units
from harness.analysis.compare.effects import Comparable
from harness.analysis.compare.gates import GateState
from harness.analysis.compare.status_changes import ChangeKind
from harness.analysis.groups import differs
from harness.analysis.units import counted, some

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.analysis.compare import Comparison
    from harness.analysis.compare.change_groups import ChangeGroup, Members
    from harness.analysis.compare.figure_changes import FigureGroup, Figures
    from harness.analysis.compare.gates import GateResult
    from harness.analysis.compare.suspects import Suspects
    from harness.analysis.groups import OutcomeGroup


CUT = units.CUT  # templates ask for it here

#: Before the number of cells.
KINDS = {
    ChangeKind.DRIFTS: "Ok before, now predicting something else without an error",
    ChangeKind.BREAKS: "Ok before, now failing",
    ChangeKind.LOST: "Ok before, not tried or not comparable any more",
    ChangeKind.PASSES: "Passing unexpectedly",
    ChangeKind.MISLEADS: "Failing before, now predicting something else without an error",
    ChangeKind.WORSE: "Drifting more than before, or in something more serious",
    ChangeKind.OTHER: "Failing or drifting in another way",
    ChangeKind.TRIED: "Not tried or not comparable before, now failing or drifting",
    ChangeKind.UNTRIED: "Failing or drifting before, not tried or not comparable any more",
    ChangeKind.GONE: "In BASE only",
    ChangeKind.FIXED: "Failing or drifting before, now ok",
    ChangeKind.GAINED: "Not tried or not comparable before, now ok",
    ChangeKind.NEW: "In NEW only",
}
#: Reported even if there is none.
ALWAYS = (ChangeKind.DRIFTS, ChangeKind.BREAKS, ChangeKind.LOST)
_COMMON = {
    "consumer": "loaded by {0}", "producer": "dumped by {0}", "case": "{0}", "format": "format {0}",
    "reader": "reader {0}", "all": "everything", "message": "one message", "": "the others",
}  # fmt: skip


def why(group: OutcomeGroup) -> str:
    """Why a group fails or changes, in one sentence; empty if that is not known."""
    cause = known_causes.by_name().get(group.cause or "")
    if cause is None:
        return ""
    sentence, since = cause.sentence.removesuffix("."), group.since or cause.since
    return sentence if since in sentence else f"{sentence} (since {since})"


def common(by: str, members: Members) -> str:
    """Say what a group has in common."""
    first = getattr(members, f"{by}s", ("",))
    return _COMMON[by].format(first[0] if first else "")


def rest(by: str, members: Members) -> str:
    """Say what else a group consists of."""
    parts = [
        "" if by == "case" else some(members.cases, "case"),
        "" if by == "format" else some(members.formats, "format"),
        _role("dumped by", members.producers, "producer", by),
        _role("loaded by", members.consumers, "consumer", by),
    ]
    if members.readers and by != "reader" and members.readers != members.formats:
        parts.append(f"through {some(members.readers, 'reader')}")
    return "; ".join(filter(None, parts))


def _role(verb: str, names: tuple[str, ...], noun: str, by: str) -> str:
    return f"{verb} {some(names, noun, 2)}" if names and by != noun else ""


def statuses(group: ChangeGroup) -> str:
    """``ok → 3 drift, 1 crash``."""
    sides = [_listed(counts, group.count) for counts in (group.was, group.now)]
    if sides[0] == sides[1]:
        return f"{sides[0]} as before, but another" if group.kind is ChangeKind.OTHER else sides[0]
    return " → ".join(filter(None, sides))


def _listed(counts: Mapping[str, int], of: int) -> str:
    return ", ".join(status if count == of else f"{count} {status}" for status, count in counts.items())


def share(group: ChangeGroup | FigureGroup) -> str:
    """``12 of 40``, ``all 40``."""
    if group.by in {"", "message"}:
        return f"{group.count:,}"
    return f"all {group.of:,}" if group.count == group.of > 1 else f"{group.count:,} of {group.of:,}"


def found(group: ChangeGroup) -> str:
    """Say what differs in the outputs of a group; empty if nothing was compared."""
    return differs(group.findings, group.count) if group.kind not in {ChangeKind.FIXED, ChangeKind.GAINED} else ""


def causes(causes: Suspects) -> str:
    """Say what else changed: packages with both versions, or just the name of one that came or went."""
    lines = [f"the code or data of {some(causes.recoded, 'case')}"] if causes.recoded else []
    replaced = [changes for changes in causes.packages if any(c.was and c.now for c in changes)]
    for changes in replaced:
        others = [f"{other.was or 'none'} → {other.now or 'none'}" for other in changes[1:]]
        lines.append(
            " or ".join([f"{changes[0].name} {changes[0].was or 'none'} → {changes[0].now or 'none'}", *others])
        )
    for word, gone in (("came", False), ("went", True)):
        names = [c[0].name for c in causes.packages if c not in replaced and bool(c[0].was) == gone]
        lines += [f"{', '.join(names)} {word}"] if names else []
    return f"changed there: {'; '.join(lines)}" if lines else "no package changed there"


def ratios(group: FigureGroup) -> str:
    """``1.5x``, ``1.2x to 1.9x``: NEW over BASE, the smallest change first."""
    ends = dict.fromkeys("from nothing" if ratio is None else f"{ratio:.3g}x" for ratio in (group.least, group.most))
    return " to ".join(ends)


def machine(figures: Figures) -> list[str]:
    """Say what cannot be compared because the machines differ, and how they differ."""
    if not figures.measured:
        return ["neither run has measured figures: only sizes are compared"]
    lines = []
    if figures.common is not Comparable.SAME:
        what = "seconds are" if figures.common is Comparable.ALIKE else "seconds and memory are"
        lines.append(f"the runs are not known to be from the same machine: {what} not compared")
    for what, ratio in figures.machine_drift.items():
        lines.append(
            f"the machine itself took {ratio:.2f} times as long for a fixed piece of work ({what}) in NEW: "
            "only larger changes of seconds are listed"
        )
    if figures.shift is not None:
        lines.append(
            f"the median load took {figures.shift:.2f} times as long as in BASE: one thing changed for all cells, "
            "perhaps the interpreter or the machine"
        )
    return lines


def compared(figures: Figures) -> str:
    """Say how many figures were compared, and why others were not."""
    measured = f"{figures.compared:,} of {figures.measured:,} measured figures and " if figures.measured else ""
    lines = [f"{measured}{figures.sizes:,} sizes compared"]
    if figures.compared:
        lines.append(_noise(figures.past))
    lines += [f"{count:,} {reason}" for reason, count in figures.skipped.items()]
    if figures.dismissed:
        lines.append(f"{figures.dismissed:,} changes were gone when they were measured again")
    if figures.powerless:
        lines.append(f"{figures.powerless:,} have too few samples to show a change of a single one")
    return "; ".join(lines)


def confirmed(group: FigureGroup) -> str:
    """Say whether NEW measured again what changed, and it was so again; empty for sizes."""
    if group.confirmed is None:
        return ""
    return {0: "unconfirmed", group.count: "confirmed"}.get(group.confirmed, f"{group.confirmed:,} confirmed")


def _noise(past: int) -> str:
    if past > 1:
        return f"how much each varies from run to run is known from {past} earlier runs"
    return "how much each varies from run to run is not known yet: two earlier runs of this machine would tell"


def verdict(one: GateResult) -> str:
    """Describe a gate and its result."""
    if one.answer is GateState.UNJUDGED:
        return f"{one.gate.text}: could not be judged: {one.why}"
    if one.answer is GateState.HELD:
        weak = f", of which {one.powerless:,} have too few samples to cross it alone" if one.powerless else ""
        return f"{one.gate.text}: held, judged by {one.judged:,}{weak}"
    if one.why:
        return f"{one.gate.text}: crossed: {one.why}"
    more = f" and {one.count - len(one.examples):,} more" if one.count > len(one.examples) else ""
    return f"{one.gate.text}: crossed by {one.count:,} of {one.judged:,}: {', '.join(one.examples)}{more}"


def settled(comparison: Comparison) -> str:
    """Count accepted changes and expected outcomes in one line; empty if there are none."""
    path = comparison.settled.path and os.path.relpath(comparison.settled.path)
    parts = [
        counted(comparison.settled.accepted, "accepted change") if comparison.settled.accepted else "",
        counted(comparison.settled.expected, "expected outcome") if comparison.settled.expected else "",
    ]
    lines = ", ".join(filter(None, parts))
    return f"{lines}: see {path}" if lines else ""


def differences(comparison: Comparison) -> list[str]:
    """List what else differs between the runs."""
    base, new = comparison.base, comparison.new
    facts = {"profile": "profiles", "matrix_digest": "matrices", "harness_version": "versions of the harness"}
    other = [words for fact, words in facts.items() if base.get(fact) != new.get(fact)]
    lines = [f"{one.name}: {one.was or 'absent'} → {one.now or 'absent'}" for one in comparison.environments]
    reasons = [f": {one.reason}" if one.reason else "" for one in comparison.environments]
    notes = [f"the runs are of different {' and '.join(other)}"] if other else []
    if comparison.not_run:
        notes.append(f"{counted(comparison.not_run, 'cell')} of NEW did not run")
    if not comparison.common:
        notes.append("the runs have no cell in common")
    return [*notes, *(f"environment {words}{reason}" for words, reason in zip(lines, reasons, strict=True))]
