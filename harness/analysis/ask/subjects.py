"""Which cases of a run a name stands for: those of a class, a case or a family. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.columns import stored_object
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

#: A class that is constructed in the text of a parameter: a pipeline's steps, a search's estimator.
_CONSTRUCTED = re.compile(r"\b([A-Z]\w+)\(")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was asked about."""

    name: str  # as the run writes it
    cases: tuple[str, ...]
    within: bool = False  # no case fits the class by itself: these have it within a pipeline or another estimator


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """What a case fits, by class names; empty where no producer could fit it."""

    outer: str = ""
    inner: frozenset[str] = frozenset()


def classes(artifacts: pd.DataFrame) -> dict[str, str]:
    """Return for each case the class that it fits, such as ``LogisticRegression``; empty if nobody could fit it."""
    return {case: fitted.outer for case, fitted in _fitted(artifacts).items()}


def known(artifacts: pd.DataFrame) -> dict[str, Subject]:
    """List everything that can be asked about, by its name in lower case: classes before cases before families."""
    fitted = _fitted(artifacts)
    inner = _by_class({case: fit.inner for case, fit in fitted.items()})
    families = {str(name): tuple(rows["case"].unique()) for name, rows in artifacts.groupby("family", sort=False)}
    ways: tuple[dict[str, tuple[str, ...]], ...] = (
        _by_class({case: {fit.outer} - {""} for case, fit in fitted.items()}),
        {case: (case,) for case in fitted},
        families,
        {case.replace("_", ""): (case,) for case in fitted},  # of a class that no producer could fit
        inner,
    )
    found: dict[str, Subject] = {}
    for names in ways:
        for name, cases in names.items():
            found.setdefault(name.lower(), Subject(name=name, cases=cases, within=names is inner))
    return found


def find(subjects: Mapping[str, Subject], word: str) -> Subject:
    """Find a class, a case or a family among those of `known`.

    Raises
    ------
    InputError : there is none; the message has similar names.
    """
    asked = word.strip().lower().removeprefix("family:")
    if asked not in subjects:
        raise InputError(_unknown(word, {subject.name for subject in subjects.values()}))
    return subjects[asked]


def _unknown(word: str, names: set[str]) -> str:
    """A message with similar names. Upper and lower case do not matter."""
    by_letters = {name.lower(): name for name in sorted(names)}
    close = difflib.get_close_matches(word.lower(), by_letters, n=3)
    perhaps = f"; perhaps {', '.join(shown(by_letters[name]) for name in close)}" if close else ""
    return f"this run has no estimator, case or family {shown(word)}{perhaps}"


def _by_class(classes: dict[str, frozenset[str] | set[str]]) -> dict[str, tuple[str, ...]]:
    """The cases of each class."""
    found: dict[str, list[str]] = {}
    for case, names in classes.items():
        for name in sorted(names):
            found.setdefault(name, []).append(case)
    return {name: tuple(cases) for name, cases in found.items()}


def _fitted(artifacts: pd.DataFrame) -> dict[str, _Fitted]:
    """Return what each case fits. The newest producer's manifest counts, since classes are renamed."""
    found = {str(case): _Fitted() for case in artifacts["case"].unique()}
    known = artifacts.dropna(subset=["manifest"]).drop_duplicates("case", keep="last")
    for case, text in zip(known["case"], known["manifest"], strict=True):
        manifest = stored_object(text)
        outer = str(manifest.get("estimator") or "").rpartition(".")[2]
        given = manifest.get("parameters")
        written = " ".join(map(str, given.values())) if isinstance(given, dict) else ""
        found[str(case)] = _Fitted(outer=outer, inner=frozenset(_CONSTRUCTED.findall(written)) - {outer})
    return found
