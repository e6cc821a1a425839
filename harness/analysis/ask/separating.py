"""What tells the models that break or change from those that do not: a parameter, or a class within. Pure.

Models that fail for different reasons are told apart first: what sets one kind apart seldom sets the other apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.ask.evidence import badness
from harness.analysis.verdicts import BAD, SAFE, Verdict, rank
from harness.config.deciding import deciding

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.question import Question
    from harness.analysis.models import Model

_MOST = 3  # differences that are told
_FEW = 2  # with fewer models on the bad side, anything would tell them apart
#: Values of it are many and decide nothing by themselves.
_NEVER = frozenset({"random_state", "steps", "transformers", "estimators"})


@dataclass(frozen=True, kw_only=True)
class Separation:
    """A parameter (or ``within``, of a class that a model has within) whose values tell the two sides apart."""

    name: str
    bad: tuple[str, ...]  # values of models with the worst verdict
    good: tuple[str, ...]  # of those in which no difference was seen; empty for a class that they do not have


@dataclass(frozen=True, kw_only=True)
class Failing:
    """Models that break or change for one cause, each by its worst cell."""

    verdict: Verdict  # the worst
    cause: str | None  # None: no cause is known; the reason says what happened
    reason: str  # of one of the worst cells; empty if it has none
    at_home: bool  # each of the worst cells is as bad in its own producer: the version is not the reason
    cases: tuple[str, ...]
    separations: tuple[Separation, ...]  # from the models in which nothing was seen; the deciding parameters first


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The models that break or change, by cause, and the cases in which nothing was seen anywhere."""

    failing: tuple[Failing, ...]  # the worst first, then what most models have
    good: tuple[str, ...]

    @property
    def bad(self) -> tuple[str, ...]:
        """The cases that break or change in some format and pair."""
        return _once(case for one in self.failing for case in one.cases)


def separate(evidence: Sequence[Evidence], question: Question, explained: Container[str | None]) -> Sides:
    """Compare the models of a question whose cells change or break with the others.

    A model is what one producer made of one case. Those whose cause is not explained are told apart by what happened.
    """
    seen: dict[tuple[str, str], list[Evidence]] = {}
    for one in evidence:
        if one.is_tried:
            seen.setdefault((one.cell.producer, one.cell.case), []).append(one)
    good = [some[0] for some in seen.values() if all(one.verdict in SAFE for one in some)]
    by_cause: dict[tuple[str | None, str | None], list[Evidence]] = {}
    for some in seen.values():
        if any(one.verdict in BAD for one in some):
            worst = min(some, key=badness)
            cause = worst.cell.cause if worst.cell.cause in explained else None
            by_cause.setdefault((cause, None if cause else worst.cell.status), []).append(worst)
    failing = [_failing(question, bad, good) for bad in by_cause.values()]
    return Sides(
        failing=tuple(sorted(failing, key=lambda one: (rank(one.verdict), -len(one.cases)))),
        good=_once(one.cell.case for one in good),
    )


def _failing(question: Question, bad: Sequence[Evidence], good: Sequence[Evidence]) -> Failing:
    worst = min(bad, key=badness)
    models = [[one.model for one in side if one.model is not None] for side in (bad, good)]
    return Failing(
        verdict=Verdict(str(worst.verdict)),
        cause=worst.cell.cause,
        reason=worst.cell.reason or "",
        at_home=all(one.cell.also_at_home for one in bad),
        cases=_once(one.cell.case for one in bad),
        separations=tuple(_separations(question, *models)) if all(models) else (),
    )


def _once(cases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cases))


def _separations(question: Question, bad: Sequence[Model], good: Sequence[Model]) -> list[Separation]:
    known = deciding().get(str(question.class_name), {})
    names = {name for model in (*bad, *good) for part in question.parts(model) for name in part.parameters or ()}
    found = []
    asked = {name for name in names - _NEVER if name in known or len(bad) >= _FEW}
    for name in sorted(asked, key=lambda name: (name not in known, name)):
        held = [[_values(question, model, name) for model in side] for side in (bad, good)]
        if not all(held[0]) or not all(held[1]):
            continue  # a model whose value is not known may be on either side
        b, g = ({value for values in side for value in values} for side in held)
        if b.isdisjoint(g):
            found.append(Separation(name=name, bad=tuple(sorted(b)), good=tuple(sorted(g))))
    found += _within(question, bad, good) if len(bad) >= _FEW else []
    return found[:_MOST]


def _values(question: Question, model: Model, name: str) -> frozenset[str]:
    """The values of a parameter in the parts that were asked about; empty if it is not known of all of them."""
    texts = [part.value(name) for part in question.parts(model)]
    return frozenset() if None in texts else frozenset(str(text) for text in texts)


def _within(question: Question, bad: Sequence[Model], good: Sequence[Model]) -> list[Separation]:
    """A class that every model of one side has within, and none of the other."""
    classes = [[{part.name for part in model.parts} - {question.class_name} for model in side] for side in (bad, good)]
    everywhere = set.intersection(*classes[0]) if classes[0] else set()
    nowhere = set.union(*classes[1]) if classes[1] else set()
    return [Separation(name="within", bad=(name,), good=()) for name in sorted(everywhere - nowhere)[:1]]
