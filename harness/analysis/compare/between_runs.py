"""How far a figure of two runs is apart where nothing changed, and what is beyond that. Pure.

The samples of a run tell how much its median may be off. They don't tell how much runs differ: each has its own layout
of memory and its own neighbours. That is learnt from stored runs. The log ratio of the medians is the statistic; stored
runs that follow each other with the same packages show how it varies. A series with few such runs borrows from the
others of its figure, as genes do in a microarray [1]_. What is left to chance is shared out among all series [2]_.

.. [1] G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential expression in microarray
   experiments", Stat. Appl. Genet. Mol. Biol. 3 (2004).
.. [2] S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from harness.analysis.compare import measurements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.compare.effects import Numbers
    from harness.analysis.compare.ranks import SamplePair
    from harness.store import RunTables

#: False alarms for each comparison, expected at most: half for what grew, half for what shrank.
FALSE_ALARMS = 0.05
#: Standard deviations of a log ratio. No series is trusted to be quieter: with stored runs of it, and without.
_FLOOR, _UNKNOWN = 0.01, 0.02
#: Degrees of freedom of what other series show, and of all that is known. Noise of machines has heavier tails than
#: normal, and series differ: with more, simulated runs with such tails (Student's t with 4) had false alarms.
_BORROWED, _MOST = 4.0, 10.0
#: Fewer series of a pair don't tell how much all of them vary.
_MANY = 10
#: What series that change together have in common.
_TOGETHER = ("figure", "producer", "consumer", "case", "format", "reader")
_KEY = ["cell_id", "figure"]
_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Of each pair of samples: the variance of its log ratio, and the degrees of freedom with which it is known."""

    variance: Numbers
    freedom: Numbers

    def chances(self, ratios: Numbers) -> Numbers:
        """Return for each log ratio the chance of one that large where nothing grew."""
        found = stats.t.sf(ratios / np.sqrt(self.variance), self.freedom)
        return np.asarray(found, dtype=float)


