"""The command that repeats one cell with exactly the packages of its run. Pure."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def command(run: Mapping[str, Any], path: Path, cell_id: str) -> str:
    """Return the command, for a shell in the checkout.

    Parameters
    ----------
    run : what ``run.json`` holds.
    path : the run's folder, whose locks are used.
    """
    words = ["python", "-m", "harness", "run", "--profile", str(run["profile"]), "--only", cell_id]
    if run.get("matrix"):  # of another than the checkout's own; one from outside it is to be put where it is started
        words += ["--matrix", str(run["matrix"])]
    if run.get("through"):
        words += ["--through", str(run["through"])]
    return shlex.join([*words, "--locks", os.path.relpath(path)])
