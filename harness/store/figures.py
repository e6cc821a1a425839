"""Makes figures of samples: the rows of figures.parquet, and the columns of a cell that they fill. Pure."""

from __future__ import annotations

import statistics
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.store.statistics import MEMORY_FLOOR, SampleSummary, summary, why_unstable
from harness.terms import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.terms import Measure

_SHARED = frozenset({Figure.SHARED_PSS, Figure.SHARED_PRIVATE})


def rows(measured: Mapping[str, Any], measure: Measure | None, *, otherwise: str) -> Iterator[dict[str, Any]]:
    """One row for each figure of a measurement.

    Parameters
    ----------
    measured : a row of the journal, with ``samples`` and, by figure, why any is ``missing``.
    measure : what the profile measures; None gives no rows.
    otherwise : the reason of a figure that has no sample and no reason of its own.
    """
    for figure in () if measure is None else measure.figures:
        row: dict[str, Any] = {"figure": str(figure), "unit": figure.unit, "rounds": 0}
        found = summarized(measured["samples"], figure)
        if found is None:
            yield {**row, "reason": measured["missing"].get(figure, otherwise)}
            continue
        reason = _doubt(measured, figure, found)
        yield {**row, **asdict(found), "stable": reason is None, "reason": reason}


def columns(measured: Mapping[str, Any], measure: Measure) -> dict[str, Any]:
    """The columns of a cell's row that its measurement fills; figures without a sample have none."""
    found: dict[str, Any] = {}
    for figure in measure.figures:
        figured = summarized(measured["samples"], figure)
        if figured is None:
            continue
        found[figure] = figured.median if figure.unit == "s" else round(figured.median)
        if figure is Figure.LOAD:
            found |= {"load_seconds_min": figured.min, "load_seconds_iqr": figured.iqr, "load_rounds": figured.rounds}
            found["load_stable"] = _doubt(measured, figure, figured) is None
        if figure in _SHARED:
            found["mmap_readers"] = measure.sharing
    return found


def summarized(samples: Iterable[Mapping[str, Any]], figure: Figure) -> SampleSummary | None:
    """Statistics of the samples' medians. Values of one process are not independent, so a sample counts once."""
    values = [statistics.median(sample["values"]) for sample in samples if sample["figure"] == figure]
    return summary(values) if values else None


def _doubt(measured: Mapping[str, Any], figure: Figure, found: SampleSummary) -> str | None:
    """Why a figure cannot be trusted, or None: it varies much, or a process that should have measured it did not."""
    stopped = measured["missing"].get(figure)
    if stopped is not None:
        return f"after {found.rounds} samples: {stopped}"
    return why_unstable(found, floor=_floor(figure))


def _floor(figure: Figure) -> float:
    return MEMORY_FLOOR if figure.unit == "B" else 0.0
