"""What the runs say of a class in an upgrade: an answer of `ask`, no better than the two environments allow. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.analysis.ask import answered, sentence
from harness.analysis.upgrade import third_party
from harness.analysis.verdicts import SAFE, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.analysis.ask.answer import Answer
    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.index import Index
    from harness.analysis.ask.question import Question
    from harness.analysis.ask.sentence import Sentence
    from harness.analysis.upgrade.side import Side


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A class, or one of a file.

    Attributes
    ----------
    answer : of its models
    is_covered : whether a run has loaded such models between environments like the two
    formats : the verdict of each format, where they were asked about
    """

    answer: Answer
    is_covered: bool
    formats: Mapping[str, Verdict]

    @property
    def name(self) -> str:
        return self.answer.question.subject.name

    @property
    def package(self) -> str | None:
        """The package that it is of; None if it is scikit-learn's."""
        return third_party.package_of(self.name)

    @property
    def verdict(self) -> Verdict:
        return limited(self.answer.verdict, is_covered=self.is_covered)

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """Every verdict that holds of some cell, pair or format: what gates ask about."""
        return self.answer.verdicts | {self.verdict}

    @property
    def sentence(self) -> Sentence:
        if self.verdict is self.answer.verdict:
            return self.answer.sentence
        return sentence.of_models(self.verdict, self.answer.models, ())

    @property
    def is_by_itself(self) -> bool:
        """Whether the verdict is of the class itself, and not only of models that contain one."""
        if self.answer.alone is None:
            return bool(self.answer.breadth.alone)
        return self.answer.alone is self.answer.verdict


def limited(verdict: Verdict, *, is_covered: bool) -> Verdict:
    """The verdict, no better than an upgrade that no run has done allows."""
    return Verdict.UNSEEN if verdict in SAFE and not is_covered else verdict


def judge(
    indexes: Sequence[Index],
    question: Question,
    found: Sequence[Evidence],
    sides: tuple[Side, Side],
    *,
    formats: Sequence[str] = (),
) -> Judged:
    """Judge a class by the cells that are about it.

    Parameters
    ----------
    sides : what it is saved by, and what it is loaded by
    formats : those to be judged by themselves, too
    """
    each = {}
    for name in formats:
        own = replace(question, format=name)
        some = [one for one in found if one.cell.format == name]
        if any(one.is_tried for one in some):
            verdict = answered(indexes, own, some, is_folded=False).verdict
            each[name] = limited(verdict, is_covered=_is_covered(question, some, sides))
    return Judged(
        answer=answered(indexes, question, found, is_folded=False),
        is_covered=_is_covered(question, found, sides),
        formats=each,
    )


def _is_covered(question: Question, found: Sequence[Evidence], sides: tuple[Side, Side]) -> bool:
    """Whether some run went from an environment like the one to an environment like the other."""
    package = third_party.package_of(question.subject.name)
    pairs = {(id(one.index), one.cell.producer, one.cell.consumer): one.index for one in found if one.is_tried}
    for (_, producer, consumer), index in pairs.items():
        ends = [(side, index.holdings.get(name, {})) for side, name in zip(sides, (producer, consumer), strict=True)]
        if all(side.is_held_by(held) and (package is None or side.is_as(package, held)) for side, held in ends):
            return True
    return False
