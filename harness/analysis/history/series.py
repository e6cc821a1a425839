"""Series over runs: one figure of one cell, of runs that can be compared; and cells whose status changed."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from harness.analysis.cells import meanings
from harness.analysis.compare.effects import SIZE
from harness.analysis.history.figure_kinds import STATUS, WORDS
from harness.analysis.history.past_runs import UNREADABLE, Skipped
from harness.analysis.meanings import Meaning
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.history.past_runs import StoredRun

_CELLS = ("cell_id", "artifact_id", "status", "parity", "size_bytes", "consumer_emulated")
_KEYS = ["subject", "figure", "fingerprint", "emulated"]


@dataclass(frozen=True, kw_only=True)
class Series:
    """One figure over runs of one host.

    ``subject`` is a cell's id, or an artifact's where the figure is its size: every reader finds the same size, so
    that one change would be told a hundred times.
    """

    subject: str
    figure: str
    fingerprint: str  # empty for a size, which no host changes
    emulated: bool
    runs: tuple[int, ...]  # places in the list of runs, rising
    values: tuple[float, ...]  # medians in seconds or bytes


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A cell whose status is another one than in the run before that tried it."""

    cell_id: str
    before: str
    after: str
    previous: int  # places in the list of runs
    run: int
    lasting: bool  # its status has not changed since


@dataclass(frozen=True, kw_only=True)
class Collected:
    series: tuple[Series, ...]
    transitions: tuple[Transition, ...]
    cells: int
    not_run: int  # of the newest run's cells
    runs: tuple[StoredRun, ...]  # without those whose tables cannot be read; every place is a place in here
    skipped: list[Skipped]


def collect(runs: Sequence[StoredRun], figures: frozenset[str], patterns: Sequence[str]) -> Collected:
    """Go through the runs, oldest first; never more than one run's cells are held, and what is known of each cell."""
    statuses = Statuses()
    rows: list[pd.DataFrame] = []
    read: list[StoredRun] = []
    skipped: list[Skipped] = []
    not_run = 0
    for run in runs:
        try:
            cells = _selected(run.table("cells", _CELLS).drop_duplicates("cell_id", keep="last"), patterns)
            measured, sizes = _measured(run, cells, figures), _sizes(cells, figures)
        except UNREADABLE as error:
            skipped.append(Skipped(name=run.name, reason=f"cannot be read: {type(error).__name__}: {error}"))
            continue
        place = len(read)
        read.append(run)
        unwritten = bool((cells["status"] == Status.NO_ARTIFACT).any())  # what a run elsewhere has is read on demand
        untried = meanings(cells, run.unrun_artifacts() if unwritten else ()) == Meaning.NOT_RUN
        not_run = int(untried.sum())
        statuses.see(place, cells.loc[~untried].set_index("cell_id")["status"])
        rows += [frame.assign(run=place) for frame in (measured, sizes) if not frame.empty]
    return Collected(
        series=_series(rows),
        transitions=statuses.transitions() if STATUS in figures else (),
        cells=statuses.count,
        not_run=not_run,
        runs=tuple(read),
        skipped=skipped,
    )


class Statuses:
    """What is known of every cell's status, run by run."""

    def __init__(self) -> None:
        self._known = pd.DataFrame({"status": pd.Series(dtype="str"), "run": pd.Series(dtype="int64")})
        self._seen: list[tuple[str, str, str, int, int]] = []

    @property
    def count(self) -> int:
        return len(self._known)

    def see(self, place: int, statuses: pd.Series[str]) -> None:
        """``statuses`` by cell id, of the run at ``place``, later than all before."""
        before = self._known.reindex(statuses.index)
        changed = (before["status"].notna() & (before["status"] != statuses)).to_numpy(dtype=bool)
        self._seen += [
            (str(cell), str(old), str(new), int(previous), place)
            for cell, old, new, previous in zip(
                statuses.index[changed],
                before["status"][changed],
                statuses[changed],
                before["run"][changed],
                strict=True,
            )
        ]
        known = pd.concat([self._known, pd.DataFrame({"status": statuses, "run": place})])
        self._known = known[~known.index.duplicated(keep="last")]  # what this run did not try stays as it was

    def transitions(self) -> tuple[Transition, ...]:
        last = {cell: run for cell, _, _, _, run in self._seen}
        return tuple(
            Transition(cell_id=cell, before=old, after=new, previous=previous, run=run, lasting=last[cell] == run)
            for cell, old, new, previous, run in self._seen
        )


def _selected(cells: pd.DataFrame, patterns: Sequence[str]) -> pd.DataFrame:
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern.removeprefix("!") for pattern in patterns if pattern.startswith("!")]
    if not patterns:
        return cells
    kept = [
        (not wanted or any(fnmatchcase(name, pattern) for pattern in wanted))
        and not any(fnmatchcase(name, pattern) for pattern in unwanted)
        for name in cells["cell_id"]
    ]
    return cells[np.array(kept, dtype=bool)]


def _sizes(cells: pd.DataFrame, figures: frozenset[str]) -> pd.DataFrame:
    written = cells.dropna(subset=["size_bytes"]).drop_duplicates("artifact_id")
    if SIZE not in figures:
        written = written.iloc[:0]
    return pd.DataFrame(
        {
            "subject": written["artifact_id"],
            "figure": SIZE,
            "fingerprint": "",
            "emulated": False,
            "value": written["size_bytes"].astype("float64"),
        }
    )


def _measured(run: StoredRun, cells: pd.DataFrame, figures: frozenset[str]) -> pd.DataFrame:
    """The measured figures only: what the correctness pass observed once, beside other guests, is no measurement."""
    wanted = figures & WORDS.keys() - {SIZE}
    if not wanted or run.fingerprint is None or not run.has("figures"):
        return pd.DataFrame(columns=[*_KEYS, "value"])
    rows = run.table("figures", ("cell_id", "figure", "rounds", "median"))
    rows = rows[rows["figure"].isin(list(wanted)) & (rows["rounds"] > 0) & rows["median"].notna()]
    rows = rows.merge(cells[["cell_id", "consumer_emulated"]], on="cell_id")
    return pd.DataFrame(
        {
            "subject": rows["cell_id"],
            "figure": rows["figure"],
            "fingerprint": run.fingerprint,
            "emulated": rows["consumer_emulated"].eq(other=True),
            "value": rows["median"].astype("float64"),
        }
    )


def _series(rows: list[pd.DataFrame]) -> tuple[Series, ...]:
    if not rows:
        return ()
    every = pd.concat(rows)
    every = every[np.isfinite(every["value"])]
    return tuple(
        Series(
            subject=str(subject),
            figure=str(figure),
            fingerprint=str(fingerprint),
            emulated=bool(emulated),
            runs=tuple(int(run) for run in group["run"]),
            values=tuple(float(value) for value in group["value"]),
        )
        for (subject, figure, fingerprint, emulated), group in every.groupby(_KEYS, sort=True)
    )
