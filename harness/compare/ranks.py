"""Whether a figure really changed: one-sided rank tests against a least change, corrected for their number. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.compare.effects import Effect

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

FALSE_DISCOVERIES = 0.01  # of what is told, at most this share changed less than the least change
FEWEST = 5  # samples on either side: below, even complete separation says little
_EXACT = 2500  # pairs of samples up to which the exact distribution is used


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The samples of one figure of one cell in two runs, one number for each child process."""

    effect: Effect
    base: Numbers
    new: Numbers
    base_yardstick: Numbers | None = None  # seconds that a fixed piece of work took in the same children
    new_yardstick: Numbers | None = None

    @property
    def medians(self) -> tuple[float, float]:
        return float(np.median(self.base)), float(np.median(self.new))

    def grew(self, ratio: float | None = None) -> bool:
        """Whether the median is larger by more than the least change, or by more than a ratio in its stead."""
        was, now = self.medians
        return now > float(self.effect.above(np.array(was), ratio))

    def shrank(self) -> bool:
        """Whether the median is smaller by more than the least change."""
        was, now = self.medians
        return now < float(self.effect.below(np.array(was)))


def more(pairs: Sequence[Pair], ratio: float | None = None) -> Numbers:
    """For each pair the chance of such samples if the figure had not grown by more than the least change.

    ``ratio`` stands in for that of the effect. The base's samples are moved up by the least change first, so that size
    and significance are one statement. Where there are yardsticks, the worse of two chances: as measured, and with
    each sample divided by what its own child made of the yardstick, so that a slower machine is no slower reader.
    """
    measured = _chances([(pair.effect.above(pair.base, ratio), pair.new) for pair in pairs])
    divided = [_divided(pair) for pair in pairs]
    return np.maximum(measured, _chances([(p.effect.above(b, ratio), n) for p, (b, n) in _zip(pairs, divided)]))


def less(pairs: Sequence[Pair], ratio: float | None = None) -> Numbers:
    """The same if the figure had not shrunk."""
    measured = _chances([(pair.new, pair.effect.below(pair.base, ratio)) for pair in pairs])
    divided = [_divided(pair) for pair in pairs]
    return np.maximum(measured, _chances([(n, p.effect.below(b, ratio)) for p, (b, n) in _zip(pairs, divided)]))


def discoveries(chances: Numbers) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of many chances are so small that few of those chosen are chosen wrongly (Benjamini and Hochberg)."""
    if not len(chances):
        return np.zeros(0, dtype=bool)
    adjusted = stats.false_discovery_control(np.minimum(chances, 1.0), method="bh")
    return np.asarray(adjusted <= FALSE_DISCOVERIES, dtype=bool)


def powerless(pairs: Sequence[Pair]) -> int:
    """How many could not be told even if no two samples overlapped, if they alone had changed: too few for so many."""
    bar = FALSE_DISCOVERIES / max(len(pairs), 1)
    return sum(1 / math.comb(len(pair.base) + len(pair.new), len(pair.base)) > bar for pair in pairs)


def _zip(pairs: Sequence[Pair], divided: Sequence[tuple[Numbers, Numbers]]) -> Any:
    return zip(pairs, divided, strict=True)


def _divided(pair: Pair) -> tuple[Numbers, Numbers]:
    """The samples as a machine of one speed would have had them; as measured where there is no yardstick."""
    if pair.base_yardstick is None or pair.new_yardstick is None:
        return pair.base, pair.new
    usual = float(np.median(np.concatenate([pair.base_yardstick, pair.new_yardstick])))
    return pair.base * (usual / pair.base_yardstick), pair.new * (usual / pair.new_yardstick)


def _chances(pairs: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """For each pair the chance that the second would be so much larger than the first by itself."""
    found = np.ones(len(pairs))
    shapes: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (lower, upper) in enumerate(pairs):
        shapes[len(lower), len(upper)].append(index)
    for (first, second), indexes in shapes.items():
        lower, upper = (np.stack([pairs[index][side] for index in indexes]) for side in (0, 1))
        # Exact with ties, too: midranks vary less than ranks, so that the chance is rather too large.
        method = "exact" if first * second <= _EXACT else "asymptotic"
        test = stats.mannwhitneyu(upper, lower, alternative="greater", axis=1, method=method)
        found[indexes] = test.pvalue
    return found
