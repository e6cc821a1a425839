"""`export`: a run's tables for other tools, or the verdicts of all runs as a dataset."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness import files
from harness.cli.answering import indexes
from harness.cli.arguments import RESULTS, ResultsOption, RunArgument
from harness.errors import InputError, printable

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE_SECONDS = 5.0  # between lines of progress, where they are kept


def export(
    run: RunArgument = None,
    to: Annotated[str, typer.Option(metavar="KIND", help="csv, json, pytest-benchmark or dataset.")] = "csv",
    table: Annotated[
        str, typer.Option(metavar="TABLE", help="For csv and json: cells, artifacts, environments, figures or samples.")
    ] = "cells",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to a file instead of printing; a dataset needs a folder.")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="For a dataset: the dataset.json of the edition before, for the changelog."),
    ] = None,
    results: ResultsOption = RESULTS,
) -> None:
    """Print a table, or the measurements, for other tools.

    --to dataset writes the verdicts that `ask` gives from all stored runs, or from RUN, as one JSON file into a folder.
    Its schema, its changelog, and the folders of an npm and of a Python package lie beside it.
    """
    if to == "dataset":
        _write_dataset(run, results, output, since)
        return
    if since is not None:
        raise InputError("--since belongs to --to dataset")
    from harness import analysis, store  # pandas
    from harness.report import export as exporting

    text = exporting.export(analysis.read_run(store.find_run(results, run)), to, table)
    if output is None:
        print(printable(text) if sys.stdout.isatty() else text, end="")
    else:
        files.write_output(output, text)


def _telling() -> Callable[[int, int], None]:
    """Say on the error stream how far it is: a line that changes on a terminal, and else one every few seconds."""
    began = told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        now, is_terminal = time.monotonic(), sys.stderr.isatty()
        if is_terminal or now - told >= _LINE_SECONDS:
            told = now
            text = f"{done} of {total} estimators, {now - began:.0f} s"
            end = "\n" if done == total or not is_terminal else ""
            print(f"\r{text}" if is_terminal else text, end=end, file=sys.stderr, flush=True)

    return tell


def _write_dataset(run: str | None, results: Path, folder: Path | None, since: Path | None) -> None:
    if folder is None:
        raise InputError("--to dataset writes several files: name a folder, --output FOLDER")
    from harness.report import dataset

    made = dataset.write(indexes(run, results), folder, since=since, tell=_telling())
    print(f"{made['statements']:,} statements of {len(made['estimators'])} estimators, edition {made['edition']}")
