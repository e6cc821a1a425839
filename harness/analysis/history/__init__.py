"""What changed over all stored runs, at which run, and which packages changed there. Reads stored runs only.

past_runs        finds the runs in a folder or bucket, and reads what a history needs
series           one figure of one cell over time; and the cells whose status changed
steps            finds where a series changed and stayed so; pure
changes          a change with its run and its packages
accepting        which changes are accepted; pure
grouped_changes  changes of one run that belong together; pure
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.history import series as collecting
from harness.analysis.history.accepting import reasons
from harness.analysis.history.changes import Change, find_figure_changes, find_status_changes
from harness.analysis.history.figure_kinds import NAMES
from harness.analysis.history.grouped_changes import GroupedChange, grouped
from harness.analysis.history.past_runs import Skipped, StoredRun, stored_runs
from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.analysis.compare.expectations import Expectations
    from harness.analysis.history.series import Series

__all__ = ["Accepted", "Change", "GroupedChange", "History", "Skipped", "StoredRun", "read_history"]


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A change that is accepted, and why."""

    change: Change
    reason: str


@dataclass(frozen=True, kw_only=True)
class History:
    source: str
    runs: tuple[StoredRun, ...]  # oldest first
    skipped: tuple[Skipped, ...]
    cells: int  # that any of the runs has a status of
    not_run: int  # cells of the newest run that were never tried
    series: tuple[Series, ...]
    changes: tuple[Change, ...]  # without the accepted ones
    findings: tuple[GroupedChange, ...]  # the same, grouped; the most serious first
    accepted: tuple[Accepted, ...]


def read_history(
    source: str | Path,
    *,
    figures: Sequence[str] = (),
    patterns: Sequence[str] = (),
    expectations: Expectations | None = None,
) -> History:
    """Find what changed over the runs of a folder.

    Parameters
    ----------
    source : a folder of runs, or an fsspec URL of one.
    figures : "status", "size_bytes" or figures that are measured; every one if none.
    patterns : of cell ids, with ``*`` and ``?``; one that begins with ``!`` leaves out. Every cell if none.
    expectations : changes that are accepted, and not reported again.

    Raises
    ------
    InputError : no run is stored there, there is no such figure, or no cell fits.
    MachineError : the package for this kind of URL is missing, or the place cannot be reached.
    """
    unknown = [name for name in figures if name not in NAMES]
    if unknown:
        raise InputError(f"no figure {unknown[0]}; there are {', '.join(NAMES)}")
    found, skipped = stored_runs(str(source))
    collected = collecting.collect(found, frozenset(figures or NAMES), patterns)
    skipped += collected.skipped
    if patterns and collected.runs and not collected.cells:
        raise InputError(f"{source}: no cell fits {', '.join(patterns)}; an id is PRODUCER/CASE/FORMAT>CONSUMER/READER")
    every = [
        *find_status_changes(collected.transitions, collected.runs),
        *find_figure_changes(collected.series, collected.runs),
    ]
    known = _known(expectations, collected.runs)
    reasons_known = [known(change) for change in every]
    news = [change for change, reason in zip(every, reasons_known, strict=True) if reason is None]
    return History(
        source=str(source),
        runs=collected.runs,
        skipped=tuple(skipped),
        cells=collected.cells,
        not_run=collected.not_run,
        series=collected.series,
        changes=tuple(news),
        findings=grouped(news),
        accepted=tuple(
            Accepted(change=change, reason=reason)
            for change, reason in zip(every, reasons_known, strict=True)
            if reason is not None
        ),
    )


def _known(expectations: Expectations | None, runs: Sequence[StoredRun]) -> Callable[[Change], str | None]:
    if expectations is None or not expectations.accepted or not runs:
        return lambda _: None
    cells = runs[-1].table("cells", ["case", "family"]).drop_duplicates()
    families = dict(zip(cells["case"], cells["family"], strict=True))
    return reasons(expectations, runs=[run.run_id for run in runs], families=families)
