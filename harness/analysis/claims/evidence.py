"""A run's tables as claims need them: native cells apart from emulated ones, and with the columns of new runs."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.analysis.cells import COLUMNS as CELL_COLUMNS
from harness.analysis.cells import sound_at_home
from harness.analysis.versions import parsed
from harness.store import tables

if TYPE_CHECKING:
    import pandas as pd

    from harness.store import RunTables


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The tables with every column of `harness.store.tables`; null if the run is older than a column.

    ``cells`` has three more columns:

    ``sound_at_home``: in the producer itself the same reader predicts the same; any reader, if that one was not tried.
    ``same_python``: producer and consumer have the same minor version of Python.
    ``to_newer``: the consumer's scikit-learn is newer.
    """

    environments: pd.DataFrame
    artifacts: pd.DataFrame
    cells: pd.DataFrame
    emulated: Evidence | None = None  # what ran under an emulator: it is never in the tables above


def gather_evidence(run: RunTables) -> Evidence:
    """Gather the evidence of a run, native cells apart from emulated ones."""
    environments = _completed(run.environments, tables.ENVIRONMENTS.names)
    artifacts = _completed(run.artifacts, tables.ARTIFACTS.names)
    cells = _with_comparisons(_completed(run.cells, [*tables.CELLS.names, *CELL_COLUMNS]))
    foreign = cells["producer_emulated"].eq(True) | cells["consumer_emulated"].eq(True)
    emulators = environments[environments["emulated"].eq(True)]["environment"]
    apart = artifacts["producer"].isin(emulators)
    return Evidence(
        environments=environments,
        artifacts=artifacts[~apart],
        cells=cells[~foreign],
        emulated=Evidence(environments=environments, artifacts=artifacts[apart], cells=cells[foreign]),
    )


def _completed(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return table.reindex(columns=names)


def _with_comparisons(cells: pd.DataFrame) -> pd.DataFrame:
    pythons = zip(cells["producer_python"], cells["consumer_python"], strict=True)
    versions = zip(cells["producer_sklearn"], cells["consumer_sklearn"], strict=True)
    return cells.assign(
        sound_at_home=sound_at_home(cells),
        same_python=np.array([_minor(one) == _minor(other) != () for one, other in pythons], dtype=bool),
        to_newer=np.array([bool(_release(one)) and _release(one) < _release(other) for one, other in versions], bool),
    )


def _minor(version: Any) -> tuple[int, ...]:
    return _release(version)[:2]


@cache
def _release(version: Any) -> tuple[int, ...]:
    known = parsed(version) if isinstance(version, str) else None
    return known.release if known is not None else ()


def side(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Select the rows of ``FORMAT`` or ``FORMAT/READER``. The format may be a pattern, such as "onnx*"."""
    formats, _, reader = name.partition("/")
    rows = table[table["format"].isin([text for text in table["format"].unique() if fnmatchcase(text, formats)])]
    return rows[rows["reader"] == reader] if reader and "reader" in rows else rows
