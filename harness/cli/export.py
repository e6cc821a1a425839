"""`export`: a run's tables for other tools."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from harness import files
from harness.cli.arguments import RESULTS, ResultsOption, RunArgument
from harness.errors import printable


def export(
    run: RunArgument = None,
    to: Annotated[str, typer.Option(metavar="KIND", help="csv, json or pytest-benchmark.")] = "csv",
    table: Annotated[
        str, typer.Option(metavar="TABLE", help="For csv and json: cells, artifacts, environments, figures or samples.")
    ] = "cells",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to a file instead of printing.")] = None,
    results: ResultsOption = RESULTS,
) -> None:
    """Print a table, or the measurements, for other tools."""
    from harness import analysis, store  # pandas
    from harness.report import export as exporting

    text = exporting.export(analysis.read_run(store.find_run(results, run)), to, table)
    if output is None:
        print(printable(text) if sys.stdout.isatty() else text, end="")
    else:
        files.write_output(output, text)
