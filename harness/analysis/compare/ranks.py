"""Whether a figure really changed: one-sided rank tests against a least change, corrected for their number. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.analysis.compare.effects import Effect, Numbers

FALSE_DISCOVERIES = 0.01  # of the reported changes, at most this share is smaller than the least change
_EXACT = 2500  # pairs of samples up to which the exact distribution is used


@dataclass(frozen=True, kw_only=True)
class SamplePair:
    """The samples of one figure of one cell in two runs, one number for each child process."""

    effect: Effect
    base: Numbers
    new: Numbers
    #: Pairs, BASE and NEW, of the seconds that fixed pieces of work took in the same children.
    yardsticks: tuple[tuple[Numbers, Numbers], ...] = ()

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


def more(pairs: Sequence[SamplePair], ratio: float | None = None) -> Numbers:
    """For each pair the chance of such samples if the figure had not grown by more than the least change.

    ``ratio`` stands in for that of the effect. The base's samples are moved up by the least change first, so that size
    and significance are one statement. Where there are yardsticks, the worst of several chances: as measured, and with
    the samples divided by what their children made of each yardstick, so that a slower machine is no slower reader.
    """
    return _worst(pairs, lambda pair, base, new: (pair.effect.above(base, ratio), new))


def less(pairs: Sequence[SamplePair], ratio: float | None = None) -> Numbers:
    """The same if the figure had not shrunk."""
    return _worst(pairs, lambda pair, base, new: (new, pair.effect.below(base, ratio)))


def _worst(
    pairs: Sequence[SamplePair], ordered: Callable[[SamplePair, Numbers, Numbers], tuple[Numbers, Numbers]]
) -> Numbers:
    """The largest of the chances of each pair: ``ordered`` gives its lower and its upper samples."""
    found = _chances([ordered(pair, pair.base, pair.new) for pair in pairs])
    for number in range(max((len(pair.yardsticks) for pair in pairs), default=0)):
        divided = [_divided(pair, number) for pair in pairs]
        chances = _chances([ordered(pair, *samples) for pair, samples in zip(pairs, divided, strict=True)])
        found = np.maximum(found, chances)
    return found


def discoveries(chances: Numbers) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of many chances are so small that few of those chosen are chosen wrongly (Benjamini and Hochberg)."""
    if not len(chances):
        return np.zeros(0, dtype=bool)
    from scipy import stats  # noqa: PLC0415  # a second that no run needs to pay

    adjusted = stats.false_discovery_control(np.minimum(chances, 1.0), method="bh")
    return np.asarray(adjusted <= FALSE_DISCOVERIES, dtype=bool)


def powerless(pairs: Sequence[SamplePair]) -> int:
    """Count the pairs with too few samples to be found, even if no samples overlapped and only they had changed."""
    bar = FALSE_DISCOVERIES / max(len(pairs), 1)
    return sum(1 / math.comb(len(pair.base) + len(pair.new), len(pair.base)) > bar for pair in pairs)


def _divided(pair: SamplePair, number: int) -> tuple[Numbers, Numbers]:
    """The samples as a machine of one speed would have had them; as measured where there is no such yardstick."""
    if number >= len(pair.yardsticks):
        return pair.base, pair.new
    # Their medians, not each child's own: a yardstick takes a moment, and its noise would hide what a sample tells.
    base, new = (float(np.median(stick)) for stick in pair.yardsticks[number])
    return pair.base * (new / base) ** 0.5, pair.new * (base / new) ** 0.5


def _chances(pairs: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """For each pair the chance that the second would be so much larger than the first by itself."""
    from scipy import stats  # noqa: PLC0415

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
