"""The verbs that say what changed between two runs, and over all."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import Annotated

import typer

from harness.cli.arguments import (
    RESULTS,
    JsonOption,
    ResultsOption,
    console,
)
from harness.errors import GateCrossed, InputError

app = typer.Typer()


@app.command()
def compare(  # noqa: PLR0917  # typer reads the options from the parameters
    base: Annotated[str, typer.Argument(help="The run to compare with: its id, its beginning, or its folder.")],
    new: Annotated[str, typer.Argument(help="The run that is compared, likewise.")],
    fail_on: Annotated[
        list[str] | None,
        typer.Option(help='A gate: status, drift, gone, or a figure such as "load_seconds[format=joblib]>1.3x".'),
    ] = None,
    allow_unjudged: Annotated[
        bool, typer.Option("--allow-unjudged", help="Pass gates for which these runs have nothing to judge by.")
    ] = False,
    expectations: Annotated[
        Path | None,
        typer.Option(help="Accepted changes and expected outcomes.", show_default="expectations.yaml beside the runs"),
    ] = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, for a CI job's summary.")] = False,
) -> None:
    """What changed between two runs; exit code 1 when a gate is crossed."""
    from harness import store  # noqa: PLC0415
    from harness.analysis import compare as comparing  # noqa: PLC0415  # pandas and scipy
    from harness.analysis.compare import expectations as written  # noqa: PLC0415
    from harness.analysis.compare import gates  # noqa: PLC0415
    from harness.report import compare as rendering  # noqa: PLC0415

    if as_json and as_markdown:
        raise InputError("--json and --markdown: give one of them")
    wanted = gates.parse_all(fail_on or ())
    known = written.beside(results) if expectations is None else written.read(expectations)
    before, after = (store.read_run(store.find_run(results, name)) for name in (base, new))
    comparison = comparing.compare(before, after, expected=known, gates=wanted)
    if as_json:
        print(json.dumps(rendering.as_data(comparison), indent=2))
    elif as_markdown:
        print(rendering.render(comparison))
    else:
        rendering.show(comparison, console())
    crossed = rendering.crossed(comparison, allow_unjudged=allow_unjudged)
    if crossed:
        raise GateCrossed("\n".join(crossed))


@app.command()
def history(
    source: Annotated[
        str | None, typer.Option("--from", help="A folder of runs, or an fsspec URL.", show_default="results")
    ] = None,
    figure: Annotated[
        list[str] | None, typer.Option(help="Only this figure, such as load_seconds, size_bytes or status.")
    ] = None,
    cells: Annotated[
        list[str] | None, typer.Option(help="Only cells whose id fits the pattern; with ! before it, only others.")
    ] = None,
    expectations: Annotated[
        Path | None, typer.Option(help="Accepted changes.", show_default="expectations.yaml in results")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What changed over all stored runs: at which run, and which packages changed there."""
    from harness.analysis import history as histories  # noqa: PLC0415
    from harness.analysis.compare import expectations as written  # noqa: PLC0415
    from harness.report import history as rendering  # noqa: PLC0415

    known = written.beside(RESULTS) if expectations is None else written.read(expectations)
    found = histories.of(source or RESULTS, figures=figure or (), patterns=cells or (), expectations=known)
    if as_json:
        print(json.dumps(rendering.as_data(found), indent=2))
    else:
        rendering.show(found, console())
