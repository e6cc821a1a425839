"""`merge`: shards' folders into one run."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.arguments import MATRIX, RESULTS, JsonOption, MatrixOption, console
from harness.errors import GateCrossed

if TYPE_CHECKING:
    from harness.engine.merge import Merged


def merge(
    folders: Annotated[list[Path], typer.Argument(help="The shards' run folders, or folders that hold them.")],
    matrix: MatrixOption = MATRIX,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where to write the run.", show_default="results")
    ] = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Merge shards into one run.

    The result is that of the unsplit run. Damaged artifacts are left out, and the exit code is then 1.
    """
    from harness import analysis  # pandas
    from harness.cli.planning import planned
    from harness.engine import agreement
    from harness.engine import merge as merging
    from harness.report import run_pages

    found = agreement.shards(folders)
    run = agreement.agreed(found)
    plan = planned(matrix, run["profile"], resolving=False, through=run.get("through"))
    merged = merging.merge(found, plan, output)
    run_pages.write(analysis.read_run(merged.path))
    if as_json:
        print(json.dumps({**asdict(merged), "complete": merged.run["complete"]}, indent=2, default=str))
    else:
        _show(merged)
    if merged.damaged:
        raise GateCrossed(
            f"{merged.path}: {len(merged.damaged)} of its objects left out, whose bytes are not those that were "
            "stored: cells that need them will be refused; merge sound copies of the shards, or dump again"
        )


def _show(merged: Merged) -> None:
    from rich.markup import escape

    out = console()
    for path in merged.damaged:
        out.print(f"[yellow]{escape(str(path))}: its bytes are not those that were stored: left out[/]", soft_wrap=True)
    for name in merged.silent:
        out.print(f"[yellow]{escape(name)}: no shard tells of it[/]", soft_wrap=True)
    complete = "complete" if merged.run["complete"] else "not complete"
    line = f"{len(merged.shards)} folders with {merged.cells} cells into {merged.path}: {complete}"
    out.print(escape(line), soft_wrap=True)
