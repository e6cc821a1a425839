"""The verbs that run the matrix, and say what would be run."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.arguments import (
    MATRIX,
    RESULTS,
    JsonOption,
    MatrixOption,
    ProfileOption,
    ResultsOption,
    ThroughOption,
    console,
    planned,
)
from harness.config import matrix as matrices
from harness.errors import InputError

app = typer.Typer()


@app.command()
def run(  # noqa: PLR0917  # typer reads the options from the parameters
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    results: ResultsOption = RESULTS,
    resume: Annotated[bool, typer.Option("--resume", help="Finish the newest unfinished run of the profile.")] = False,
    run_id: Annotated[str | None, typer.Option("--run", help="Finish, or add to, this run.")] = None,
    locks: Annotated[str | None, typer.Option(help="Use the exact packages of this run.")] = None,
    dump: Annotated[list[str] | None, typer.Option(help="Only dump, and only in this environment.")] = None,
    load: Annotated[list[str] | None, typer.Option(help="Only load, and only in this environment.")] = None,
    only: Annotated[
        str | None, typer.Option(help="Only this cell, by its id; what comes of it is stored in results/cells.")
    ] = None,
    through: ThroughOption = None,
) -> None:
    """Dump in every environment and load in every other: a results table and a report."""
    from harness import store  # noqa: PLC0415  # pandas
    from harness.config import plan as plans  # noqa: PLC0415
    from harness.report import site, terminal  # noqa: PLC0415
    from harness.run import lifecycle  # noqa: PLC0415  # pandas

    plan = planned(matrix, profile, resolving=False, through=through)
    given = None if locks is None else store.find_run(results, locks)
    if only is not None:  # it is no run of the profile: nobody asks it what has changed
        plan, results = plans.only(plan, only), results / "cells"
    for name in [*(dump or ()), *(load or ())]:
        if name not in plan.environments:
            raise InputError(f"profile {profile} has no environment {name}; it has: {', '.join(plan.environments)}")
    folder = lifecycle.choose(results, profile, run_id=run_id, resume=resume)
    out = console()
    chosen = None if dump is None and load is None else (frozenset(dump or ()), frozenset(load or ()))
    done = lifecycle.run(
        plan,
        results=results,
        console=out,
        resume=folder,
        locks=given,
        producers=None if chosen is None else chosen[0],
        consumers=None if chosen is None else chosen[1],
    )
    terminal.show(store.read_run(done), out, done / site.PAGE)


@app.command()
def plan(
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    resolve: Annotated[bool, typer.Option(help="Ask the resolver which environments cannot be had.")] = True,
    through: ThroughOption = None,
    as_json: JsonOption = False,
) -> None:
    """What would run: environments, artifacts, cells, and what cannot be, with reasons."""
    from harness.report import plans  # noqa: PLC0415

    expanded = planned(matrix, profile, resolving=resolve, through=through)
    if as_json:
        print(json.dumps(plans.as_data(expanded), indent=2))
    else:
        plans.show(expanded, console())


@app.command()
def schema() -> None:
    """The JSON Schema of matrix.yaml, for editors."""
    print(json.dumps(matrices.json_schema(), indent=2))
