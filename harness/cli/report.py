"""`report`: a stored run once more."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness import files
from harness.cli import extras
from harness.cli.arguments import RESULTS, JsonOption, ResultsOption, RunArgument, console


def report(
    run: RunArgument = None,
    results: ResultsOption = RESULTS,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write what the terminal shows as a picture.")
    ] = None,
    pages: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Also write static pages for a web server, one for each estimator."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the report of a stored run, and write its page again."""
    from harness import analysis, store  # pandas
    from harness.analysis import summary, totals
    from harness.cli.run_report import RunReport
    from harness.report import landing, run_pages, terminal

    path = store.find_run(results, run)
    if totals.is_large(path) and not as_json and svg is None and pages is None:
        report = RunReport()
        report.write(path)
        report.show(console())
        return
    tables = analysis.read_run(path)
    if as_json:
        print(json.dumps(summary.as_data(summary.summarize(tables)), indent=2))
        return
    page = run_pages.write(tables)
    if page.name == run_pages.SUMMARY:
        print(f"no page: {extras.hint('site')}", file=sys.stderr)
    if svg is not None:
        files.replace_text(svg, terminal.picture(tables))
    if pages is not None:
        landing.write(tables, page.read_text(encoding="utf-8"), pages)
    terminal.show(tables, console(), page)
