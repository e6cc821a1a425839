"""The plan that a verb's options name."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.environments import availability, kinds
from harness.environments.availability import satisfiable
from harness.machine import processes, tools

if TYPE_CHECKING:
    from pathlib import Path

    from harness.config.matrix import Matrix


def matrix_of(path: Path) -> Matrix:
    """The matrix of a file, with this machine's platform in place of ``native``.

    Machines that share a run must plan alike: the variable HARNESS_NATIVE names the platform of the one that began it.
    """
    return matrices.load_matrix(path, native=os.environ.get("HARNESS_NATIVE") or tools.native_platform())


def _say_which(path: Path) -> None:
    """Say which matrix is used: the first line, on the error stream."""
    own = path.resolve() == tools.MATRIX.resolve() and not tools.IS_CHECKOUT
    if path.is_relative_to(tools.workspace()):  # of a case file that the user named
        return
    print(f"matrix: {'the default one of this program' if own else os.path.relpath(path)}", file=sys.stderr)


def planned(matrix: Path, profile: str, *, resolving: bool, through: str | None = None) -> Plan:
    """The plan of a profile.

    Parameters
    ----------
    resolving : ask the resolver, so that the plan knows which environments cannot be had.
    through : a kind that environments of other kinds can be run through: "docker" makes containers of those in roots.
    """
    loaded = matrix_of(matrix)
    _say_which(loaded.path)
    chosen = loaded.profile(profile, satisfiable=satisfiable)
    if through is not None:
        chosen = replace(chosen, environments=kinds.through(through, chosen.environments))
    impossible: dict[str, str] = {}
    if resolving:
        with processes.workers(4) as pool:
            reasons = list(pool.map(availability.why_unresolvable, chosen.environments))
        impossible = {e.name: why for e, why in zip(chosen.environments, reasons, strict=True) if why is not None}
    return Plan(profile=chosen, matrix=loaded.path.resolve(), impossible=impossible, through=through)
