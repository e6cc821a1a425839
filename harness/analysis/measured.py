"""What a run has measured: the figures of each cell, and each reader compared with pickle. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis import columns, units
from harness.terms import LOADED, Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.store import RunTables

#: Every reader is compared with this one, which is part of Python.
BASE = "pickle/pickle"
SIZE = "size_bytes"
#: In bytes. A ratio of two smaller figures shows nothing: an allocator reuses memory that it already holds.
_MEMORY_FLOOR = 1024**2


#: What a table of figures shows: the figure, its heading.
COLUMNS = (
    (SIZE, "size"),
    (Figure.LOAD, "load"),
    (Figure.EVICTED_LOAD, "from disk"),
    (Figure.PREDICT, "predict"),
    (Figure.FIRST_LOAD, "first load"),
    (Figure.COLD_START, "cold start"),
    (Figure.COLD_START_PEAK, "its peak"),
    (Figure.LOAD_PEAK, "load peak"),
    (Figure.LOAD_PRIVATE, "kept"),
    (Figure.SHARED_PSS, "held together"),
    (Figure.SHARED_PRIVATE, "of it private"),
)


@dataclass(frozen=True, kw_only=True)
class MeasuredRow:
    """One measured cell. A figure that was not measured is missing."""

    cell_id: str
    consumer: str
    case: str
    way: str  # format/reader
    size_bytes: float | None
    figures: Mapping[str, float]
    unstable: frozenset[str]  # figures among them

    def text(self, figure: str) -> str:
        """Write a figure with its unit, with ~ before one that is not stable."""
        value = self.size_bytes if figure == SIZE else self.figures.get(figure)
        if value is None:
            return ""
        mark = "~" if figure in self.unstable else ""
        return mark + units.figure(figure, value)


@dataclass(frozen=True, kw_only=True)
class Trade:
    """One format and reader compared with pickle: for each figure, the median of the ratios over all cases."""

    way: str
    cells: int
    ratios: Mapping[str, float] = field(default_factory=dict)

    def text(self, figure: str) -> str:
        ratio = self.ratios.get(figure)
        if ratio is None:
            return ""
        if 0 < ratio < 0.005:  # noqa: PLR2004  # would be shown as 0
            return "<0.01x"
        return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.0f}x"  # noqa: PLR2004  # digits


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Everything that was measured, in the order of the tables."""

    rows: tuple[MeasuredRow, ...]
    trades: tuple[Trade, ...]
    unmeasured: Mapping[str, int]  # reasons, with the number of figures
    unstable: int  # figures
    readers: int  # processes that held one artifact together

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The figures that at least one cell has, each with its heading."""
        return [(name, heading) for name, heading in COLUMNS if any(row.text(name) for row in self.rows)]

    @property
    def legend(self) -> str:
        """An explanation of the headings."""
        words = (
            "load: again, in a process that has loaded it before; from disk: out of the page cache; first load: in a "
        )
        words += (
            "fresh interpreter that has imported the library; cold start: from no interpreter to a prediction; load "
        )
        words += "peak, kept: memory above what was held before"
        together = f"; held together: by {self.readers} processes with the same artifact (Pss)" if self.readers else ""
        return words + together + ". Medians; ~ means not known to within 10 %."


def summarize_measurements(tables: RunTables) -> Measured:
    """Summarize the measurements of a stored run. If nothing was measured there are no rows."""
    figures = tables.figures
    there = figures[figures["rounds"] > 0]
    rows = tuple(_rows(tables.cells, there))
    # Why a model could not be loaded is reported as a failure, not here.
    loaded = set(tables.cells.loc[columns.among(tables.cells["status"], LOADED), "cell_id"])
    absent = figures[(figures["rounds"] == 0) & figures["cell_id"].isin(loaded)]
    return Measured(
        rows=rows,
        trades=tuple(_trades(rows)),
        unmeasured={str(reason): int(count) for reason, count in absent["reason"].value_counts().items()},
        unstable=int((there["stable"] == False).sum()),  # noqa: E712  # nulls are neither
        readers=int(tables.cells["mmap_readers"].max()) if tables.cells["mmap_readers"].notna().any() else 0,
    )


def _rows(cells: pd.DataFrame, figures: pd.DataFrame) -> list[MeasuredRow]:
    by_cell = {str(name): group for name, group in figures.groupby("cell_id", sort=False)}
    wanted = ["cell_id", "consumer", "case", "format", "reader", "size_bytes"]
    found = []
    for cell in cells.loc[cells["cell_id"].isin(list(by_cell)), wanted].to_dict("records"):
        mine = by_cell[cell["cell_id"]]
        found.append(
            MeasuredRow(
                cell_id=cell["cell_id"],
                consumer=cell["consumer"],
                case=cell["case"],
                way=f"{cell['format']}/{cell['reader']}",
                size_bytes=None if pd.isna(cell["size_bytes"]) else float(cell["size_bytes"]),
                figures=dict(zip(mine["figure"], mine["median"], strict=True)),
                unstable=frozenset(mine.loc[mine["stable"] == False, "figure"]),  # noqa: E712
            )
        )
    return found


def _trades(rows: tuple[MeasuredRow, ...]) -> list[Trade]:
    bases = {(row.consumer, row.case): row for row in rows if row.way == BASE}
    pairs: dict[str, list[tuple[MeasuredRow, MeasuredRow]]] = {}
    for row in rows:
        base = bases.get((row.consumer, row.case))
        if base is not None:
            pairs.setdefault(row.way, []).append((row, base))
    found = [Trade(way=way, cells=len(those), ratios=_ratios(those)) for way, those in pairs.items()]
    return sorted(found, key=lambda trade: (trade.way != BASE, trade.ratios.get(Figure.LOAD, math.inf)))


def _ratios(pairs: list[tuple[MeasuredRow, MeasuredRow]]) -> dict[str, float]:
    found = {}
    for figure in (SIZE, *Figure):
        ratios = [ratio for row, base in pairs if (ratio := _ratio(row, base, figure)) is not None]
        if ratios:
            found[str(figure)] = float(pd.Series(ratios).median())
    return found


def _ratio(row: MeasuredRow, base: MeasuredRow, figure: str) -> float | None:
    ours, theirs = ((r.size_bytes if figure == SIZE else r.figures.get(figure)) for r in (row, base))
    if ours is None or theirs is None or theirs <= 0:
        return None
    memory = figure.endswith("_bytes") and figure != SIZE
    return None if memory and max(ours, theirs) < _MEMORY_FLOOR else ours / theirs
