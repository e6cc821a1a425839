"""How much an answer stands on, and whether that is enough to say "safe". Pure.

"Safe" needs three models of a class, every value of the parameters that decide how it is stored and works, and every
method that predicts. Below that the answer is "no difference seen", with the number of models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis.ask.question import Question
from harness.analysis.models import is_value
from harness.analysis.verdicts import SAFE, Verdict
from harness.config.deciding import deciding
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.subjects import Subject
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
    told: bool = False  # every model says what was not compared of it

    @property
    def unpredicted(self) -> tuple[str, ...]:
        """The methods that predict, of some model, and were not compared."""
        return tuple(name for name in self.uncompared if name.startswith(_PREDICTING) and not name.endswith("_"))

    @property
    def is_enough(self) -> bool:
        """Whether "safe" may be said."""
        return len(self.models) >= MODELS and self.told and not self.untested and not self.unpredicted

    def limited(self, verdict: Verdict) -> Verdict:
        """The verdict, no better than the breadth allows."""
        return Verdict.UNSEEN if verdict in SAFE and not self.is_enough else verdict


def measure(evidence: Sequence[Evidence], question: Question) -> Breadth:
    """The breadth of some cells."""
    tried = [one for one in evidence if one.is_tried]
    cases = tuple(dict.fromkeys(one.cell.case for one in tried))
    models = [one.model for one in tried if one.model is not None]
    # A value that a case has, and that these producers' releases do not know, is in no model of theirs.
    impossible = [one.model for one in evidence if one.model is not None and not one.is_possible]
    return Breadth(
        models=cases,
        alone=tuple(case for case in cases if case in question.subject.alone),
        compared=tuple(dict.fromkeys(method for one in tried for method in one.cell.methods)),
        **_limits(models, impossible, question, told=len(models) == len(tried)),
    )


def producers(subject: Subject, artifacts: pd.DataFrame, fitted: Mapping[tuple[str, str], Model]) -> list[str]:
    """The producers whose models of a class are enough for "safe", if every cell of theirs is sound.

    Parameters
    ----------
    artifacts : of one run.
    fitted : by (producer, case), see `harness.analysis.ask.subjects.models`.
    """
    question = Question(subject=subject, producers=(), consumers=())
    rows = artifacts[artifacts["case"].isin(subject.cases)]
    unsupported = rows[rows["status"] == Status.UNSUPPORTED]
    absent = set(zip(unsupported["producer"], unsupported["case"], strict=True)) - fitted.keys()
    by_case = {case: model for (_, case), model in fitted.items()}
    found = []
    for producer in map(str, rows["producer"].unique()):
        models = {case: fitted[producer, case] for case in subject.cases if (producer, case) in fitted}
        impossible = [by_case[case] for name, case in absent if name == producer and case in by_case]
        limits = _limits(list(models.values()), impossible, question, told=True)
        if Breadth(models=tuple(models), **limits).is_enough:
            found.append(producer)
    return found


def _limits(models: Sequence[Model], impossible: Sequence[Model], question: Question, *, told: bool) -> dict[str, Any]:
    """What limits an answer from some models: the fields of `Breadth` after ``compared``."""
    uncompared: dict[str, str] = {}
    for model in models:
        uncompared |= dict(model.uncompared or {})
    is_class = question.class_name is not None  # a case or a family is some models, and stands for no others
    return {
        "uncompared": uncompared,
        "untested": tuple(_untested([*models, *impossible], question)) if is_class else (),
        "told": told and is_class and all(model.uncompared is not None for model in models),
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
