"""The answers of several estimators to one question. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.verdicts import BAD, Verdict, rank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.analysis.ask.answer import Answer


def worst_first(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The answers by verdict; within one, the one with the largest share of bad models first."""
    return tuple(sorted(answers, key=lambda one: (rank(one.verdict), -_bad(one))))


def verdicts(answers: Iterable[Answer]) -> frozenset[Verdict]:
    """Every verdict that holds of some cell, pair or answer: what gates ask about."""
    return frozenset(verdict for one in answers for verdict in one.verdicts)


def _bad(answer: Answer) -> float:
    count = sum(answer.models.values())
    return sum(number for verdict, number in answer.models.items() if verdict in BAD) / count if count else 0.0
