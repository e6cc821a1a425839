"""`show`: where one artifact came from."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from harness.cli.arguments import RESULTS, JsonOption, ResultsOption, RunOption, console
from harness.terms import artifact_part


def show(
    artifact: Annotated[str, typer.Argument(help="An artifact's id: PRODUCER/CASE/FORMAT.")],
    run: RunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Show where one artifact came from.

    That is its data, code, parameters, packages and scores, and how to make the model again.
    """
    from harness import analysis, store  # pandas
    from harness.analysis import provenance
    from harness.environments.stage import stage
    from harness.machine import interpreters
    from harness.report import provenance as rendering

    def interpreter(minor: str) -> str | None:
        found = interpreters.find(minor)  # uv does not look where pyenv keeps them
        return None if found is None else str(found)

    tables = analysis.read_run(store.find_run(results, run))
    row: dict[str, Any] = provenance.find(tables, artifact_part(artifact))  # a cell's id will do
    kept = (tables.path / "objects").is_dir()  # not of the run that comes with the repository
    rebuilt = row["manifest"] is not None and row["status"] == "ok" and kept
    commands = provenance.rebuild_commands(tables, row, stage({}), interpreter) if rebuilt else []
    if as_json:
        print(json.dumps({**row, "rebuild": commands}, indent=2, default=str))
    else:
        rendering.show(row, commands, console())
