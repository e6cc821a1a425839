"""Which changes of a history are accepted in ``expectations.yaml``. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from harness.analysis.history.changes import names_of
from harness.terms import artifact_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from harness.analysis.compare.expectations import Accepted, Expectations, Selection
    from harness.analysis.history.changes import Change


def reasons(
    expectations: Expectations, *, runs: Sequence[str], families: Mapping[str, str]
) -> Callable[[Change], str | None]:
    """Return a function that gives the reason of an accepted change, and None for another.

    Parameters
    ----------
    runs : ids of all runs of the history, oldest first. The place of a step may move by one run as more runs come, so a
        step that was accepted for a neighbouring run counts as the same.
    families : by case.
    """

    def reason(change: Change) -> str | None:
        for _, entry in expectations.accepted:
            if entry.change == change.figure and _means(entry.cells, change, families) and _within(entry, change, runs):
                return entry.reason
        return None

    return reason


def _within(entry: Accepted, change: Change, runs: Sequence[str]) -> bool:
    ratio = change.ratio
    if ratio is None:
        return entry.between(change.previous, change.run) and entry.to in (None, change.after)
    if entry.up_to is not None and not 1 / entry.up_to <= ratio <= entry.up_to:
        return False
    before, at = runs.index(change.previous), runs.index(change.run)
    earliest = runs[before - 1] if before else ""
    return entry.between(earliest, runs[min(at + 1, len(runs) - 1)])


def _means(selection: Selection, change: Change, families: Mapping[str, str]) -> bool:
    """Whether a change is of selected cells. The size of an artifact belongs to all its cells."""
    names = names_of(change.subject)
    known = {
        "cell": change.subject,
        "producer": names.producer,
        "case": names.case,
        "family": families.get(names.case, ""),
        "format": names.format,
    }
    if names.consumer is not None:
        known |= {"consumer": names.consumer, "reader": names.reader or ""}
    wanted = {key: pattern for key, pattern in selection if pattern is not None}
    if names.consumer is None and "cell" in wanted:
        wanted["cell"] = artifact_part(wanted["cell"])
    return all(fnmatchcase(known[key], pattern) for key, pattern in wanted.items() if key in known)
