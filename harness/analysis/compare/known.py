"""Changes that are accepted or expected, with the reason; and expectations that are no longer true. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.analysis.compare.expectations import STATUS
from harness.analysis.compare.status_changes import IDENTITY, ChangeKind
from harness.terms import Status

if TYPE_CHECKING:
    from pathlib import Path

    from harness.analysis.compare.expectations import Expectations, Selection


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How many changes are accepted or expected, and which entries no longer match anything."""

    accepted: int  # changes of cells, artifacts and figures
    expected: int  # cells whose outcome is the one declared
    path: Path | None  # of the file
    stale: tuple[str, ...]  # entries that select no cell of either run, or have ended


@dataclass(frozen=True, kw_only=True)
class Known:
    """Expectations, and the two runs that they are compared with."""

    expectations: Expectations
    base: str  # run ids
    new: str
    cells: pd.DataFrame  # the identifying columns of every cell of either run

    def settle(self, changes: pd.DataFrame, identifier: str = "cell_id") -> pd.DataFrame:
        """Add ``settled`` to the changes: "accepted", "expected" or null. A settled change has no kind.

        A cell that is ok, but was expected to fail, becomes `ChangeKind.PASSES`.
        """
        settled = changes.assign(settled=pd.Series(None, index=changes.index, dtype=object))
        for _, entry in self.expectations.accepted:
            if entry.change == STATUS and entry.between(self.base, self.new):
                found = (
                    settled["kind"].notna() & (settled["kind"] != ChangeKind.NEW) & self._meant(entry.cells, settled)
                )
                found &= (settled["now"] == entry.to) | (entry.to is None)
                settled.loc[found, ["settled", "kind"]] = ["accepted", None]
        self._expected(settled, identifier)
        return settled

    def _expected(self, settled: pd.DataFrame, identifier: str) -> None:
        passes = pd.Series("", index=settled.index, dtype=object)
        as_declared = pd.Series(data=False, index=settled.index, dtype=bool)
        for place, entry in self.expectations.expected:
            if not entry.on(self.new):
                continue
            meant = self._meant(entry.cells, settled)
            status = entry.cell_status if identifier == "cell_id" else entry.status
            as_declared |= meant & (settled["now"] == status)
            passes[meant & (settled["now"] == Status.OK)] = f"expected {entry.status}, {entry.reason} ({place})"
        settled.loc[as_declared, ["settled", "kind"]] = ["expected", None]
        if identifier == "cell_id":  # an artifact that passes shows in its cells
            found = passes != ""
            settled.loc[found, ["settled", "kind"]] = [None, str(ChangeKind.PASSES)]
            settled.loc[found, "reason"] = settled.loc[found, "message"] = passes[found]

    def accepted(self, rows: pd.DataFrame, figure: str, ratios: pd.Series[float]) -> pd.Series[bool]:
        """Mark the changes of a figure that are accepted. The rows are cells or artifacts."""
        found = pd.Series(data=False, index=rows.index, dtype=bool)
        for _, entry in self.expectations.accepted:
            if entry.change == figure and entry.between(self.base, self.new):
                within = pd.Series(data=True, index=rows.index)
                if entry.up_to is not None:
                    within = ratios.between(1 / entry.up_to, entry.up_to)
                found |= self._meant(entry.cells, rows) & within
        return found

    def _meant(self, selection: Selection, rows: pd.DataFrame) -> pd.Series[bool]:
        return selection.of_cells(rows) if "cell_id" in rows else selection.of_artifacts(rows, self.cells)

    def stale(self) -> tuple[str, ...]:
        """List the entries that match nothing in these runs, each with the reason."""
        found = [
            f"{place}: it selects no cell of these runs"
            for place, selection in self.expectations.selections
            if not selection.of_cells(self.cells).any()
        ]
        ended = [(place, entry.until) for place, entry in self.expectations.expected if not entry.on(self.new)]
        return (*found, *(f"{place}: it ended on {day}, and no longer counts" for place, day in ended))


def apply_expectations(expectations: Expectations, base: str, new: str, *cells: pd.DataFrame) -> Known:
    """Combine expectations with two runs, given their ids and their tables of cells."""
    columns: list[Any] = ["cell_id", *IDENTITY]
    every = pd.concat([table[columns] for table in cells]).drop_duplicates("cell_id").reset_index(drop=True)
    return Known(expectations=expectations, base=base, new=new, cells=every)
