"""What a plan costs, by what the cells of a stored run took."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import InputError
from harness.files import stored
from harness.store.reading import read_run_json
from harness.store.stored_runs import every

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long a run took, all in all, for each of its cells."""

    run: str
    seconds: float  # for one cell, with its share of fitting and building
    processors: int | None

    def of(self, cells: int) -> float:
        """Seconds that so many cells would take."""
        return self.seconds * cells


def pace(results: Path) -> Pace | None:
    """That of the newest finished run; None where none says how long it took."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # half a second, and most verbs need none

    with contextlib.suppress(InputError):
        for path in every(results):
            with contextlib.suppress(InputError, OSError, ValueError):
                run = read_run_json(path)
                cells = pq.read_metadata(stored(path / "cells.parquet")).num_rows
                seconds, host = run.get("seconds"), run.get("host")
                if run.get("complete") and isinstance(seconds, int | float) and seconds > 0 and cells:
                    processors = host.get("processors") if isinstance(host, dict) else None
                    known = processors if isinstance(processors, int) else None
                    return Pace(run=path.name, seconds=seconds / cells, processors=known)
    return None
