"""The verbs of `python -m harness rootfs`: the roots of Debian packages that environments are run in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.arguments import MATRIX, JsonOption, MatrixOption, console
from harness.errors import InputError, MachineError

if TYPE_CHECKING:
    from pathlib import Path

    from harness.environments.roots import Recipe

app = typer.Typer(no_args_is_help=True, help="List, build and remove the Debian roots that environments run in.")


@app.command("list")
def list_(matrix: MatrixOption = MATRIX, as_json: JsonOption = False) -> None:
    """List the roots, and which environments use them."""
    from harness.environments import roots

    users = _users(matrix)
    rows: list[dict[str, Any]] = [
        {
            "root": root.recipe.name,
            "suite": root.recipe.suite,
            "platform": root.recipe.platform,
            "packages": len(root.packages),
            "bytes": sum(path.lstat().st_size for path in root.folder.rglob("*") if path.is_file()),
            "environments": users.get(root.recipe, []),
        }
        for root in roots.stored()
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    _show(rows)


def _show(rows: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.table import Table

    from harness.analysis import units

    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("root", "platform", "packages", "size", "environments"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        used = ", ".join(row["environments"]) or "none of this matrix"
        table.add_row(row["root"], row["platform"], str(row["packages"]), units.size(row["bytes"]), used)
    console().print(table)


@app.command()
def build(
    names: Annotated[list[str] | None, typer.Argument(help="Environments. Default: all that run in roots.")] = None,
    matrix: MatrixOption = MATRIX,
) -> None:
    """Build the roots that are missing."""
    from harness.errors import unknown
    from harness.machine import processes

    users = _users(matrix)
    known = [name for those in users.values() for name in those]
    for name in names or ():
        if name not in known:
            raise InputError(f"{matrix}: {unknown('environment in a root', name, known)}")
    wanted = [recipe for recipe, those in users.items() if not names or set(those) & set(names)]
    with processes.workers(2) as pool:  # one downloads while another unpacks
        failed = [why for why in pool.map(_made, wanted) if why is not None]
    if failed:
        raise MachineError("\n".join(failed))


@app.command()
def remove(
    names: Annotated[list[str] | None, typer.Argument(help="Roots, as `list` names them.")] = None,
    unused: Annotated[
        bool, typer.Option("--unused", help="Remove the roots that no environment of the matrix uses.")
    ] = False,
    matrix: MatrixOption = MATRIX,
) -> None:
    """Remove roots. A run that needs one builds it again."""
    from harness.environments import roots
    from harness.errors import unknown

    held = {root.recipe.name: root for root in roots.stored()}
    for name in names or ():
        if name not in held:
            raise InputError(unknown("root", name, held))
    users = _users(matrix) if unused else {}
    chosen = {*(names or ()), *(name for name, root in held.items() if unused and root.recipe not in users)}
    if not chosen and not unused:
        raise InputError("name the roots to remove, or give --unused")
    for name in sorted(chosen):
        roots.remove(held[name])
        console().print(f"{name} removed")


def _users(matrix: Path) -> dict[Recipe, list[str]]:
    """The roots of a matrix, each with the environments that are in it."""
    from harness.cli.planning import matrix_of
    from harness.environments import rootfs
    from harness.environments.availability import satisfiable

    users: dict[Recipe, list[str]] = {}
    for environment in matrix_of(matrix).environments(satisfiable=satisfiable):
        recipe = rootfs.recipe(environment)
        if recipe is not None:
            users.setdefault(recipe, []).append(environment.name)
    return users


def _made(recipe: Recipe) -> str | None:
    """Why it could not be made, or None."""
    from harness.environments import NotReadyError, roots

    try:
        root = roots.made(recipe)
    except NotReadyError as reason:
        return f"{recipe.name}: {reason}"
    console().print(f"{recipe.name}: {len(root.packages)} packages in {root.folder}")
    return None
