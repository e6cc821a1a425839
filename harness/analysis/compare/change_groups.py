"""Groups of cells that change together: of one environment, case, format or message. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis import columns
from harness.analysis.compare.status_changes import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.analysis.compare.suspects import Suspects, Suspicion

DIMENSIONS = ("consumer", "producer", "case", "format", "reader", "message")
MOST = 50  # groups of one kind; what is left is one more
#: How strongly a value is preferred if few unchanged rows have it: ten whole cases are ten groups, not one format.
_SHARPNESS = 4
#: From this share on, everything has changed, and is one group.
_ALL = 0.9


@dataclass(frozen=True, kw_only=True)
class Members:
    """What a group consists of, the most frequent first."""

    producers: tuple[str, ...]
    consumers: tuple[str, ...]  # empty of artifacts
    cases: tuple[str, ...]
    formats: tuple[str, ...]
    readers: tuple[str, ...]  # empty of artifacts


@dataclass(frozen=True, kw_only=True)
class ChangeGroup:
    """Cells or artifacts that changed together."""

    kind: ChangeKind
    by: str  # what they have in common: one of `DIMENSIONS`, "all"; empty for what is left over
    count: int
    of: int  # how many have that in common, changed or not
    was: dict[str, int]  # statuses; empty of new ones
    now: dict[str, int]  # statuses; empty of those that are gone
    members: Members
    findings: dict[str, int]  # how many have each, the most serious first
    example: str  # an id
    reason: str  # the example's, empty if it has none
    causes: Suspects


def group_changes(changes: pd.DataFrame, suspicion: Suspicion, identifier: str = "cell_id") -> tuple[ChangeGroup, ...]:
    """Group the rows of `status_changes.compare_statuses` that changed, the most serious kind first."""
    found = []
    for kind in ChangeKind:
        rows = changes[changes["kind"] == kind]
        for by, of_all, group in cover(rows, changes, DIMENSIONS):
            worst = group.sort_values(["worst", identifier], ascending=[False, True]).iloc[0]
            found.append(
                ChangeGroup(
                    kind=kind,
                    by=by,
                    count=len(group),
                    of=of_all,
                    was=columns.counts(group["was"].dropna()),
                    now=columns.counts(group["now"].dropna()),
                    members=members(group),
                    findings=columns.findings(group),
                    example=str(worst[identifier]),
                    reason="" if pd.isna(worst["reason"]) else str(worst["reason"]),
                    causes=suspicion.find_suspects(group),
                )
            )
    return tuple(found)


def cover(
    rows: pd.DataFrame, everything: pd.DataFrame, dimensions: Sequence[str]
) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Split rows greedily by what they have in common: the value that explains most of the remaining rows comes first.

    A value explains rows well if many of them have it, and few other rows of ``everything``. A format that all cells
    have explains little.

    Yields
    ------
    The dimension, how many rows of ``everything`` have the value, and the rows.
    """
    if rows.empty:
        return
    if len(rows) > max(1, _ALL * len(everything)):
        yield "all", len(everything), rows
        return
    known = [name for name in dimensions if name in rows]
    coded = {name: pd.factorize(rows[name]) for name in known}
    totals = {name: _totals(name, everything, coded[name][1]) for name in known}
    left = np.ones(len(rows), dtype=bool)
    for _ in range(MOST):
        if not left.any():
            return
        best = ("", -1, 0.0)
        for name in known:
            counts = np.bincount(coded[name][0][left], minlength=len(totals[name]))
            scores = counts * (counts / totals[name]) ** _SHARPNESS
            if scores.max() > best[2]:
                best = (name, int(scores.argmax()), float(scores.max()))
        chosen = left & (coded[best[0]][0] == best[1])
        by, size = (
            _named(rows[chosen], everything) if best[0] == "message" else (best[0], int(totals[best[0]][best[1]]))
        )
        yield by, size, rows[chosen]
        left &= ~chosen
    if left.any():
        yield "", int(left.sum()), rows[left]


def _named(rows: pd.DataFrame, everything: pd.DataFrame) -> tuple[str, int]:
    """Find what else rows with one message have in common, and how many rows of everything have it."""
    single = [name for name in DIMENSIONS[:-1] if name in rows and len(set(rows[name])) == 1]
    sizes = {name: int((everything[name] == rows[name].iloc[0]).sum()) for name in single}
    return min(sizes.items(), key=lambda item: item[1], default=("message", len(rows)))


def _totals(name: str, everything: pd.DataFrame, values: pd.Index[Any]) -> np.ndarray[Any, Any]:
    counts = everything[name].value_counts().reindex(values).to_numpy(dtype=float, copy=True)
    if name == "message":
        counts[np.asarray(values == "", dtype=bool)] = np.inf  # rows without a message have nothing in common
    return counts


def members(rows: pd.DataFrame) -> Members:
    """List what the rows consist of."""
    found = {f"{name}s": columns.most(rows[name]) if name in rows else () for name in DIMENSIONS if name != "message"}
    return Members(**found)
