"""What a comparison says, in words that the terminal and Markdown share. Nothing is escaped here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from harness.analysis import units
from harness.analysis.compare.effects import Machine
from harness.analysis.compare.gates import Answer
from harness.analysis.compare.status_changes import Kind
from harness.analysis.groups import differs
from harness.analysis.units import counted, some

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.analysis.compare import Comparison
    from harness.analysis.compare.change_groups import Group, Members
    from harness.analysis.compare.figure_changes import FigureGroup, Figures
    from harness.analysis.compare.gates import Verdict
    from harness.analysis.compare.suspects import Causes


CUT = units.CUT  # templates ask for it here

#: Before the number of cells.
KINDS = {
    Kind.DRIFTS: "Ok before, now predicting something else without an error",
    Kind.BREAKS: "Ok before, now failing",
    Kind.LOST: "Ok before, not tried any more",
    Kind.PASSES: "Passing unexpectedly",
    Kind.MISLEADS: "Failing before, now predicting something else without an error",
    Kind.WORSE: "Drifting more than before, or in what weighs more",
    Kind.OTHER: "Failing or drifting in another way",
    Kind.TRIED: "Not tried before, now failing or drifting",
    Kind.UNTRIED: "Failing or drifting before, not tried any more",
    Kind.GONE: "In BASE only",
    Kind.FIXED: "Failing or drifting before, now ok",
    Kind.GAINED: "Not tried before, now ok",
    Kind.NEW: "In NEW only",
}
#: Told even when there is none: what a comparison is asked for.
ALWAYS = (Kind.DRIFTS, Kind.BREAKS, Kind.LOST)
_COMMON = {
    "consumer": "loaded by {0}", "producer": "dumped by {0}", "case": "{0}", "format": "format {0}",
    "reader": "reader {0}", "all": "everything", "told": "one message", "": "the others",
}  # fmt: skip


def common(by: str, members: Members) -> str:
    """What a group has in common."""
    first = getattr(members, f"{by}s", ("",))
    return _COMMON[by].format(first[0] if first else "")


def rest(by: str, members: Members) -> str:
    """Whom else a group consists of, without what its members have in common."""
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


def statuses(group: Group) -> str:
    """``ok → 3 drift, 1 crash``."""
    sides = [_listed(counts, group.count) for counts in (group.was, group.now)]
    if sides[0] == sides[1]:
        return f"{sides[0]} as before, but another" if group.kind is Kind.OTHER else sides[0]
    return " → ".join(filter(None, sides))


def _listed(counts: Mapping[str, int], of: int) -> str:
    return ", ".join(status if count == of else f"{count} {status}" for status, count in counts.items())


def share(group: Group | FigureGroup) -> str:
    """``12 of 40``, ``all 40``."""
    if group.by in {"", "told"}:
        return f"{group.count:,}"
    return f"all {group.of:,}" if group.count == group.of > 1 else f"{group.count:,} of {group.of:,}"


def found(group: Group) -> str:
    """What differs in the outputs of a group; nothing where nothing was compared."""
    return differs(group.findings, group.count) if group.kind not in {Kind.FIXED, Kind.GAINED} else ""


def causes(causes: Causes) -> str:
    """What changed beside it: other versions in full, what merely came or went by name."""
    told = [f"the code or data of {some(causes.recoded, 'case')}"] if causes.recoded else []
    replaced = [changes for changes in causes.packages if any(c.was and c.now for c in changes)]
    for changes in replaced:
        others = [f"{other.was or 'none'} → {other.now or 'none'}" for other in changes[1:]]
        told.append(
            " or ".join([f"{changes[0].name} {changes[0].was or 'none'} → {changes[0].now or 'none'}", *others])
        )
    for word, gone in (("came", False), ("went", True)):
        names = [c[0].name for c in causes.packages if c not in replaced and bool(c[0].was) == gone]
        told += [f"{', '.join(names)} {word}"] if names else []
    return f"changed there: {'; '.join(told)}" if told else "no package changed there"


def ratios(group: FigureGroup) -> str:
    """``1.5x``, ``1.2x to 1.9x``: NEW over BASE, the smallest change first."""
    ends = dict.fromkeys("from nothing" if ratio is None else f"{ratio:.3g}x" for ratio in (group.least, group.most))
    return " to ".join(ends)


def machine(figures: Figures) -> list[str]:
    """What the machines forbid to compare, and how they differ; nothing where nothing was measured."""
    if not figures.measured:
        return ["neither run has measured figures: only sizes are compared"]
    told = []
    if figures.common is not Machine.SAME:
        what = "seconds are" if figures.common is Machine.ALIKE else "seconds and memory are"
        told.append(f"the runs are not known to be from the same machine: {what} not compared")
    for what, ratio in figures.machine_drift.items():
        told.append(
            f"the machine itself took {ratio:.2f} times as long for a fixed piece of work ({what}) in NEW: "
            "seconds are told only where they changed beyond that"
        )
    if figures.shift is not None:
        told.append(
            f"the median load took {figures.shift:.2f} times as long as in BASE: one thing has changed for all, "
            "perhaps the interpreter or the machine, and not each cell by itself"
        )
    return told


def compared(figures: Figures) -> str:
    """How much was compared, and how much was not and why."""
    measured = f"{figures.compared:,} of {figures.measured:,} measured figures and " if figures.measured else ""
    told = [f"{measured}{figures.sizes:,} sizes compared"]
    told += [f"{count:,} {reason}" for reason, count in figures.skipped.items()]
    if figures.powerless:
        told.append(f"{figures.powerless:,} have too few samples for a change of one alone to be told among so many")
    return "; ".join(told)


def verdict(one: Verdict) -> str:
    """A gate, and what became of it."""
    if one.answer is Answer.UNJUDGED:
        return f"{one.gate.text}: could not be judged: {one.why}"
    if one.answer is Answer.HELD:
        weak = f", of which {one.powerless:,} have too few samples to cross it alone" if one.powerless else ""
        return f"{one.gate.text}: held, judged by {one.judged:,}{weak}"
    if one.why:
        return f"{one.gate.text}: crossed: {one.why}"
    more = f" and {one.count - len(one.examples):,} more" if one.count > len(one.examples) else ""
    return f"{one.gate.text}: crossed by {one.count:,} of {one.judged:,}: {', '.join(one.examples)}{more}"


def settled(comparison: Comparison) -> str:
    """What is no news, in one line; nothing if there is none."""
    path = comparison.settled.path and os.path.relpath(comparison.settled.path)
    parts = [
        counted(comparison.settled.accepted, "accepted change") if comparison.settled.accepted else "",
        counted(comparison.settled.expected, "expected outcome") if comparison.settled.expected else "",
    ]
    told = ", ".join(filter(None, parts))
    return f"{told}: see {path}" if told else ""


def differences(comparison: Comparison) -> list[str]:
    """What else the runs do not share."""
    base, new = comparison.base, comparison.new
    facts = {"profile": "profiles", "matrix_digest": "matrices", "harness_version": "versions of the harness"}
    other = [words for fact, words in facts.items() if base.get(fact) != new.get(fact)]
    told = [f"{one.name}: {one.was or 'absent'} → {one.now or 'absent'}" for one in comparison.environments]
    reasons = [f": {one.reason}" if one.reason else "" for one in comparison.environments]
    notes = [f"the runs are of different {' and '.join(other)}"] if other else []
    if comparison.not_run:
        notes.append(f"{counted(comparison.not_run, 'cell')} of NEW did not run")
    if not comparison.common:
        notes.append("the runs have no cell in common")
    return [*notes, *(f"environment {words}{reason}" for words, reason in zip(told, reasons, strict=True))]
