"""What a claim is, and what a run can say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.analysis.claims.evidence import Evidence

#: Fewer pairs or rows than this decide nothing, unless one example is all that a statement asks for.
ENOUGH = 10
#: Ids that are shown for a statement, and against it.
SHOWN = 3


class Kind(StrEnum):
    """What a statement says, and so what can speak against it."""

    MUST = "must"  # it holds always, or as often as its query says: an exception speaks against it
    MAY = "may"  # it happens, or may: one example shows it, and nothing speaks against it
    RATIO = "ratio"  # one format needs, or keeps, more than another: the opposite speaks against it


class Conclusion(StrEnum):
    """The closed list of what a run can say of a statement."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    SEEN = "seen"  # of what may happen
    NOT_SEEN = "not seen here"  # in this selection; elsewhere it may well happen
    NO_DATA = "no data"  # not measured, too little of it, or no difference that stands out: the figures say which


#: Of a statement on what may happen.
_OF_MAY = {Conclusion.SUPPORTED: Conclusion.SEEN, Conclusion.CONTRADICTED: Conclusion.NOT_SEEN}


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A conclusion with its evidence. All but "no data" need at least one row."""

    answer: Conclusion
    figures: tuple[str, ...]  # in words
    supporting: int = 0  # rows or pairs of rows
    contradicting: int = 0
    examples: tuple[str, ...] = ()  # ids of cells or artifacts for the statement
    counterexamples: tuple[str, ...] = ()
    where: str = ""  # an expression on the tables of `harness.read_run` that gives the rows behind it

    def __post_init__(self) -> None:
        behind = dict.fromkeys((Conclusion.SUPPORTED, Conclusion.SEEN), self.supporting)
        behind |= dict.fromkeys((Conclusion.CONTRADICTED, Conclusion.NOT_SEEN), self.contradicting)
        if behind.get(self.answer, 1) < 1 or not self.figures:
            raise ValueError(f"{self.answer} with nothing behind it")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement of the documentation, and the query that tests it."""

    name: str
    kind: Kind
    statement: str  # quoted
    source: str  # which age of the page, and where on it
    query: Callable[[Evidence], Assessment]

    def judge(self, evidence: Evidence) -> Assessment:
        """Compare the statement with the evidence. What may happen is never contradicted."""
        found = self.query(evidence)
        return replace(found, answer=_OF_MAY.get(found.answer, found.answer)) if self.kind is Kind.MAY else found


def no_data(*why: str, where: str = "") -> Assessment:
    """Return an assessment without a conclusion, with the reasons."""
    return Assessment(answer=Conclusion.NO_DATA, figures=why, where=where)
