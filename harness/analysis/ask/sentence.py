"""The one sentence of an answer: a verdict, how far it goes, and in brackets what else is to be said. Pure.

Terminal, JSON, `harness.ask` and whatever else quotes an answer have it from here. It stands without its brackets, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.units import counted
from harness.analysis.verdicts import BAD, Verdict, rank
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from harness.analysis.ask.strip import Strip

_SPANS = 3  # stretches of releases that one sentence names

#: How a model breaks, by the statuses of the cells that do.
_HOW = (
    (frozenset({Status.LOAD_ERROR}), "does not load"),
    (frozenset({Status.PREDICT_ERROR}), "loads, does not predict"),
    (frozenset({Status.CRASH}), "crashes"),
    (frozenset({Status.TIMEOUT}), "takes too long"),
    (frozenset({Status.OOM}), "needs too much memory"),
)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What an answer says in one line."""

    core: str
    bracket: str = ""

    def __str__(self) -> str:
        return f"{self.core} ({self.bracket})" if self.bracket else self.core

    def within(self, width: int) -> str:
        """The sentence in so many characters: without its brackets if they do not fit."""
        return str(self) if len(str(self)) <= width else self.core


def of_models(verdict: Verdict, models: Mapping[Verdict, int], statuses: Collection[str]) -> Sentence:
    """``breaks in 3 of 17 models (does not load)``.

    Parameters
    ----------
    verdict : of the answer.
    models : how many of the models that were tried have which verdict, each by its worst cell.
    statuses : of the cells that break.
    """
    count, bad = sum(models.values()), models.get(verdict, 0)
    if not count:
        return Sentence(core=str(verdict))
    if verdict is Verdict.UNKNOWN:
        return Sentence(core=f"{verdict}, with {counted(count, 'model')} compared")
    if verdict not in BAD:
        return Sentence(core=f"{verdict} in {counted(count, 'model')}")
    core = str(verdict) if bad == count else f"{verdict} in {bad} of {counted(count, 'model')}"
    others = models.get(Verdict.BREAKS, 0)
    if verdict is Verdict.CHANGES:
        return Sentence(core=core, bracket=f"breaks in {others} more" if others else "without an error")
    return Sentence(core=core, bracket=how(statuses))


def of_minors(strip: Strip) -> Sentence:
    """``changes predictions in 1.9 (breaks in 1.3 to 1.8)``: the worst verdict first, with where it holds."""
    verdicts = sorted({one.verdict for one in strip.minors}, key=rank)
    if not verdicts:
        return Sentence(core=str(Verdict.UNKNOWN))
    told = [f"{verdict} in {spans(strip.ranges({verdict}))}" for verdict in verdicts]
    bad = [words for words, verdict in zip(told, verdicts, strict=True) if verdict in BAD]
    rest = bad[1:] if bad else told[1:2]
    return Sentence(core=told[0], bracket=", ".join(rest))


def spans(ranges: Sequence[tuple[str, str]]) -> str:
    """``0.24 to 1.1, 1.9``: stretches of releases; of many their number."""
    told = [first if first == last else f"{first} to {last}" for first, last in ranges]
    more = len(told) - _SPANS
    return ", ".join(told[:_SPANS]) + (f" and {more} more" if more > 0 else "")


def how(statuses: Iterable[str]) -> str:
    """How a model breaks: ``does not load``; empty if nothing does."""
    found = frozenset(statuses)
    if not found:
        return ""
    return next((words for known, words in _HOW if found <= known), "does not load or predict")
