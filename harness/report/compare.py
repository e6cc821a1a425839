"""What changed between two runs, on a terminal, as Markdown, and as data."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis import units
from harness.analysis.compare.gates import Answer
from harness.analysis.compare.status_changes import ALARMING, Kind
from harness.report import markdown, phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from harness.analysis.compare import Comparison
    from harness.analysis.compare.change_groups import Group
    from harness.analysis.compare.figure_changes import FigureGroup

SHOWN = 8  # groups of each kind
#: A sign besides the colour.
_MARKS = {Answer.HELD: ("✓", "green"), Answer.CROSSED: ("✗", "bold red"), Answer.UNJUDGED: ("?", "bold yellow")}
_GOOD = (Kind.FIXED, Kind.GAINED)
_PLAIN = (Kind.GONE, Kind.NEW)


def show(comparison: Comparison, console: Console) -> None:
    """Print what changed, the loudest first. `Text` shows markup of models and packages as it is."""
    console.print()
    _line(console, f"from {comparison.base['run_id']} to {comparison.new['run_id']}", "bold")
    for told in phrases.differences(comparison):
        _line(console, told, "yellow")
    for kind, count in comparison.counts.items():
        if count or kind in phrases.ALWAYS:
            told = f" {phrases.KINDS[kind]}: {units.counted(count, 'cell')} "
            _line(console, told, _style(kind, count))
            _groups([group for group in comparison.cells if group.kind == kind], console)
    if comparison.artifacts:
        _line(console, " Artifacts", "bold magenta")
        _groups(comparison.artifacts, console)
    _figures(comparison, console)
    _settled(comparison, console)
    _verdicts(comparison, console)


def _line(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    """One line, whatever a message brings along."""
    words = " ".join(text.split()) if indent else text
    console.print(Text(" " * indent + words, style=style), soft_wrap=True)


def _style(kind: Kind, count: int) -> str:
    if not count:
        return "green"
    if kind in ALARMING or kind is Kind.MISLEADS:
        return "bold white on red"
    return "bold green" if kind in _GOOD else "bold" if kind in _PLAIN else "bold magenta"


def _groups(groups: Sequence[Group], console: Console) -> None:
    for group in groups[:SHOWN]:
        told = [phrases.statuses(group), phrases.rest(group.by, group.members)]
        head = Text.assemble("  ", (phrases.common(group.by, group.members), "bold"), f": {phrases.share(group)}; ")
        console.print(head + Text("; ".join(filter(None, told))), soft_wrap=True)
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
        _line(console, f"and {len(groups) - SHOWN} more groups with {left:,}: see --markdown or --json", "dim", 2)


def _figures(comparison: Comparison, console: Console) -> None:
    figures = comparison.figures
    console.print()
    for told in phrases.machine(figures):
        _line(console, told, "yellow")
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
        console.print(head, soft_wrap=True)
        _line(console, phrases.causes(group.causes), "cyan", 4)
        _line(console, f"{group.example}: {was_now(group)}", "dim", 4)
    _more(groups, console)


def where(group: FigureGroup) -> str:
    told = f"{phrases.common(group.by, group.members)}: {phrases.share(group)}"
    return "; ".join(filter(None, (told, phrases.rest(group.by, group.members))))


def was_now(group: FigureGroup) -> str:
    return f"{units.figure(group.figure, group.was)} → {units.figure(group.figure, group.now)}"


def _settled(comparison: Comparison, console: Console) -> None:
    if told := phrases.settled(comparison):
        _line(console, told, "dim")
    for entry in comparison.settled.stale:
        _line(console, f"stale expectation: {entry}", "yellow")


def _verdicts(comparison: Comparison, console: Console) -> None:
    for one in comparison.verdicts:
        mark, style = _MARKS[one.answer]
        _line(console, f"{mark} {phrases.verdict(one)}", style)
    console.print()


def crossed(comparison: Comparison, *, allow_unjudged: bool) -> list[str]:
    """The gates that end a command, one line each. A gate that never sees data would be a false ok: it is crossed."""
    failing = {Answer.CROSSED} if allow_unjudged else {Answer.CROSSED, Answer.UNJUDGED}
    lines = [f"gate {phrases.verdict(one)}" for one in comparison.verdicts if one.answer in failing]
    if any(one.answer is Answer.UNJUDGED for one in comparison.verdicts) and not allow_unjudged:
        lines.append("a gate without anything to judge by has not held; --allow-unjudged lets it pass")
    return lines


def render(comparison: Comparison) -> str:
    """The same on a page of Markdown; text of models, packages and exceptions is escaped."""
    helpers = {"words": phrases, "where": where, "was_now": was_now, "marks": _MARKS}
    notes, parts = phrases.differences(comparison), list(sections(comparison))
    return markdown.template("changes.md").render(comparison=comparison, notes=notes, sections=parts, **helpers)


def sections(comparison: Comparison) -> Iterator[tuple[str, str, list[Group]]]:
    """The tables of the page: title, what is counted, groups."""
    for kind, count in comparison.counts.items():
        if count:
            title = f"{phrases.KINDS[kind]}: {units.counted(count, 'cell')}"
            yield title, "cells", [group for group in comparison.cells if group.kind == kind]
    if comparison.artifacts:
        yield "Artifacts", "artifacts", list(comparison.artifacts)


def as_data(comparison: Comparison) -> dict[str, Any]:
    """Everything as JSON-able data."""
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
            **{name: getattr(figures, name) for name in ("measured", "compared", "skipped", "powerless", "sizes")},
            **{name: getattr(figures, name) for name in ("yardsticks", "shift")},
            "common": figures.common.name.lower(),
            "changed": [asdict(group) for group in figures.changed],
            "cells": _records(_changed(figures.judged, "cell_id")),
            "artifacts": _records(_changed(figures.resized, "artifact_id")),
        },
        "settled": {**asdict(comparison.settled), "path": path and os.path.relpath(path)},
        "gates": [asdict(one) for one in comparison.verdicts],
    }


def _changed(rows: Any, identifier: str) -> Any:
    columns = [identifier, "figure", "was", "now", "ratio", "chance", "change", "accepted"]
    return rows.loc[rows["change"].notna(), columns]


def _records(rows: Any) -> list[dict[str, Any]]:
    plain = rows.astype(object).where(rows.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
