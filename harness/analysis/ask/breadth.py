"""How much an answer stands on, and whether that is enough to say "safe". Pure.

"Safe" needs three models of a class, every value of the parameters that decide how it is stored and works, and every
method that predicts. Below that the answer is "no difference seen", with the number of models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis.models import is_value
from harness.analysis.verdicts import SAFE, Verdict, worst
from harness.config.deciding import deciding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.question import Question
    from harness.analysis.models import Model

#: Models of a class that must have been compared.
MODELS = 3
#: What predicts, by the beginning of its name. Attributes and other methods may be left out of a "safe".
_PREDICTING = ("predict", "decision_function", "transform", "score_samples", "inverse_transform", "kneighbors", "apply",
               "decision_path", "staged_")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Breadth:
    """What was compared for an answer, of one pair of environments or of several."""

    models: tuple[str, ...] = ()  # cases
    alone: tuple[str, ...] = ()  # those of the very class; the others contain one
    compared: tuple[str, ...] = ()  # methods and attributes
    uncompared: Mapping[str, str]  # what some model has and was not compared, with the reason
    untested: tuple[str, ...] = ()  # values of deciding parameters that no model had, "loss=hinge"
    whole: int = 0  # models that say what was not compared of them, in the format that has fewest of these

    @property
    def unpredicted(self) -> tuple[str, ...]:
        """The methods that predict, of some model, and were not compared."""
        return tuple(filter(predicts, self.uncompared))

    @property
    def is_enough(self) -> bool:
        """Whether "safe" may be said. Models that do not say what was not compared of them count for nothing here."""
        return self.whole >= MODELS and not self.untested and not self.unpredicted

    def limited(self, verdict: Verdict) -> Verdict:
        """The verdict, no better than the breadth allows."""
        return Verdict.UNSEEN if verdict in SAFE and not self.is_enough else verdict


def predicts(name: str) -> bool:
    """Whether what is compared under a name is a method that predicts, and no attribute."""
    return name.startswith(_PREDICTING) and not name.endswith("_") and name != "staged_score"  # which wants the truth


def verdict(evidence: Sequence[Evidence], question: Question) -> Verdict:
    """The worst verdict of some cells, no better than their breadth allows."""
    found = worst(one.verdict for one in evidence)
    return measure(evidence, question).limited(found) if found in SAFE else found


def measure(evidence: Sequence[Evidence], question: Question) -> Breadth:
    """The breadth of some cells."""
    tried = [one for one in evidence if one.is_tried]
    cases = tuple(dict.fromkeys(one.cell.case for one in tried))
    whole: dict[str, dict[str, Model]] = {one.cell.format: {} for one in tried}
    for one in tried:
        if one.model is not None and one.model.uncompared is not None:
            whole[one.cell.format][one.cell.case] = one.model
    models = [model for by_case in whole.values() for model in by_case.values()]
    # A value that a case has, and that these producers' releases do not know, is in no model of theirs.
    impossible = [one.model for one in evidence if one.model is not None and not one.is_possible]
    return Breadth(
        models=cases,
        alone=tuple(case for case in cases if case in question.subject.alone),
        compared=tuple(dict.fromkeys(method for one in tried for method in one.cell.methods)),
        whole=min(map(len, whole.values()), default=0) if question.class_name is not None else 0,
        **_limits(models, impossible, question),
    )


def are_enough(by_format: Sequence[Mapping[str, Model]], impossible: Sequence[Model], question: Question) -> bool:
    """Whether models are enough for "safe", as `Breadth.is_enough` says of those of some cells.

    Parameters
    ----------
    by_format : the models that were tried, by case, in each format that was.
    impossible : those that these producers' releases do not know.
    """
    whole = [{case: model for case, model in some.items() if model.uncompared is not None} for some in by_format]
    count = min(map(len, whole), default=0) if question.class_name is not None else 0
    if count < MODELS:
        return False
    models = [model for some in whole for model in some.values()]
    return Breadth(whole=count, **_limits(models, impossible, question)).is_enough


def _limits(models: Sequence[Model], impossible: Sequence[Model], question: Question) -> dict[str, Any]:
    """What limits an answer from some models that say it: ``uncompared`` and ``untested`` of `Breadth`."""
    uncompared: dict[str, str] = {}
    for model in models:
        uncompared |= dict(model.uncompared or {})
    is_class = question.class_name is not None  # a case or a family is some models, and stands for no others
    return {
        "uncompared": uncompared,
        "untested": tuple(_untested([*models, *impossible], question)) if is_class else (),
    }


def _untested(models: Sequence[Model], question: Question) -> Iterator[str]:
    """The deciding values that no model has."""
    wanted = deciding().get(str(question.class_name), {})
    parts = [part for model in models for part in question.parts(model)]
    for parameter in sorted(wanted.keys() - {setting.name for setting in question.settings}):
        had = {text for part in parts if (text := part.value(parameter)) is not None}
        for value in wanted[parameter]:
            if not any(is_value(text, value) for text in had):
                yield f"{parameter}={value}"
