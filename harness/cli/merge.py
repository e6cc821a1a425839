"""`merge`: shards' folders into one run."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from harness.cli.arguments import MATRIX, RESULTS, JsonOption, MatrixOption, console
from harness.errors import GateCrossed, InputError
from harness.machine import tools

if TYPE_CHECKING:
    from harness.engine.merge import Merged


def merge(
    folders: Annotated[
        list[Path],
        typer.Argument(
            help="The shards' run folders, or folders that hold them. Or facts files of kits, and their run."
        ),
    ],
    matrix: MatrixOption = MATRIX,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where to write the run.", show_default="results, or beside the kit's run"),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the environment of a kit is to be called.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Merge shards into one run, or the facts of kits into a copy of their run.

    The result of shards is that of the unsplit run. Damaged artifacts are left out, and the exit code is then 1. The
    facts of a kit become one further environment; what was measured stays as it is.
    """
    facts = [path for path in folders if path.is_file()]
    if facts:
        _join([path for path in folders if path not in facts], facts, output, name, as_json=as_json)
        return
    if name is not None:
        raise InputError("--name names the environment of a kit: give its facts file, too")
    from harness.cli.planning import planned
    from harness.cli.run_report import RunReport
    from harness.engine import agreement
    from harness.engine import merge as merging

    found = agreement.shards(folders)
    run = agreement.agreed(found)
    plan = planned(matrix, run["profile"], resolving=False, through=run.get("through"))
    merged = merging.merge(found, plan, output or RESULTS)
    RunReport().write(merged.path)
    if as_json:
        print(json.dumps({**asdict(merged), "complete": merged.run["complete"]}, indent=2, default=str))
    else:
        _show(merged)
    if merged.damaged:
        raise GateCrossed(
            f"{merged.path}: {len(merged.damaged)} of its objects left out, whose bytes are not those that were "
            "stored: cells that need them will be refused; merge sound copies of the shards, or dump again"
        )


def _join(runs: list[Path], facts: list[Path], output: Path | None, name: str | None, *, as_json: bool) -> None:
    from harness import analysis  # pandas
    from harness.engine import kit_facts, kit_rows
    from harness.report import run_pages

    if len(runs) > 1 or (name is not None and len(facts) > 1):
        what = "facts of kits are merged with one run" if len(runs) > 1 else "--name goes with one facts file"
        raise InputError(f"{what}: merge RUN {facts[0]}")
    source = _run_of(str(runs[0]) if runs else kit_facts.run_id(facts[0]), output or RESULTS)
    analysis.read_run(source)  # which says what is wrong with it
    joined = kit_rows.join(source, facts, output or source.parent, name=name)
    run_pages.write(analysis.read_run(joined.path))
    if as_json:
        print(json.dumps(asdict(joined), indent=2, default=str))
        return
    out = console()
    for environment, counts in joined.environments.items():
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        out.print(escape(f"{environment} ({kit_facts.MARK}): {told}"), soft_wrap=True)
    out.print(escape(f"{joined.path}: the rows of {source.name} and these"), soft_wrap=True)


def _run_of(name: str, results: Path) -> Path:
    """The run that kits are of: one of the results, or of a model file that was checked."""
    from harness import store

    checks = tools.workspace() / ".harness" / "checks"
    beside = checks if (checks / name / "run.json").exists() else results
    return store.find_run(beside, name)


def _show(merged: Merged) -> None:
    out = console()
    for path in merged.damaged:
        out.print(f"[yellow]{escape(str(path))}: its bytes are not those that were stored: left out[/]", soft_wrap=True)
    for name in merged.silent:
        out.print(f"[yellow]{escape(name)}: no shard tells of it[/]", soft_wrap=True)
    complete = "complete" if merged.run["complete"] else "not complete"
    line = f"{len(merged.shards)} folders with {merged.cells} cells into {merged.path}: {complete}"
    out.print(escape(line), soft_wrap=True)