def holm(chances: Numbers, most: float = FALSE_ALARMS / 2) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of many chances are so small that any is chosen wrongly with a chance of ``most``."""
    order = np.argsort(chances, kind="stable")
    bars = most / np.arange(len(chances), 0, -1)
    passing = np.logical_and.accumulate(chances[order] <= bars)
    found = np.zeros(len(chances), dtype=bool)
    found[order[passing]] = True
    return found


def log_ratio(pair: SamplePair) -> float:
    """NEW over BASE: the one nearest to 0 of those as measured and divided by each yardstick; 0 if they disagree."""
    least = pair.effect.floor or _TINY
    was, now = (max(median, least) for median in pair.medians)
    measured = math.log(now / was)
    found = [measured, *(measured - math.log(np.median(new) / np.median(base)) for base, new in pair.yardsticks)]
    return min(found, key=abs) if min(found) > 0 or max(found) < 0 else 0.0


def _within(pair: SamplePair) -> float:
    """The variance of a log ratio that the samples of both runs explain themselves."""
    found = 0.0
    for samples in (pair.base, pair.new):
        low, middle, high = np.percentile(samples, [25, 50, 75])
        error = 0.93 * (high - low) / math.sqrt(len(samples))  # of a median: 1.2533 / 1.349 times the range
        found += (error / max(middle, pair.effect.floor or _TINY)) ** 2
    return found


def past_ratios(past: Sequence[RunTables]) -> pd.DataFrame:
    """Compare stored runs, the oldest first, each with the next: ``cell_id``, ``figure`` and ``ratio``, a logarithm.

    Only cells whose environments held the same packages in both. Of a comparison, NEW must not be among the runs.
    """
    found = []
    for older, newer in itertools.pairwise(past):
        table = measurements.pair_samples(older, newer)
        same = _unchanged(older, newer)
        table = table[table["why"].isna() & table["producer"].isin(same) & table["consumer"].isin(same)]
        found.append(table[_KEY].assign(ratio=np.array([log_ratio(pair) for pair in table["pair"]], dtype=float)))
    return pd.concat(found) if found else pd.DataFrame({"cell_id": [], "figure": [], "ratio": []})


def _unchanged(older: RunTables, newer: RunTables) -> set[str]:
    locks = [run.environments.set_index("environment")["lock_sha256"].dropna().to_dict() for run in (older, newer)]
    return {str(name) for name, lock in locks[1].items() if locks[0].get(name) == lock}


def learn(table: pd.DataFrame, shown: pd.DataFrame | None = None) -> Noise:
    """Learn the noise of rows of `measurements.pair_samples` that can be compared.

    It is never less than what their samples explain, and what all series of the pair show together: one night may be
    noisier than others.

    Parameters
    ----------
    shown : what `past_ratios` found; None for no stored runs.
    """
    ratios = np.array([log_ratio(pair) for pair in table["pair"]], dtype=float)
    variance = np.array([_within(pair) for pair in table["pair"]], dtype=float)
    freedom = np.full(len(table), _BORROWED)
    rows = table.assign(ratio=ratios, unit=[pair.effect.unit for pair in table["pair"]])
    for unit in rows["unit"].unique():
        mine = (rows["unit"] == unit).to_numpy(dtype=bool)
        variance[mine] = np.maximum(variance[mine], _pooled(rows[mine]))
    least = np.full(len(table), _UNKNOWN**2)
    for figure, some in () if shown is None else shown.groupby("figure"):
        mine = (table["figure"] == figure).to_numpy(dtype=bool)
        least[mine], freedom[mine] = _of_series(some.groupby("cell_id")["ratio"], table["cell_id"][mine])
    return Noise(variance=np.maximum(variance, least), freedom=freedom)


def _of_series(shown: Any, cells: pd.Series[str]) -> tuple[Numbers, Numbers]:
    """The variance of each cell's log ratio and its degrees of freedom, given those of stored runs by cell."""
    squares = shown.agg(lambda each: max(float(np.mean(np.square(each))), _FLOOR**2))
    freedom = 2 / 3 * shown.size()  # ratios that follow each other share a run
    common, strength = _borrowed(squares.to_numpy(dtype=float), freedom.to_numpy(dtype=float))
    own, known = squares.reindex(cells).fillna(common).to_numpy(), freedom.reindex(cells).fillna(0.0).to_numpy()
    return (strength * common + known * own) / (strength + known), np.minimum(strength + known, _MOST)


def _pooled(rows: pd.DataFrame) -> float:
    """The variance that the log ratios of a pair show together: the least about medians of what they have in common.

    One reader may have become slower in all its cells, which is no noise.
    """
    if len(rows) < _MANY:
        return 0.0
    found = [stats.median_abs_deviation(rows["ratio"], scale="normal")]
    for name in (name for name in _TOGETHER if name in rows):
        groups = rows.groupby(name)["ratio"]
        if len(rows) >= _MANY * groups.ngroups:
            found.append(stats.median_abs_deviation(rows["ratio"] - groups.transform("median"), scale="normal"))
    return float(min(found)) ** 2


def _borrowed(squares: Numbers, freedom: Numbers) -> tuple[float, float]:
    """The variance that series have in common, and how many degrees of freedom it is worth to each (Smyth, 2004)."""
    logs = np.log(squares) - special.digamma(freedom / 2) + np.log(freedom / 2)
    spread = float(np.var(logs)) - float(np.mean(special.polygamma(1, freedom / 2)))

    def excess(half: float) -> float:
        return float(special.polygamma(1, half)) - spread

    ends = (0.5, _BORROWED / 2)
    half = next((end for end in ends[::-1] if excess(end) >= 0), ends[0])
    if excess(ends[0]) > 0 > excess(ends[1]):
        half = float(optimize.brentq(excess, *ends))
    return math.exp(float(np.mean(logs)) + special.digamma(half) - math.log(half)), 2 * half
