"""The sessions that build environments, one each. A run calls nox with this file; the checkout's noxfile has more.

``environment-NAME`` builds one environment, as its kind has it: see harness/environments/. Internal.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nox

from harness import errors
from harness.config import matrix as matrices
from harness.environments import availability, kinds
from harness.machine import tools

if TYPE_CHECKING:
    from harness.environments.kind import Session
    from harness.terms import Environment

#: `nox -l --json` lists what would be run, and a CI matrix wants to see every session.
LISTING = "--json" in sys.argv


def _register(environment: Environment, made: Session) -> None:
    """Register the session of one environment, which its kind has made."""
    made.run.__doc__ = made.description
    name = f"environment-{environment.name}"
    nox.session(name=name, python=made.python or False, reuse_venv=True, default=LISTING, tags=["environment"])(
        made.run
    )


def _environments() -> tuple[Environment, ...]:
    path = Path(os.environ.get("HARNESS_MATRIX", tools.MATRIX))
    try:
        return matrices.load_matrix(path, native=os.environ.get("HARNESS_NATIVE")).environments(
            satisfiable=availability.satisfiable
        )
    except errors.HarnessError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


ENVIRONMENTS = _environments()
for _one in ENVIRONMENTS:
    _made = kinds.OF[_one.kind].session(_one)
    if _made is not None:
        _register(_one, _made)
