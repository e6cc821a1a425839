"""A stored run on a terminal."""

from __future__ import annotations

import io
import os
from importlib import resources
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from harness.analysis import kits, soundness
from harness.analysis.pair_signs import Sign, pick_signs
from harness.analysis.summary import summarize
from harness.analysis.units import counted
from harness.report import phrases
from harness.report.console import SafeConsole

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from harness.analysis.groups import OutcomeGroup
    from harness.analysis.measured import Measured
    from harness.analysis.summary import PairCounts, Summary
    from harness.store import RunTables

SHOWN = 10  # groups of each kind
NAMED = 4  # cases of a group
MEASURED_ROWS = 40
_STYLES = {
    Sign.DRIFT: "bold red",
    Sign.BROKEN: "magenta",
    Sign.DRIFT_AT_HOME: "red",
    Sign.INCOMPARABLE: "cyan",
    Sign.OK: "green",
    Sign.WARNED: "yellow",
    Sign.BROKEN_AT_HOME: "dim",
    Sign.LOST: "dim",
}

LEGEND = (
    "[green]ok[/] all that was written loads and predicts the same   "
    "[yellow]warn[/] the same, with a version warning\n"
    "[bold red]≠n[/] n predict differently   [magenta]✗n[/] n fail   "
    "[red](≠n)[/] [dim](✗n)[/] also in their own producer\n"
    "[cyan]?n[/] n could not be compared   [dim]–n[/] n not run, or not supported"
)


def show(tables: RunTables, console: Console, page: Path, summary: Summary | None = None) -> None:
    """Print what drifts, the matrix, and what fails.

    Parameters
    ----------
    page : the report to open.
    summary : of the tables, where it is made already.
    """
    summary = summary or summarize(tables)
    _top(summary, console)
    _near(summary, console)
    _failures("Fails", summary.failures, console)
    _failures("Cannot be compared", summary.incomparable, console)
    _failures("Not supported there", summary.impossible, console)
    _failures("Not written", summary.unwritten, console)
    _measured(summary.measured, console)
    _headline(summary, console)
    console.print(f"[dim]{escape(os.path.relpath(tables.path))}[/]", soft_wrap=True)
    console.print(f"open [bold]{escape(os.path.relpath(page))}[/]", soft_wrap=True)


def picture(tables: RunTables) -> str:
    """Draw the upper part of what `show` prints, as an SVG that loads nothing."""
    console = SafeConsole(record=True, width=165, force_terminal=True, file=io.StringIO(), highlight=False)
    summary = summarize(tables)
    _top(summary, console)
    _headline(summary, console)
    return console.export_svg(title="nox -s matrix", code_format=_svg_format())


def _svg_format() -> str:
    """What `rich.console.Console.export_svg` fills in: a template without fonts, so that nothing is loaded."""
    return (resources.files("harness.report") / "templates" / "terminal.svg").read_text("utf-8")


def _top(summary: Summary, console: Console) -> None:
    console.print()
    _missing(summary, console)
    _drifts(summary, console)
    console.print(matrix(summary))
    console.print(LEGEND)
    for text in kits.sentences(summary.run):
        console.print(escape(text), soft_wrap=True)
    console.print()


