"""What a claim is, and what a run can say of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.analysis.claims.evidence import Evidence

#: Fewer pairs or rows than this decide nothing, unless one example is all that a statement asks for.
ENOUGH = 10
#: Ids that are shown for a statement, and against it.
SHOWN = 3


class Conclusion(StrEnum):
    """The closed list of what a run can say of a statement."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NO_DATA = "no data"  # not measured, too little of it, or no difference that stands out: the figures say which


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A conclusion with its evidence. A yes or no needs at least one row."""

    answer: Conclusion
    figures: tuple[str, ...]  # in words
    supporting: int = 0  # rows or pairs of rows
    contradicting: int = 0
    examples: tuple[str, ...] = ()  # ids of cells or artifacts for the statement
    counterexamples: tuple[str, ...] = ()
    where: str = ""  # an expression on the tables of `harness.read_run` that gives the rows behind it

    def __post_init__(self) -> None:
        behind = {Conclusion.SUPPORTED: self.supporting, Conclusion.CONTRADICTED: self.contradicting}
        if behind.get(self.answer, 1) < 1 or not self.figures:
            raise ValueError(f"{self.answer} with nothing behind it")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement of the documentation, and the query that tests it."""

    name: str
    statement: str  # quoted
    source: str  # which age of the page, and where on it
    query: Callable[[Evidence], Assessment]


def no_data(*why: str, where: str = "") -> Assessment:
    """Return an assessment without a conclusion, with the reasons."""
    return Assessment(answer=Conclusion.NO_DATA, figures=why, where=where)
