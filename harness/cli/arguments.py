"""What the verbs share: their common options, the plan that they name, and where they print."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.environments import NotReadyError, UnsatisfiableError, docker, kinds
from harness.environments.lock import resolve, satisfiable
from harness.errors import InputError
from harness.machine import interpreters, processes, tools

if TYPE_CHECKING:
    from harness.terms import Environment

MATRIX = tools.ROOT / "matrix.yaml"
RESULTS = tools.ROOT / "results"

MatrixOption = Annotated[
    Path, typer.Option("--matrix", help="The matrix.", envvar="HARNESS_MATRIX", show_default="matrix.yaml")
]
ProfileOption = Annotated[str, typer.Option(help="Which profile of the matrix.")]
ThroughOption = Annotated[
    str | None, typer.Option(help="docker: environments of kind rootfs become containers of the same roots.")
]
ResultsOption = Annotated[Path, typer.Option(help="The folder of all runs.", show_default="results")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
_RUN = "A run's id, its beginning, or its folder; the newest if none."
RunArgument = Annotated[str | None, typer.Argument(help=_RUN)]
RunOption = Annotated[str | None, typer.Option("--run", help=_RUN)]


def console() -> Console:
    """Standard output; as wide as the terminal, or as COLUMNS says, or wide enough for a table in a log."""
    out = Console(highlight=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out = Console(highlight=False, width=180)
    return out


def planned(matrix: Path, profile: str, *, resolving: bool, through: str | None = None) -> Plan:
    """The plan of a profile; with ``resolving`` it knows which environments no resolver can satisfy.

    With ``through`` "docker" the environments in roots are containers of the same roots.
    """
    if through not in (None, "docker"):
        raise InputError(f'--through {through}: what environments can be run through is "docker"')
    os.environ["HARNESS_MATRIX"] = str(matrix.resolve())  # nox's sessions, which build, are made from the same file
    loaded = matrices.load_matrix(matrix)
    chosen = loaded.profile(profile, satisfiable=satisfiable)
    if through is not None:
        chosen = replace(chosen, environments=tuple(map(docker.through, chosen.environments)))
    impossible: dict[str, str] = {}
    if resolving:
        with processes.workers(4) as pool:
            reasons = list(pool.map(_why_not, chosen.environments))
        impossible = {e.name: why for e, why in zip(chosen.environments, reasons, strict=True) if why is not None}
    return Plan(profile=chosen, impossible=impossible, through=through)


def _why_not(environment: Environment) -> str | None:
    why = kinds.OF[environment.kind].missing(environment)
    if why is not None or environment.source == "debian":  # to know what Debian has, a root would have to be made
        return why
    try:
        resolve(environment)
    except UnsatisfiableError as reason:
        return f"no resolver can satisfy it: {reason}"
    except NotReadyError as reason:
        return str(reason)
    if environment.kind == "local" and not interpreters.obtainable(environment.python or ""):
        return interpreters.missing(environment.python or "")
    return None
