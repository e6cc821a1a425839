"""The figures that are compared, and how much each must change before it is told: the one table of minimum effects."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np

from harness.store.statistics import MEMORY_FLOOR

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


class Machine(StrEnum):
    """What two runs must have in common for a figure to be compared."""

    SAME = "the same hardware fingerprint"
    ALIKE = "the same architecture"
    ANY = "nothing"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The least change of a figure that is told: both the ratio and the floor must be exceeded."""

    unit: str  # "s" or "B"
    machine: Machine
    more: str  # what a larger figure is called
    less: str
    ratio: float
    floor: float = 0.0  # in the figure's unit

    def above(self, values: Numbers, ratio: float | None = None) -> Numbers:
        """Each value moved up by the least change."""
        return np.maximum(values * (ratio or self.ratio), values + self.floor)

    def below(self, values: Numbers, ratio: float | None = None) -> Numbers:
        """Each value moved down by the least change."""
        return np.minimum(values / (ratio or self.ratio), values - self.floor)


# Single clocks swing by some per cent from process to process on a quiet machine, and whole runs by one or two.
_SECONDS = Effect(unit="s", machine=Machine.SAME, more="slower", less="faster", ratio=1.10)
# Memory comes in pages of an allocator that asks for them by the 128 KiB or so, now and then for some more. It depends
# on the page size and on libraries, but not on how fast a processor is.
_MEMORY = Effect(unit="B", machine=Machine.ALIKE, more="hungrier", less="leaner", ratio=1.10, floor=MEMORY_FLOOR)

SIZE = "size_bytes"
#: By figure. The size of an artifact is no sample: the same recipe writes nearly the same number of bytes each time.
EFFECTS = {
    "load_seconds": _SECONDS,
    "first_load_seconds": _SECONDS,
    "evicted_load_seconds": _SECONDS,
    "predict_seconds": _SECONDS,
    "cold_start_seconds": _SECONDS,
    "cold_start_peak_bytes": _MEMORY,
    "load_peak_bytes": _MEMORY,
    "load_private_bytes": _MEMORY,
    "mmap_pss_bytes": _MEMORY,
    "mmap_private_bytes": _MEMORY,
    SIZE: Effect(unit="B", machine=Machine.ANY, more="larger", less="smaller", ratio=1.02),
}
SAMPLED = tuple(name for name in EFFECTS if name != SIZE)
