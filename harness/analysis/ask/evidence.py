"""The cells that an answer stands on: those of all stored runs, the newest for each cell. Pure.

A newer run hides nothing that an older one knows. What did not run says nothing, and what was compared by fewer methods
does not outweigh a difference that another method showed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from harness.analysis.ask.question import fitting
from harness.analysis.meanings import Meaning
from harness.analysis.verdicts import Verdict, rank
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.analysis.ask.cell_facts import CellFacts
    from harness.analysis.ask.index import Index
    from harness.analysis.ask.question import Question
    from harness.analysis.models import Model


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One cell, with the run that has it and what its producer fitted."""

    cell: CellFacts
    index: Index
    model: Model | None  # None: no producer could fit it; another producer's, if only this one could not
    converts: bool
    is_possible: bool  # its producer's releases have such a model

    @cached_property
    def verdict(self) -> Verdict | None:
        """What the cell says; None if it shows nothing."""
        return None if self.cell.verdict is None else Verdict(self.cell.verdict)

    @cached_property
    def is_tried(self) -> bool:
        """Whether it shows something about the model."""
        return self.cell.verdict is not None and self.cell.meaning != Meaning.NOT_RUN


def badness(one: Evidence) -> tuple[int, float, float]:
    """A sort key, the worst first: by verdict, then by the labels that differ, then by the largest difference."""
    numbers = (one.cell.label_mismatch, one.cell.max_abs_diff)
    labels, apart = (math.inf if number is None else -number for number in numbers)
    return rank(one.verdict), labels, apart


def gather(indexes: Sequence[Index], question: Question) -> list[Evidence]:
    """The cells that a question is about, each once.

    Parameters
    ----------
    indexes : of the runs, the newest first.
    """
    return Gathered(indexes, question).about(question)


class Gathered:
    """The cells of a question, to be asked by others that are narrower: of fewer cases, or with settings."""

    def __init__(self, indexes: Sequence[Index], question: Question) -> None:
        """``indexes`` are of the runs, the newest first."""
        self._by_case: dict[str, list[Evidence]] = {}
        for index in indexes:
            for one in _cells(index, question):
                self._by_case.setdefault(one.cell.case, []).append(one)

    def about(self, question: Question) -> list[Evidence]:
        """The cells that one of them is about, each once."""
        found: dict[str, list[Evidence]] = {}
        is_about: dict[int, bool] = {}  # many cells are of one model
        for case in question.subject.cases:
            for one in self._by_case.get(case, ()):
                model = id(one.model)
                if model not in is_about:
                    is_about[model] = question.is_about(one.model)
                if is_about[model]:
                    found.setdefault(one.cell.id, []).append(one)
        return [_told(of_one_cell) for of_one_cell in found.values()]


def _cells(index: Index, question: Question) -> Iterator[Evidence]:
    producers, consumers = (fitting(index.holdings, side) for side in (question.producers, question.consumers))
    if not (producers and consumers):
        return
    cases, converted = question.subject.cases, index.converted
    models = index.models(cases)
    by_case = {case: model for (_, case), model in models.items()}  # for a producer that could not fit it
    for cell in index.cells(cases, producers, consumers):
        own = models.get((cell.producer, cell.case))
        model = by_case.get(cell.case) if own is None else own
        unknown = own is None and (cell.reason or "").startswith(f"{Status.UNSUPPORTED}:")
        converts = cell.format in converted
        yield Evidence(cell=cell, index=index, model=model, converts=converts, is_possible=not unknown)


def _told(of_one_cell: list[Evidence]) -> Evidence:
    """What runs say of one cell, the newest first: the newest that tried it, or an older one that knows worse."""
    tried = [one for one in of_one_cell if one.is_tried]
    if not tried:
        return of_one_cell[0]
    told, covered = tried[0], set(tried[0].cell.methods)
    for older in tried[1:]:
        knows_more = not covered.issuperset(older.cell.methods)
        if knows_more and rank(older.verdict) < rank(told.verdict):
            told = older
        covered |= set(older.cell.methods)
    return told
