"""Which cases of a run a name stands for: those of a class, a case or a family. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from harness.analysis.columns import stored_object
from harness.analysis.models import Model
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd


class Kind(StrEnum):
    """What a name can be, in the order in which it is looked for."""

    CLASS = "class"
    CASE = "case"
    FAMILY = "family"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was asked about."""

    name: str  # as the run writes it
    kind: Kind
    cases: tuple[str, ...]  # of a class: every model that is one or contains one
    alone: tuple[str, ...] = ()  # of a class: those that are one themselves


def models(artifacts: pd.DataFrame) -> dict[tuple[str, str], Model]:
    """Return what each case fits in each producer, by (producer, case). Nothing stands for what could not be fitted."""
    known = artifacts.dropna(subset=["manifest"]).drop_duplicates(["producer", "case"])
    rows = zip(known["producer"], known["case"], known["manifest"], strict=True)
    return {(str(producer), str(case)): Model.from_manifest(stored_object(text)) for producer, case, text in rows}


def classes(artifacts: pd.DataFrame) -> dict[str, str]:
    """Return for each case the class that it fits, such as ``LogisticRegression``; empty if nobody could fit it.

    The newest producer's model counts, since classes are renamed.
    """
    found = dict.fromkeys(map(str, artifacts["case"].unique()), "")
    return found | {case: model.name for (_, case), model in models(artifacts).items()}


def known(artifacts: pd.DataFrame, fitted: Mapping[tuple[str, str], Model] | None = None) -> list[Subject]:
    """List everything that can be asked about, each name of a kind once.

    Parameters
    ----------
    fitted : what `models` returns, if it is at hand.
    """
    fitted = models(artifacts) if fitted is None else fitted
    containing: dict[str, dict[str, bool]] = {}  # by class, then by case: whether it is the class itself
    for (_, case), model in fitted.items():
        for part in model.parts:
            cases = containing.setdefault(part.name, {})
            cases[case] = cases.get(case, False) or part.name == model.name
    every = list(map(str, artifacts["case"].unique()))
    unfitted = set(every) - {case for _, case in fitted}
    order = {case: place for place, case in enumerate(every)}
    return [
        *(_class(name, cases, order) for name, cases in containing.items()),
        *(Subject(name=case, kind=Kind.CASE, cases=(case,)) for case in every),
        *(
            Subject(name=str(name), kind=Kind.FAMILY, cases=tuple(map(str, rows["case"].unique())))
            for name, rows in artifacts.groupby("family", sort=False)
        ),
        # A class that no producer could fit is known by its case alone.
        *(Subject(name=case.replace("_", ""), kind=Kind.CASE, cases=(case,)) for case in every if case in unfitted),
    ]


def _class(name: str, cases: Mapping[str, bool], order: Mapping[str, int]) -> Subject:
    return Subject(
        name=name,
        kind=Kind.CLASS,
        cases=tuple(sorted(cases, key=order.__getitem__)),
        alone=tuple(case for case in sorted(cases, key=order.__getitem__) if cases[case]),
    )


def find(subjects: Iterable[Subject], word: str) -> Subject:
    """Find what a word means: a class before a case before a family, all of several runs joined.

    ``case:NAME`` and ``family:NAME`` say which. A class may be written with its module.

    Raises
    ------
    InputError : there is none; the message has similar names.
    """
    subjects = tuple(subjects)
    asked = word.strip().lower()
    prefix, colon, rest = asked.partition(":")
    kinds = [kind for kind in Kind if not colon or kind == prefix]
    whole = rest if colon else asked
    for name in (whole, whole.rpartition(".")[2]):  # a case of a user's may be FILE.NAME
        for kind in kinds:
            found = [one for one in subjects if one.kind is kind and one.name.lower() == name]
            if found:
                return joined(found)
    raise InputError(_unknown(word, {subject.name for subject in subjects}))


def joined(found: Sequence[Subject]) -> Subject:
    """Subjects of one name and one kind as one."""
    cases, alone = ({case: None for one in found for case in getattr(one, name)} for name in ("cases", "alone"))
    return Subject(name=found[0].name, kind=found[0].kind, cases=tuple(cases), alone=tuple(alone))


def _unknown(word: str, names: set[str]) -> str:
    """A message with similar names. Upper and lower case do not matter."""
    by_letters = {name.lower(): name for name in sorted(names)}
    close = difflib.get_close_matches(word.lower(), by_letters, n=3)
    perhaps = f"; perhaps {', '.join(shown(by_letters[name]) for name in close)}" if close else ""
    return f"no stored run has an estimator, case or family {shown(word)}{perhaps}"
