"""Statistics of samples: thin over pytest-benchmark's. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_benchmark.stats import Stats

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A median that is known no better than this, relatively, cannot show the least change that `compare` reports:
#: its figure is called unstable.
UNSTABLE = 0.10
#: Fewer samples tell nothing of their own spread.
LEAST_ROUNDS = 5
#: Bytes below which memory is the allocator's whim; what is small is compared with this.
MEMORY_FLOOR = 512 * 1024


@dataclass(frozen=True, kw_only=True)
class SampleSummary:
    """Seconds or bytes, all but ``rounds``. One value alone has no spread, which is None then and not 0."""

    rounds: int
    median: float
    min: float
    max: float
    mean: float
    stddev: float | None
    iqr: float | None


def summary(values: Sequence[float]) -> SampleSummary:
    """Of at least one value, one for each sample."""
    stats = Stats()
    for value in values:
        stats.update(value)
    return SampleSummary(
        rounds=len(values),
        median=stats.median,
        min=stats.min,
        max=stats.max,
        mean=stats.mean,
        stddev=stats.stddev if len(values) > 1 else None,
        iqr=stats.iqr if len(values) > 1 else None,
    )


def uncertainty(found: SampleSummary, *, floor: float = 0.0) -> float:
    """Half the width of the notch of a box plot, relative to the median (or to ``floor``, when that is more).

    Medians whose notches don't overlap differ at about 5 % (McGill, Tukey and Larsen, 1978). Infinite for fewer than
    `LEAST_ROUNDS`.
    """
    if found.rounds < LEAST_ROUNDS or found.iqr is None:
        return math.inf
    scale = max(found.median, floor)
    return 1.57 * found.iqr / math.sqrt(found.rounds) / scale if scale > 0 else 0.0


def why_unstable(found: SampleSummary, *, floor: float = 0.0) -> str | None:
    """What makes a figure untrustworthy, or None."""
    if found.rounds < LEAST_ROUNDS:
        return f"{found.rounds} samples are too few to tell how much they vary"
    width = uncertainty(found, floor=floor)
    return None if width <= UNSTABLE else f"its median is known to ±{width:.0%} only, after {found.rounds} samples"
