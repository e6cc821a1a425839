"""The verbs of a run that several machines share: begin it, split it, merge it, and say whether it is sound."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, TypeAdapter
from rich.markup import escape

from harness.cli.arguments import (
    MATRIX,
    RESULTS,
    JsonOption,
    MatrixOption,
    ProfileOption,
    ResultsOption,
    RunArgument,
    ThroughOption,
    console,
    planned,
)
from harness.engine.jobs import MOST
from harness.errors import GateCrossed, InputError

if TYPE_CHECKING:
    from harness.engine.merge import Merged

app = typer.Typer()


class _Parameters(BaseModel):
    environment: str | None = None


class _Session(BaseModel):
    """What is needed of a session that nox lists."""

    name: str
    session: str
    call_spec: _Parameters


_SESSIONS = TypeAdapter(list[_Session])

MayFailOption = Annotated[
    list[str] | None, typer.Option("--may-fail", help="Environments that may be missing, by names or patterns.")
]


@app.command()
def new(
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    results: ResultsOption = RESULTS,
    through: ThroughOption = None,
) -> None:
    """Begin a run in which nothing has happened yet, for shards to go on with; prints its id."""
    from harness.run import lifecycle  # noqa: PLC0415

    folder = lifecycle.begin(planned(matrix, profile, resolving=False, through=through), results)
    folder.close()
    print(folder.path.name)


@app.command()
def shards(
    sessions: Annotated[Path | None, typer.Option(help="What `nox -l --json` printed; standard input if none.")] = None,
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    most: Annotated[int, typer.Option(min=2, help="Jobs that dump, and jobs that load, at most.")] = MOST,
    may_fail: MayFailOption = None,
) -> None:
    """The jobs of a run, from `nox -l --json`: which sessions each runs, and on which machine; as JSON."""
    from harness.engine import jobs as splitting  # noqa: PLC0415

    try:
        text = sys.stdin.read() if sessions is None else sessions.read_text()
        listed = [one.model_dump() for one in _SESSIONS.validate_json(text)]
    except (OSError, ValueError) as error:
        raise InputError(f"{sessions or 'standard input'}: this is not what `nox -l --json` prints: {error}") from error
    found = splitting.of(listed, planned(matrix, profile, resolving=False), most=most, may_fail=may_fail or ())
    print(json.dumps({share: [asdict(job) for job in jobs] for share, jobs in found.items()}))


@app.command()
def merge(
    folders: Annotated[list[Path], typer.Argument(help="Run folders of shards, or folders of such.")],
    matrix: MatrixOption = MATRIX,
    output: Annotated[Path, typer.Option(help="The folder of runs to write to.", show_default="results")] = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Shards' run folders into one run, as if it had never been split; exit code 1 if objects of it are damaged."""
    from harness.engine import agreement  # noqa: PLC0415
    from harness.engine import merge as merging  # noqa: PLC0415

    found = agreement.shards(folders)
    run = agreement.agreed(found)
    plan = planned(matrix, run["profile"], resolving=False, through=run.get("through"))
    merged = merging.merge(found, plan, output)
    if as_json:
        told = {**asdict(merged), "complete": merged.run["complete"]}
        print(json.dumps(told, indent=2, default=str))
    else:
        _tell(merged)
    if merged.damaged:
        raise GateCrossed(
            f"{merged.path}: {len(merged.damaged)} of its objects left out, whose bytes are not those that were "
            "stored: cells that need them will be refused; merge sound copies of the shards, or dump again"
        )


def _tell(merged: Merged) -> None:
    out = console()
    for path in merged.damaged:
        out.print(f"[yellow]{escape(str(path))}: its bytes are not those that were stored: left out[/]", soft_wrap=True)
    for name in merged.silent:
        out.print(f"[yellow]{escape(name)}: no shard tells of it[/]", soft_wrap=True)
    complete = "complete" if merged.run["complete"] else "not complete"
    line = f"{len(merged.shards)} folders with {merged.cells} cells into {merged.path}: {complete}"
    out.print(escape(line), soft_wrap=True)


@app.command()
def check(
    run: RunArgument = None,
    results: ResultsOption = RESULTS,
    may_fail: MayFailOption = None,
) -> None:
    """Whether a run is sound: complete, with every environment; exit code 1 if not. Broken models are results."""
    from harness import store  # noqa: PLC0415  # pandas
    from harness.analysis import soundness  # noqa: PLC0415

    folder = store.find_run(results, run)
    tables = store.read_run(folder)
    told = soundness.of_tables(tables, may_fail=may_fail or ())
    if told:
        raise GateCrossed("\n".join([f"{folder}: this run is not sound:", *(f"  {line}" for line in told)]))
    forgiven = ", ".join(soundness.forgiven(tables, may_fail or ()))
    sound = f"sound but for what may be missing: {forgiven}" if forgiven else "complete, with every environment"
    print(f"{folder.name}: {sound}")
