"""`history`: what changed over all stored runs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.arguments import RESULTS, ExpectationsOption, JsonOption, console


def history(
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FOLDER", help="A folder of runs, or an fsspec URL.", show_default="results"),
    ] = None,
    figure: Annotated[
        list[str] | None, typer.Option(metavar="FIGURE", help="Only this figure: load_seconds, size_bytes or status.")
    ] = None,
    cells: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only cells whose id fits. A leading ! leaves cells out."),
    ] = None,
    expectations: ExpectationsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed over all stored runs.

    Each change says since which run it lasts, and which packages changed there.
    """
    from harness.analysis import history as histories  # pandas
    from harness.analysis.compare import expectations as expected
    from harness.report import history as rendering

    known = expected.beside(RESULTS) if expectations is None else expected.read(expectations)
    found = histories.of(source or RESULTS, figures=figure or (), patterns=cells or (), expectations=known)
    if as_json:
        print(json.dumps(rendering.as_data(found), indent=2))
    else:
        rendering.show(found, console())
