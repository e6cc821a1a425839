"""The figures that are compared, and the least change of each that is reported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np

from harness.store.statistics import MEMORY_FLOOR

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


class Comparable(StrEnum):
    """What two runs must have in common for a figure to be compared."""

    SAME = "the same hardware fingerprint"
    ALIKE = "the same architecture"
    ANY = "nothing"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The least change of a figure that is reported. Both the ratio and the floor must be exceeded."""

    unit: str  # "s" or "B"
    machine: Comparable
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


# On a quiet machine times vary by a few per cent from process to process, and by one or two from run to run.
_SECONDS = Effect(unit="s", machine=Comparable.SAME, more="slower", less="faster", ratio=1.10)
# An allocator asks for memory in steps of about 128 KiB, and now and then for more. Memory depends on the page size and
# on libraries, but not on the speed of a processor.
_MEMORY = Effect(unit="B", machine=Comparable.ALIKE, more="hungrier", less="leaner", ratio=1.10, floor=MEMORY_FLOOR)

SIZE = "size_bytes"
#: By figure. The size of an artifact is not sampled: the same recipe writes nearly the same number of bytes each time.
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
    SIZE: Effect(unit="B", machine=Comparable.ANY, more="larger", less="smaller", ratio=1.02),
}
SAMPLED = tuple(name for name in EFFECTS if name != SIZE)
