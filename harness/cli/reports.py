"""The verbs that show a stored run, or parts of it; they run nothing."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import Annotated

import typer

from harness import files
from harness.cli.arguments import (
    RESULTS,
    JsonOption,
    ResultsOption,
    RunArgument,
    RunOption,
    console,
)

app = typer.Typer()


@app.command()
def report(
    run: RunArgument = None,
    results: ResultsOption = RESULTS,
    svg: Annotated[Path | None, typer.Option(help="Write what the terminal shows as a picture, too.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The report of a stored run; runs nothing."""
    from harness import store  # noqa: PLC0415
    from harness.analysis import summary  # noqa: PLC0415
    from harness.report import run_pages, terminal  # noqa: PLC0415

    tables = store.read_run(store.find_run(results, run))
    if as_json:
        print(json.dumps(summary.as_data(summary.of(tables)), indent=2))
        return
    page = run_pages.write(tables)
    if svg is not None:
        files.replace_text(svg, terminal.picture(tables))
    terminal.show(tables, console(), page)


@app.command()
def show(
    artifact: Annotated[str, typer.Argument(help="An artifact's id: PRODUCER/CASE/FORMAT.")],
    run: RunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """One artifact's provenance: data, code, parameters, packages, scores; and how to make the model again."""
    from harness import store  # noqa: PLC0415
    from harness.environments.stage import stage  # noqa: PLC0415
    from harness.report import artifacts  # noqa: PLC0415

    tables = store.read_run(store.find_run(results, run))
    row = artifacts.find(tables, artifact.partition(">")[0])  # a cell's id begins with its artifact's
    kept = (tables.path / "objects").is_dir()  # not of the run that comes with the repository
    rebuilt = row["manifest"] is not None and row["status"] == "ok" and kept
    commands = artifacts.rebuild_commands(tables, row, stage([])) if rebuilt else []
    if as_json:
        print(json.dumps({**row, "rebuild": commands}, indent=2, default=str))
    else:
        artifacts.show(row, commands, console())


@app.command()
def claims(run: RunArgument = None, results: ResultsOption = RESULTS, as_json: JsonOption = False) -> None:
    """What scikit-learn's documentation says of persistence, held against a stored run."""
    from harness import store  # noqa: PLC0415
    from harness.analysis import claims as statements  # noqa: PLC0415
    from harness.report import claims as rendering  # noqa: PLC0415

    judgement = statements.judge(store.read_run(store.find_run(results, run)))
    if as_json:
        print(json.dumps(statements.as_data(judgement), indent=2))
    else:
        rendering.show(judgement, console())


@app.command()
def export(
    run: RunArgument = None,
    to: Annotated[str, typer.Option(help="csv, json or pytest-benchmark.")] = "csv",
    table: Annotated[
        str, typer.Option(help="For csv and json: cells, artifacts, environments, figures or samples.")
    ] = "cells",
    output: Annotated[Path | None, typer.Option(help="A file, instead of standard output.")] = None,
    results: ResultsOption = RESULTS,
) -> None:
    """A table, or the measurements, for other tools."""
    from harness import store  # noqa: PLC0415
    from harness.report import export as exporting  # noqa: PLC0415

    text = exporting.export(store.read_run(store.find_run(results, run)), to, table)
    if output is None:
        print(text, end="")
    else:
        files.replace_text(output, text)


@app.command()
def keep(run: RunArgument = None, results: ResultsOption = RESULTS) -> None:
    """Keep a run's tables and report as the repository's own, in results/reference."""
    from harness import store  # noqa: PLC0415  # pandas
    from harness.report import reference  # noqa: PLC0415  # pandas

    print(reference.keep(store.find_run(results, run), results))
