"""What changed over all runs, on a terminal and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

from harness.analysis import units
from harness.analysis.history.figure_kinds import STATUS
from harness.analysis.history.steps import SEGMENT
from harness.analysis.units import counted
from harness.store.journal import clean
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from harness.analysis.compare.suspects import PackageChange
    from harness.analysis.history import Change, GroupedChange, History

LEAST_RUNS = 2 * SEGMENT
SHOWN = 20  # findings
SKIPPED = 10  # runs
PACKAGES = 6  # of a finding


def show(history: History, console: Console) -> None:
    """Print the changes, the most serious first. `Text` shows markup in names as it is."""
    console.print()
    _top(history, console)
    if history.findings:
        console.print(_table(history.findings[:SHOWN]))
        if len(history.findings) > SHOWN:
            console.print(_text(f"and {len(history.findings) - SHOWN} more findings: see --json\n", "dim"))
    else:
        console.print(_text("Nothing has changed.\n", "green"))
    _bottom(history, console)


def as_data(history: History) -> dict[str, Any]:
    """Return a history as data for JSON, with the series that changed."""
    changed = {(change.subject, change.figure) for change in history.changes}
    changed |= {(one.change.subject, one.change.figure) for one in history.accepted}
    return {
        "source": history.source,
        "runs": [
            {
                "run_id": run.run_id,
                "started": run.started,
                "profile": run.profile,
                "fingerprint": run.fingerprint,
                "harness_version": run.harness_version,
                "matrix_digest": run.matrix_digest,
            }
            for run in history.runs
        ],
        "skipped": [asdict(one) for one in history.skipped],
        "cells": history.cells,
        "not_run": history.not_run,
        "series_count": len(history.series),
        "findings": [_finding_data(finding) for finding in history.findings],
        "accepted": [{"reason": one.reason, **_change_data(one.change)} for one in history.accepted],
        "series": [
            {**asdict(one), "runs": [history.runs[place].run_id for place in one.runs]}
            for one in history.series
            if (one.subject, one.figure) in changed
        ],
    }


def _finding_data(finding: GroupedChange) -> dict[str, Any]:
    return {
        "run": finding.run,
        "started": finding.started,
        "figure": finding.figure,
        "what": finding.what,
        "count": finding.count,
        "lasting": finding.lasting,
        "worse": finding.worse,
        "ratios": finding.ratios,
        "common": finding.common,
        "packages": _package_data(finding.packages),
        "harness_version": finding.harness_version,
        "matrix_changed": finding.matrix_changed,
        "changes": [_change_data(change) for change in finding.changes],
    }


def _change_data(change: Change) -> dict[str, Any]:
    packages = {name: _package_data(getattr(change, name)) for name in ("consumer_packages", "producer_packages")}
    return {**asdict(change), **packages, "ratio": change.ratio}


def _package_data(packages: Iterable[PackageChange]) -> list[dict[str, str | None]]:
    return [{"name": one.name, "before": one.was or None, "after": one.now or None} for one in packages]


def _top(history: History, console: Console) -> None:
    for one in history.skipped[:SKIPPED]:
        console.print(_text(f"left out: {one.name}: {one.reason}", "yellow"), soft_wrap=True)
    if len(history.skipped) > SKIPPED:
        console.print(_text(f"left out: {counted(len(history.skipped) - SKIPPED, 'more run')}: see --json", "yellow"))
    if history.not_run:
        words = f"{counted(history.not_run, 'cell')} of the newest run did not run: the outcome is not known."
        console.print(_text(words, "bold yellow"))
    silent = sum(one.lasting for one in history.findings if one.what == f"{Status.OK} -> {Status.DRIFT}")
    if silent:
        words = f" {counted(silent, 'cell')} ok before, now predicting something else without an error "
        console.print(_text(words, "bold white on red"))
    if history.skipped or history.not_run or silent:
        console.print()


def _table(findings: tuple[GroupedChange, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_lines=False)
    table.add_column("since", no_wrap=True)
    table.add_column("what changed", ratio=3, overflow="fold")
    table.add_column("all with", ratio=2, overflow="fold")
    table.add_column("what else changed there", ratio=2, overflow="fold")
    for finding in findings:
        table.add_row(_text(finding.started[:10]), _what(finding), _common(finding), _causes(finding), end_section=True)
    return table


def _what(finding: GroupedChange) -> Text:
    count = f"{finding.count} {finding.noun} "
    style = "green" if not finding.worse else "bold red" if finding.figure == STATUS else "red"
    text = _text(count + finding.what, style)
    if finding.ratios is not None:
        least, most = (f"{ratio:.3g}" for ratio in finding.ratios)
        text.append(f"  {least}x" if least == most else f"  {least} to {most}x")
    if finding.lasting < finding.count:
        gone = finding.count - finding.lasting
        text.append("  (changed again since)" if not finding.lasting else f"  ({gone} changed again since)", "yellow")
    first = finding.changes[0]
    return text.append_text(_text(f"\n{first.subject}{_values(first)}\nrun {finding.run}", "dim"))


def _values(change: Change) -> str:
    if isinstance(change.before, str) or isinstance(change.after, str):
        return ""
    return f": {units.figure(change.figure, change.before)} -> {units.figure(change.figure, change.after)}"


def _common(finding: GroupedChange) -> Text:
    lines = [f"{word} {name}" for word, name in finding.common.items()]
    hosts = {change.fingerprint for change in finding.changes} - {""}
    if any(change.emulated for change in finding.changes):
        lines.append("emulated")
    return _text("\n".join(lines + ([f"{len(hosts)} hosts"] if len(hosts) > 1 else [])))


def _causes(finding: GroupedChange) -> Text:
    lines = [str(package) for package in finding.packages[:PACKAGES]]
    if len(finding.packages) > PACKAGES:
        lines.append(f"and {len(finding.packages) - PACKAGES} more packages")
    if finding.harness_version is not None:
        old, new = finding.harness_version
        lines.append(f"harness {old or 'unknown'} -> {new or 'unknown'}")
    if finding.matrix_changed:
        lines.append("the matrix, its cases or its formats")
    return _text("\n".join(lines)) if lines else _text("nothing that is recorded", "dim")


def _bottom(history: History, console: Console) -> None:
    for one in history.accepted[:SHOWN]:
        words = f"accepted: {one.change.subject} ({one.change.figure}): {one.reason}"
        console.print(_text(words, "dim"), soft_wrap=True)
    if len(history.accepted) > SHOWN:
        console.print(_text(f"accepted: {len(history.accepted) - SHOWN} more: see --json", "dim"))
    hosts = {one.fingerprint for one in history.series if one.fingerprint}
    runs, cells = counted(len(history.runs), "run"), counted(history.cells, "cell")
    words = f"{runs}, {cells}, {len(history.series)} series of figures"
    if hosts:
        words += f" on {len(hosts)} {'hosts' if len(hosts) > 1 else 'host'}"
    longest = max((len(one.values) for one in history.series), default=0)
    if longest < LEAST_RUNS:
        words += f": changes of figures are found from {LEAST_RUNS} comparable runs on, and there are {longest}"
    console.print(_text(words))
    console.print(_text(history.source, "dim"), soft_wrap=True)


def _text(value: str, style: str = "") -> Text:
    return Text(clean(value), style=style)
