"""Where a series of figures changed and stayed so. Pure.

A step is found by PELT [1]_ on logarithms, in units of the series' noise. Three rules keep a quiet history quiet:

- One or two outliers are no step. Each value is compared with the median of the five runs around it [2]_. A value far
  from it is replaced by it, and does not count among the runs that a step needs on each side.
- The noise is that of first differences, which a step hardly changes. A series never counts as quieter than the median
  of its companions: six runs of one series can look quiet by accident.
- A step smaller than the least effect does not count, however certain it is.

.. [1] R. Killick, P. Fearnhead, I. A. Eckley, "Optimal detection of changepoints with a linear computational cost",
   JASA 107 (2012).
.. [2] Hampel's filter: R. K. Pearson, "Outliers in process modeling and identification", IEEE Trans. Control Syst.
   Technol. 10 (2002).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Runs before and after a step, at least.
SEGMENT = 3
_WINDOW = 2 * SEGMENT - 1  # its median is not moved by fewer than SEGMENT runs
_STANDS_OUT = 3.0  # in units of noise
#: A step must lower the cost by this many times log(number of runs). With 4, 0.1 % of the series without any step
#: have one (6 to 60 runs, normal noise of 2 to 40 %), 0.4 % where noise has the tails of Student's t with 3 degrees of
#: freedom, 1 % where that of companions differs threefold; the BIC, with 2, has ten times as many.
_PENALTY = 4.0
#: A step may be a run off where that raises the cost by less: a likelihood ratio of 95 %.
_AS_GOOD = 3.84
_MAD = 1.4826  # of a normal distribution: from the median absolute deviation to the standard deviation


@dataclass(frozen=True, kw_only=True)
class Step:
    """Places are indexes into the series: the first run after the step."""

    place: int
    as_good: tuple[int, ...]  # places that explain the series nearly as well, ``place`` among them
    before: float  # medians of the runs between this step and its neighbours
    after: float

    @property
    def ratio(self) -> float:
        return self.after / self.before


def noise(values: NDArray[np.float64]) -> float:
    """Estimate the standard deviation of a series of logarithms, in spite of steps and outliers."""
    differences = np.diff(values)
    if not len(differences):
        return 0.0
    spread = float(np.median(np.abs(differences - np.median(differences))))
    return _MAD * spread / math.sqrt(2) * (1 + 2 / len(values))  # with few differences it is often too small


def find(values: Sequence[float], *, effect: float, companions: float = 0.0) -> tuple[Step, ...]:
    """Find the steps of a series of positive values, in the order of the runs.

    Parameters
    ----------
    effect : the least ratio of medians, above 1.
    companions : median noise of series that were measured in the same way.
    """
    logs = np.log(np.asarray(values, dtype=np.float64))
    least = math.log(effect)
    if len(logs) < 2 * SEGMENT or np.ptp(logs) < least:
        return ()
    # A tenth of the effect: sizes have no noise at all, and a cost cannot be divided by 0.
    unit = max(noise(logs), companions, least / 10)
    local = _local_medians(logs)
    steady = np.abs(logs - local) <= _STANDS_OUT * unit
    calm = np.where(steady, logs, local)
    places = _segmented(calm / unit)
    while places and np.min(differences := _differences(logs, steady, places)) < least:
        del places[int(np.argmin(differences))]
    medians = _medians(logs, steady, places)
    edges = [0, *places, len(calm)]
    return tuple(
        Step(
            place=place,
            as_good=_as_good(calm / unit, before, place, after),
            before=math.exp(medians[index]),
            after=math.exp(medians[index + 1]),
        )
        for index, (before, place, after) in enumerate(zip(edges, places, edges[2:], strict=False))
    )


def _local_medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each value and the four nearest; fewer than SEGMENT of them that stand out do not move it."""
    windows = np.lib.stride_tricks.sliding_window_view(values, _WINDOW)
    # At both ends the window keeps its width, or the last run would be compared with itself.
    nearest = np.clip(np.arange(len(values)) - _WINDOW // 2, 0, len(windows) - 1)
    return np.asarray(np.median(windows, axis=1)[nearest])


def _segmented(values: NDArray[np.float64]) -> list[int]:
    try:
        import ruptures  # noqa: PLC0415  # it has no release for the newest Python: all but the history must do without
    except ImportError as error:
        raise MachineError(f"the history needs the package ruptures, and this Python has none: {error}") from error
    search = ruptures.KernelCPD(kernel="linear", min_size=SEGMENT).fit(values[:, np.newaxis])
    return [int(place) for place in search.predict(pen=_PENALTY * math.log(len(values)))[:-1]]


def _medians(values: NDArray[np.float64], steady: NDArray[np.bool_], places: list[int]) -> NDArray[np.float64]:
    """Of the steady values between places; NaN where they are too few."""
    parts = [part[kept] for part, kept in zip(np.split(values, places), np.split(steady, places), strict=True)]
    return np.array([np.median(part) if len(part) >= SEGMENT else np.nan for part in parts])


def _differences(values: NDArray[np.float64], steady: NDArray[np.bool_], places: list[int]) -> NDArray[np.float64]:
    """How far apart the medians on both sides of each place are; 0 beside too few values."""
    return np.nan_to_num(np.abs(np.diff(_medians(values, steady, places))), nan=0.0)


def _as_good(values: NDArray[np.float64], start: int, place: int, end: int) -> tuple[int, ...]:
    def cost(at: int) -> float:
        return float(sum(part.var() * len(part) for part in (values[start:at], values[at:end])))

    near = range(max(start + SEGMENT, place - 1), min(end - SEGMENT, place + 1) + 1)
    return tuple(at for at in near if at == place or cost(at) - cost(place) < _AS_GOOD)
