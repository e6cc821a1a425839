"""Statements on how often something happens: never, sometimes, nearly always."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.analysis.claims.claim import ENOUGH, SHOWN, Assessment, Conclusion, no_data

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from harness.analysis.claims.evidence import Evidence

#: The least share with which a statement holds.
SOME = 0.0  # "might", "could", "not all": one example is enough
MOST = 0.5
NEARLY_ALL = 0.95  # "aside for a few exceptions"
ALL = 1.0


@dataclass(frozen=True, kw_only=True)
class Share:
    """Of the rows that are ``among``, the share for which the statement ``holds``. Both are pandas expressions.

    ``only`` names columns of `Evidence.cells` beside those of the stored table that must be true. ``also`` counts more
    among the rows for which it holds: pairs of words and an expression.
    """

    among: str
    holds: str
    least: float
    meaning: str  # what those do for which it holds, after "12 of 30 cells"
    only: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    table: str = "cells"

    def __call__(self, evidence: Evidence) -> Assessment:
        table: pd.DataFrame = getattr(evidence, self.table)
        rows = table.query(self.among, engine="python")
        for name in self.only:
            rows = rows[rows[name]]
        holding = rows.query(self.holds, engine="python")
        against = rows[~rows.index.isin(holding.index)]
        where = f'{self.table}.query("({self.among}) and ({self.holds})")'
        if len(rows) < ENOUGH and not (self.least == SOME and len(holding)):
            return no_data(f"{len(rows)} {self.table} to judge by, {ENOUGH} are needed", where=where)
        right = len(holding) > 0 if self.least == SOME else len(holding) >= self.least * len(rows)
        identifier = f"{self.table[:-1]}_id"
        return Assessment(
            answer=Conclusion.SUPPORTED if right else Conclusion.CONTRADICTED,
            figures=self._figures(rows, holding),
            supporting=len(holding),
            contradicting=len(against),
            examples=one_of_each_case(holding, identifier),
            counterexamples=one_of_each_case(against, identifier),
            where=where,
        )

    def _figures(self, rows: pd.DataFrame, holding: pd.DataFrame) -> tuple[str, ...]:
        sound = " that work in their own producer" if "sound_at_home" in self.only else ""
        share = f"{100 * len(holding) / len(rows):.3g} %"
        of = f"{len(holding)} of {len(rows)} {self.table}{sound} {self.meaning} ({share})"
        cases = f"{holding['case'].nunique()} of {rows['case'].nunique()} cases"
        further = [f"{len(holding.query(expression, engine='python'))} {words}" for words, expression in self.also]
        parts = holding.groupby("format").size().sort_values(ascending=False)
        formats = ", ".join(f"{name} {count} of {(rows['format'] == name).sum()}" for name, count in parts.items())
        by_format = [formats] if len(parts) > 1 else []
        return ("; ".join([of, cases, *further]), *by_format)


@dataclass(frozen=True, kw_only=True)
class NativeElseEmulated:
    """Judge by native cells. If they are too few, judge by emulated ones, and say so."""

    query: Callable[[Evidence], Assessment]

    def __call__(self, evidence: Evidence) -> Assessment:
        native = self.query(evidence)
        if native.answer is not Conclusion.NO_DATA or evidence.emulated is None:
            return native
        emulated = self.query(evidence.emulated)
        if emulated.answer is Conclusion.NO_DATA:
            return native
        return replace(emulated, figures=("under emulation, nothing native was measured", *emulated.figures))


def one_of_each_case(rows: pd.DataFrame, identifier: str) -> tuple[str, ...]:
    """List a few ids, at most one for each case."""
    return tuple(rows.drop_duplicates("case")[identifier].head(SHOWN))