def matrix(summary: Summary) -> Table:
    """Producers down, consumers across."""
    table = Table(title="dumped by ↓   loaded by →", title_justify="left", box=box.SIMPLE, padding=0, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("wrote ", justify="right", no_wrap=True)
    for name in summary.environments:
        table.add_column(_stacked(name), justify="center", min_width=6)  # too narrow, it has two lines
    for producer in summary.producers:
        pairs = ((consumer, summary.pairs.get((producer, consumer))) for consumer in summary.environments)
        row = [_signs(pair, diagonal=producer == consumer) for consumer, pair in pairs]
        wrote, of = summary.written[producer]
        table.add_row(Text(producer, style="bold"), Text(f"{wrote}/{of} ", style="" if wrote == of else "yellow"), *row)
    return table


def _stacked(name: str) -> str:
    return escape(name.removesuffix("-amd64").replace("-", "\n"))


def _signs(pair: PairCounts | None, *, diagonal: bool) -> Text:
    signs = pick_signs(pair)
    if not signs:
        return Text("–", style="dim")
    text = Text(" ").join(Text(words, style=_STYLES[sign]) for sign, words in signs)
    if diagonal:
        text.stylize("underline")
    return text


def _missing(summary: Summary, console: Console) -> None:
    for problem in soundness.find_problems(summary):
        console.print(f"[bold red]✗ {escape(str(problem))}[/]", soft_wrap=True)
    for name, reason in summary.missing.items():
        console.print(f"  [yellow]{escape(name)}[/]: {escape(reason)}", soft_wrap=True)
    again = [name for name in summary.run.get("retry") or () if name in summary.missing]
    if again:
        tried = "it is" if len(again) == 1 else "they are"
        command = f"run --resume --profile {summary.run['profile']}"
        console.print(f"  {escape(', '.join(again))}: {tried} tried again by `{escape(command)}`", soft_wrap=True)


def _drifts(summary: Summary, console: Console) -> None:
    if not summary.drifts:
        return
    count = sum(group.count for group in summary.drifts)
    what = "loads without an error and predicts" if count == 1 else "load without an error and predict"
    console.print(f"[bold white on red] {counted(count, 'cell')} {what} differently [/]")
    for group in summary.drifts[:SHOWN]:
        warned = "each with a version warning" if not group.silent else f"{group.silent} without any version warning"
        pairs = escape(f"dumped by {group.dumped_by}, loaded by {group.loaded_by}")
        console.print(
            f"  [bold red]{escape(group.cases[0])}[/] ({escape(', '.join(group.formats))})  "
            f"{pairs}: {counted(group.count, 'cell')}, {warned}{_at_home(group)}",
            soft_wrap=True,
        )
        console.print(f"    [bold red]{group.differs}[/]", soft_wrap=True)
        console.print(f"    [red]{escape(group.message)}[/]", soft_wrap=True)
        _why(group, console, 4)
        console.print(f"    [dim]{escape(group.example)}[/]", soft_wrap=True)
    _more(len(summary.drifts), console)
    console.print()


def _why(group: OutcomeGroup, console: Console, indent: int) -> None:
    if words := phrases.why(group):
        console.print(f"{' ' * indent}[cyan]why: {escape(words)}[/]", soft_wrap=True)


def _at_home(group: OutcomeGroup) -> str:
    return f", {group.at_home} of them in their own producer" if group.at_home else ""


def _near(summary: Summary, console: Console) -> None:
    if not summary.near:
        return
    console.print("[bold yellow]Near the tolerance[/]  another tolerance would change these verdicts")
    for one in summary.near[:SHOWN]:
        console.print(
            f"  [yellow]{escape(one.case)}[/] ({escape(one.format)})  {one.verdicts}, at {one.times} the tolerance"
            f"  [dim]{escape(one.example)}[/]",
            soft_wrap=True,
        )
    _more(len(summary.near), console)
    console.print()


def _failures(title: str, groups: tuple[OutcomeGroup, ...], console: Console) -> None:
    if not groups:
        return
    console.print(f"[bold magenta]{title}[/]")
    for group in groups[:SHOWN]:
        more = len(group.cases) - NAMED
        names = ", ".join(group.cases[:NAMED]) + (f" and {counted(more, 'more case')}" if more > 0 else "")
        console.print(f"  [magenta]{group.count:5} {group.status}[/]  {escape(group.message[:300])}", soft_wrap=True)
        where = f", dumped by {group.dumped_by}, loaded by {group.loaded_by}" if group.dumped_by else ""
        where = escape(where)
        console.print(f"        {escape(names)} ({', '.join(group.formats)}){where}", soft_wrap=True)
        _why(group, console, 8)
        console.print(f"        [dim]{escape(group.example)}[/]", soft_wrap=True)
    _more(len(groups), console)
    console.print()


def _measured(measured: Measured, console: Console) -> None:
    if not measured.rows:
        return
    console.print("[bold]Measured[/]  compared with pickle: the median ratio over all cases")
    trades = _figures_table(["format/reader", "cells"], measured.columns)
    for trade in measured.trades:
        trades.add_row(escape(trade.way), str(trade.cells), *(trade.text(name) for name, _ in measured.columns))
    console.print(trades)
    table = _figures_table(["case", "format/reader"], measured.columns)
    shown = sorted(measured.rows, key=lambda row: (row.consumer, row.case))[:MEASURED_ROWS]
    consumer = None
    for row in shown:
        if row.consumer != consumer:
            consumer = row.consumer
            table.add_section()
            table.add_row(f"[bold]{escape(consumer)}[/]")
        table.add_row(escape(row.case), escape(row.way), *(row.text(name) for name, _ in measured.columns))
    console.print(table)
    if len(measured.rows) > len(shown):
        console.print(f"  [dim]and {counted(len(measured.rows) - len(shown), 'more cell')}: see SUMMARY.md[/]")
    console.print(f"[dim]{escape(measured.legend)}[/]")
    for reason, count in measured.unmeasured.items():
        console.print(f"  [yellow]{counted(count, 'figure')} not measured[/]: {escape(reason[:300])}", soft_wrap=True)
    console.print()


def _figures_table(first: list[str], columns: list[tuple[str, str]]) -> Table:
    table = Table(box=box.SIMPLE, padding=(0, 1), pad_edge=False)
    for heading in first:
        table.add_column(heading, no_wrap=True)
    for _, heading in columns:
        table.add_column(heading, justify="right")
    return table


def _more(count: int, console: Console) -> None:
    if count > SHOWN:
        console.print(f"  [dim]and {counted(count - SHOWN, 'more kind')}: see SUMMARY.md[/]")


def _headline(summary: Summary, console: Console) -> None:
    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.items())
    same = summary.diagonal_identical
    console.print(f"{counted(summary.cells, 'cell')}: {counts}")
    if summary.diagonal:
        console.print(f"in their own producer: {same} of {summary.diagonal} that load are identical")
    if reused := str(summary.reused):
        console.print(escape(reused))
    for one in summary.coverage:
        more = f" and {len(one.reasons) - NAMED} more" if len(one.reasons) > NAMED else ""
        left = f", without {', '.join(list(one.reasons)[:NAMED])}{more}" if one.reasons else ""
        console.print(
            escape(f"{one.environment}: {one.dumped} of {counted(one.public, 'public estimator')} dumped{left}")
        )
    console.print(f"{summary.run['seconds']:.0f} s")
