"""Where the matrices of runs lie on this machine. No table and no page says it: a run may be published."""

from __future__ import annotations

import contextlib
from pathlib import Path

from harness.machine import tools


def remember(run_id: str, matrix: Path) -> None:
    """Keep the place of a run's matrix. It only serves the commands that are printed, so a full disk is no error."""
    with contextlib.suppress(OSError):
        place = _kept(run_id)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(str(matrix), encoding="utf-8")


def matrix_of(run_id: str) -> Path | None:
    """The place of a run's matrix; None if this machine did not make the run, or the file is gone."""
    try:
        found = Path(_kept(run_id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found.is_file() else None


def _kept(run_id: str) -> Path:
    return tools.workspace() / ".harness" / "matrices" / Path(run_id).name
