"""The conclusion of an answer alone: its verdict, its sentence and its cause, without all that stands beside it. Pure.

It is what `harness.analysis.ask.answered` says of the same cells, for whoever asks a million questions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.ask import breadth, pairing, sentence
from harness.analysis.ask.evidence import badness
from harness.analysis.verdicts import Verdict, rank, worst

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.question import Question
    from harness.analysis.ask.sentence import Sentence


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What an answer says.

    Attributes
    ----------
    models : how many have which verdict, each by the worst of its cells
    cause : of the worst cell; None where nobody knows one
    """

    verdict: Verdict
    sentence: Sentence
    models: Mapping[Verdict, int]
    cause: str | None


def conclude(question: Question, asked: Sequence[Evidence], explained: Collection[str]) -> Conclusion:
    """Conclude from the cells of a question that has one release which loads.

    Parameters
    ----------
    asked : at least one; all through formats that are asked about.
    explained : the causes that have a sentence.
    """
    pairs = pairing.grouped(asked, lambda one: (one.cell.producer, one.cell.consumer))
    verdict, cells = _worst(question, (some for _, some in pairs))
    ways = pairing.grouped(cells, lambda one: (one.cell.format, one.cell.reader))
    cause = min(_worst(question, (some for _, some in ways))[1], key=badness).cell.cause
    found = models(asked)
    return Conclusion(
        verdict=verdict,
        sentence=sentence.of_models(verdict, found, broken(asked)),
        models=found,
        cause=cause if cause in explained else None,
    )


def models(asked: Iterable[Evidence]) -> dict[Verdict, int]:
    """How many models have which verdict, each by the worst of its cells."""
    seen: dict[str, list[Verdict | None]] = {}
    for one in asked:
        if one.is_tried:
            seen.setdefault(one.cell.case, []).append(one.verdict)
    return dict(Counter(worst(verdicts) for verdicts in seen.values()))


def broken(asked: Iterable[Evidence]) -> frozenset[str]:
    """The statuses of the cells that break."""
    return frozenset(one.cell.status for one in asked if one.verdict is Verdict.BREAKS)


def _worst(question: Question, groups: Iterable[Sequence[Evidence]]) -> tuple[Verdict, Sequence[Evidence]]:
    """The first of the worst groups of cells, with its verdict."""
    return min(((breadth.verdict(some, question), some) for some in groups), key=lambda one: rank(one[0]))
