"""Statements that one format needs more or less of something than another, compared pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from harness.analysis.claims.claim import ENOUGH, SHOWN, Assessment, Conclusion, no_data
from harness.analysis.claims.evidence import side

if TYPE_CHECKING:
    from harness.analysis.claims.evidence import Evidence

LEVEL = 0.01  # of the rank test
ENOUGH_CASES = 8  # with fewer, no rank test can reach the level
EXACT = 50  # cases up to which the test's distribution is counted out
NOTABLE = 1.1  # nobody would choose a format for a smaller difference
#: If each load was timed once, the first load warms the caches for the next. The same bytes took 2.5 times as long
#: through cloudpickle.loads as through pickle.loads after it (upper quartile 3.4). The two are one function.
NOTABLE_ONCE = 5.0
ALIKE = 1.5  # "comparable": the middle half of all pairs is within this factor

NOUNS = {
    "load_seconds": "time to load",
    "dump_seconds": "time to dump",
    "predict_seconds": "time to predict",
    "cold_start_seconds": "time from a cold start",
    "load_peak_bytes": "peak memory while loading",
    "load_private_bytes": "private memory once loaded",
    "mmap_private_bytes": "private memory of several readers",
    "size_bytes": "size",
}


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A column of ``left`` over that of ``right``: formats or format/reader, see `evidence.side`.

    Cells are paired by producer, case and consumer, artifacts by producer and case. The median and quartiles are over
    all pairs; the rank test (Wilcoxon, two-sided) is over cases, since the pairs of one case are one model many times.
    """

    column: str
    left: str
    right: str
    says: Literal["more", "less", "alike"]
    among: str = ""  # a pandas expression for the right side
    also: tuple[str, ...] = ()  # columns whose figures are shown, but decide nothing

    def __call__(self, evidence: Evidence) -> Assessment:
        pairs = self.pairs(evidence, self.column)
        further = [words for column in self.also if (words := self._further(evidence, column))]
        where = f'{self._table(self.column)}.query("{self.column}.notna() and format in {self._names(evidence)}")'
        if len(pairs) < ENOUGH or pairs["case"].nunique() < ENOUGH_CASES:
            return no_data(self._missing(evidence, pairs), *further, where=where)
        middle, p = float(pairs["ratio"].median()), rank_test(pairs)
        answer, right = self._answer(pairs, middle, p)
        if answer is Conclusion.NO_DATA:
            further.append(f"too near to call: a factor of {_factor(_once(pairs, self.column)):g} would count")
        order = pairs.assign(far=np.abs(np.log(pairs["ratio"]))).sort_values("far", ascending=False)
        return Assessment(
            answer=answer,
            figures=(self._words(pairs, self.column, p), *further),
            supporting=int(right.sum()),
            contradicting=int((~right).sum()),
            examples=_one_of_each_case(order[right[order.index]]),
            counterexamples=_one_of_each_case(order[~right[order.index]]),
            where=where,
        )

    def pairs(self, evidence: Evidence, column: str) -> pd.DataFrame:
        """Pair both sides.

        Returns
        -------
        ``case``, ``ratio``, ``id`` (of the left side) and ``rounds`` (the smaller; null if it was timed once).
        """
        table, keys = (evidence.cells, ["producer", "case", "consumer"])
        if self._table(column) == "artifacts":
            table, keys = evidence.artifacts.assign(reader=None), ["producer", "case"]
        measured = table[table[column].gt(0)]
        chosen = measured.query(self.among, engine="python") if self.among else measured
        name = "artifact_id" if self._table(column) == "artifacts" else "cell_id"
        rounds = measured["load_rounds"] if column == "load_seconds" else pd.Series(np.nan, measured.index)
        columns = [*keys, "value", "rounds", "id"]
        measured = measured.assign(value=measured[column].astype(float), rounds=rounds, id=measured[name])
        left = side(measured, self._side(self.left, column))[columns]
        right = side(measured.loc[chosen.index], self._side(self.right, column))[columns]
        both = left.merge(right, on=keys, suffixes=("", "_right"))
        return both.assign(
            ratio=both["value"] / both["value_right"], rounds=both[["rounds", "rounds_right"]].min(axis=1)
        )

    def _answer(self, pairs: pd.DataFrame, middle: float, p: float) -> tuple[Conclusion, pd.Series[bool]]:
        factor = _factor(_once(pairs, self.column))
        if self.says == "alike":
            low, high = pairs["ratio"].quantile([0.25, 0.75])
            right = pairs["ratio"].between(1 / ALIKE, ALIKE)
            if not _once(pairs, self.column) and low >= 1 / ALIKE and high <= ALIKE:
                return Conclusion.SUPPORTED, right
            apart = max(middle, 1 / middle) > max(ALIKE, factor)
            return Conclusion.CONTRADICTED if apart and p < LEVEL else Conclusion.NO_DATA, right
        right = pairs["ratio"] > 1 if self.says == "more" else pairs["ratio"] < 1
        beyond = middle if self.says == "more" else 1 / middle
        if p >= LEVEL or 1 / factor < beyond < factor:
            return Conclusion.NO_DATA, right
        return Conclusion.SUPPORTED if beyond > 1 else Conclusion.CONTRADICTED, right

    def _words(self, pairs: pd.DataFrame, column: str, p: float) -> str:
        low, middle, high = pairs["ratio"].quantile([0.25, 0.5, 0.75])
        return (
            f"{NOUNS[column]}: {self.left} median {middle:.3g} times that of {self.right} (quartiles {low:.3g} to "
            f"{high:.3g}) over {len(pairs)} pairs of {self._table(column)}, {pairs['case'].nunique()} cases, "
            f"p = {p:.1g}{'; each timed once, in a fixed order' if _once(pairs, column) else ''}"
        )

    def _further(self, evidence: Evidence, column: str) -> str:
        pairs = self.pairs(evidence, column)
        return self._words(pairs, column, rank_test(pairs)) if len(pairs) >= ENOUGH else ""

    def _missing(self, evidence: Evidence, pairs: pd.DataFrame) -> str:
        table = evidence.cells if self._table(self.column) == "cells" else evidence.artifacts
        for name in (self.left, self.right):
            rows = side(table, self._side(name, self.column))
            if rows.empty:
                return f"{name} is not in this run"
            if rows[self.column].isna().all():
                return f"{NOUNS[self.column]} ({self.column}) of {name} was not measured"
        these = f" where {self.among}" if self.among else ""
        return (
            f"{len(pairs)} pairs of {pairs['case'].nunique()} cases{these}: "
            f"{ENOUGH} pairs of {ENOUGH_CASES} cases are needed"
        )

    def _names(self, evidence: Evidence) -> list[str]:
        found = [
            name
            for text in (self.left, self.right)
            for name in side(evidence.artifacts, text.partition("/")[0])["format"]
        ]
        return sorted(set(found))

    @staticmethod
    def _table(column: str) -> str:
        return "artifacts" if column in {"dump_seconds", "size_bytes"} else "cells"

    def _side(self, name: str, column: str) -> str:
        return name.partition("/")[0] if self._table(column) == "artifacts" else name


def rank_test(pairs: pd.DataFrame) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test that ratios are centred at 1, with one median per case."""
    from scipy.stats import wilcoxon  # noqa: PLC0415  # a second that no other verb needs to pay

    logs = np.log(pairs.groupby("case")["ratio"].median().to_numpy(dtype=float))
    logs = logs[logs != 0]
    if not len(logs):
        return 1.0
    # By default SciPy permutes thousands of times if two cases tie.
    return float(wilcoxon(logs, method="exact" if len(logs) <= EXACT else "approx").pvalue)


def _once(pairs: pd.DataFrame, column: str) -> bool:
    return column.endswith("_seconds") and not pairs["rounds"].ge(2).all()


def _factor(once: bool) -> float:
    return NOTABLE_ONCE if once else NOTABLE


def _one_of_each_case(pairs: pd.DataFrame) -> tuple[str, ...]:
    return tuple(pairs.drop_duplicates("case")["id"].head(SHOWN))
