"""What changed between two runs, on a terminal, as Markdown, and as data."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis import units
from harness.analysis.compare.gates import GateState
from harness.analysis.compare.status_changes import ALARMING, ChangeKind
from harness.report import markdown, phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from harness.analysis.compare import Comparison
    from harness.analysis.compare.change_groups import ChangeGroup
    from harness.analysis.compare.figure_changes import FigureGroup

SHOWN = 8  # groups of each kind
#: A sign besides the colour.
_MARKS = {
    GateState.HELD: ("✓", "green"),
    GateState.CROSSED: ("✗", "bold red"),
    GateState.UNJUDGED: ("?", "bold yellow"),
}
_GOOD = (ChangeKind.FIXED, ChangeKind.GAINED)
_PLAIN = (ChangeKind.GONE, ChangeKind.NEW)


def show(comparison: Comparison, console: Console) -> None:
    """Print what changed, the most serious first. `Text` shows markup in names as it is."""
    console.print()
    _line(console, f"from {comparison.base['run_id']} to {comparison.new['run_id']}", "bold")
    for line in phrases.differences(comparison):
        _line(console, line, "yellow")
    for kind, count in comparison.counts.items():
        if count or kind in phrases.ALWAYS:
            title = f" {phrases.KINDS[kind]}: {units.counted(count, 'cell')} "
            _line(console, title, _style(kind, count))
            _groups([group for group in comparison.cells if group.kind == kind], console)
    if comparison.artifacts:
        _line(console, " Artifacts", "bold magenta")
        _groups(comparison.artifacts, console)
    _figures(comparison, console)
    _settled(comparison, console)
    _verdicts(comparison, console)


def _line(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    """Print one line, even if the message has several."""
    words = " ".join(text.split()) if indent else text
    console.print(Text(" " * indent + words, style=style), soft_wrap=True)


def _style(kind: ChangeKind, count: int) -> str:
    if not count:
        return "green"
    if kind in ALARMING or kind is ChangeKind.MISLEADS:
        return "bold white on red"
    return "bold green" if kind in _GOOD else "bold" if kind in _PLAIN else "bold magenta"


def _groups(groups: Sequence[ChangeGroup], console: Console) -> None:
    for group in groups[:SHOWN]:
        parts = [phrases.statuses(group), phrases.rest(group.by, group.members)]
        head = Text.assemble("  ", (phrases.common(group.by, group.members), "bold"), f": {phrases.share(group)}; ")
        console.print(head + Text("; ".join(filter(None, parts))), soft_wrap=True)
        if group.kind in _PLAIN:
            continue
        for text, style in (
            (phrases.found(group), "bold red"),
            (group.reason[: units.CUT], ""),
            (phrases.causes(group.causes), "cyan"),
            (group.example, "dim"),
        ):
            if text:
                _line(console, text, style, indent=4)
    _more(groups, console)


def _more(groups: Sequence[Any], console: Console) -> None:
    if len(groups) > SHOWN:
        left = sum(group.count for group in groups[SHOWN:])
        _line(
            console,
            f"and {units.counted(len(groups) - SHOWN, 'more group')} with {left:,}: see --markdown or --json",
            "dim",
            2,
        )


def _figures(comparison: Comparison, console: Console) -> None:
    figures = comparison.figures
    console.print()
    for line in phrases.machine(figures):
        _line(console, line, "yellow")
    for grew in (True, False):
        some = [group for group in figures.changed if group.grew == grew]
        for word in dict.fromkeys(group.word for group in some):
            _figure_groups([group for group in some if group.word == word], console)
    _line(console, phrases.compared(figures), "dim")


def _figure_groups(groups: Sequence[FigureGroup], console: Console) -> None:
    count = sum(group.count for group in groups)
    _line(console, f" {groups[0].word.capitalize()}: {count:,} ", "bold red" if groups[0].grew else "bold green")
    for group in groups[:SHOWN]:
        head = Text.assemble("  ", (f"{group.figure} {phrases.ratios(group)}", "bold"), f"  {where(group)}")
        if word := phrases.confirmed(group):
            head.append(f"; {word}")
        console.print(head, soft_wrap=True)
        _line(console, phrases.causes(group.causes), "cyan", 4)
        _line(console, f"{group.example}: {was_now(group)}", "dim", 4)
    _more(groups, console)


def where(group: FigureGroup) -> str:
    """Describe which cells a group has."""
    first = f"{phrases.common(group.by, group.members)}: {phrases.share(group)}"
    return "; ".join(filter(None, (first, phrases.rest(group.by, group.members))))


def was_now(group: FigureGroup) -> str:
    """Write a figure in BASE and in NEW: ``31 ms → 42 ms``."""
    return f"{units.figure(group.figure, group.was)} → {units.figure(group.figure, group.now)}"


def _settled(comparison: Comparison, console: Console) -> None:
    if line := phrases.settled(comparison):
        _line(console, line, "dim")
    for entry in comparison.settled.stale:
        _line(console, f"stale expectation: {entry}", "yellow")


def _verdicts(comparison: Comparison, console: Console) -> None:
    for one in comparison.verdicts:
        mark, style = _MARKS[one.answer]
        _line(console, f"{mark} {phrases.verdict(one)}", style)
    console.print()


def crossed(comparison: Comparison, *, allow_unjudged: bool, shown: bool = False) -> list[str]:
    """List the gates that fail a command, one line each. A gate without data fails, unless that is allowed.

    With ``shown``, the report has named them already: they are counted in one line.
    """
    failing = {GateState.CROSSED} if allow_unjudged else {GateState.CROSSED, GateState.UNJUDGED}
    failed = [one for one in comparison.verdicts if one.answer in failing]
    lines = [f"gate {phrases.verdict(one)}" for one in failed]
    if shown and failed:
        states = Counter(one.answer for one in failed)
        said = {GateState.CROSSED: "crossed", GateState.UNJUDGED: "not judged"}
        lines = [", ".join(f"{units.counted(states[one], 'gate')} {word}" for one, word in said.items() if states[one])]
    if any(one.answer is GateState.UNJUDGED for one in failed):
        lines.append("a gate without data does not count as held; --allow-unjudged lets it pass")
    return lines


def render(comparison: Comparison) -> str:
    """Write a comparison as Markdown. Text of models, packages and exceptions is escaped."""
    helpers = {"words": phrases, "where": where, "was_now": was_now, "marks": _MARKS}
    notes, parts = phrases.differences(comparison), list(sections(comparison))
    return markdown.template("changes.md").render(comparison=comparison, notes=notes, sections=parts, **helpers)


def sections(comparison: Comparison) -> Iterator[tuple[str, str, list[ChangeGroup]]]:
    """Yield the tables of a page: title, what is counted, groups."""
    for kind, count in comparison.counts.items():
        if count:
            title = f"{phrases.KINDS[kind]}: {units.counted(count, 'cell')}"
            yield title, "cells", [group for group in comparison.cells if group.kind == kind]
    if comparison.artifacts:
        yield "Artifacts", "artifacts", list(comparison.artifacts)


def as_data(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as data for JSON."""
    figures, changes = comparison.figures, comparison.changes
    columns = ["cell_id", "kind", "was", "now", "reason"]
    path = comparison.settled.path
    return {
        "base": comparison.base["run_id"],
        "new": comparison.new["run_id"],
        **{name: getattr(comparison, name) for name in ("common", "was_ok", "not_run", "recoded")},
        "environments": [asdict(one) for one in comparison.environments],
        "packages": {name: [asdict(one) for one in found] for name, found in comparison.packages.items()},
        "counts": {str(kind): count for kind, count in comparison.counts.items()},
        "cells": [asdict(group) for group in comparison.cells],
        "artifacts": [asdict(group) for group in comparison.artifacts],
        "changes": _records(changes[columns]),
        "figures": {
            **{name: getattr(figures, name) for name in ("measured", "compared", "skipped", "powerless", "past")},
            **{name: getattr(figures, name) for name in ("sizes", "yardsticks", "shift", "dismissed")},
            "common": figures.common.name.lower(),
            "changed": [asdict(group) for group in figures.changed],
            "cells": _records(_changed(figures.judged, "cell_id")),
            "artifacts": _records(_changed(figures.resized, "artifact_id")),
        },
        "settled": {**asdict(comparison.settled), "path": path and os.path.relpath(path)},
        "gates": [asdict(one) for one in comparison.verdicts],
    }


def _changed(rows: Any, identifier: str) -> Any:
    columns = [
        name
        for name in (identifier, "figure", "was", "now", "ratio", "chance", "change", "accepted", "again")
        if name in rows
    ]
    return rows.loc[rows["change"].notna(), columns]


def _records(rows: Any) -> list[dict[str, Any]]:
    plain = rows.astype(object).where(rows.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
