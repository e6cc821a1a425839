"""Where one artifact came from, what happened to it, and how to rebuild its model."""

from __future__ import annotations

import json
import os
import shlex
from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.errors import InputError, unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from harness.store import RunTables


def find(tables: RunTables, artifact_id: str) -> dict[str, Any]:
    """Find the row of an artifact, with its manifest decoded and its cells counted by status.

    Raises
    ------
    InputError : the run has no such artifact.
    """
    rows = tables.artifacts[tables.artifacts["artifact_id"] == artifact_id]
    if rows.empty:
        raise InputError(f"{tables.path}: {unknown('artifact', artifact_id, list(tables.artifacts['artifact_id']))}")
    row = {str(name): _plain(value) for name, value in rows.iloc[0].items()}
    row["manifest"] = json.loads(row["manifest"] or "null")
    cells = tables.cells[tables.cells["artifact_id"] == artifact_id]
    row["cells"] = dict(Counter(cells["status"]).most_common())
    return row


def _plain(value: Any) -> Any:
    """A value that JSON can hold; None if it was not measured."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124  # NaN


def rebuild_commands(
    tables: RunTables, row: dict[str, Any], stage: Path, interpreter: Callable[[str], str | None]
) -> list[str]:
    """Return shell commands that rebuild the model from what the run has stored.

    Parameters
    ----------
    stage : the guest's folder.
    interpreter : gives the path of a Python of a minor version on this machine, or None.
    """
    manifest, run = row["manifest"], os.path.relpath(tables.path)
    environment: pd.Series[Any] = tables.environments.set_index("environment").loc[row["producer"]]
    minor = ".".join(str(environment["python"]).split(".")[:2])
    python = interpreter(minor) or str(environment["python"])
    pip = ["uv", "pip", "install", "--python", "rebuilt", "--require-hashes", "-r", f"{run}/{manifest['lock']}"]
    threads = "OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "
    start = ["rebuilt/bin/python", "-I", os.path.relpath(stage), "rebuild", run, manifest["fitted_sha256"]]
    return [
        shlex.join(["uv", "venv", "--python", python, "rebuilt"]),
        shlex.join(pip),
        threads + shlex.join([*start, f"{row['case']}.pickle"]),
    ]
