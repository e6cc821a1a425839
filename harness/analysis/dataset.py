"""Every answer that the stored runs can give, as statements: of each class, alone or with a parameter. Pure.

A statement is what `harness.analysis.ask` answers, by the same code. It is of models that one minor release saved and
another loads, in every format that gives the object back, or in one format. Nothing is inferred: where nothing was
tried, there is no statement.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from harness.analysis import versions
from harness.analysis.ask import subjects
from harness.analysis.ask.concluding import conclude
from harness.analysis.ask.evidence import Gathered
from harness.analysis.ask.pairing import is_asked
from harness.analysis.ask.question import Question, Setting, wanted
from harness.analysis.ask.subjects import Kind
from harness.analysis.models import is_value
from harness.config.deciding import deciding
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.index import Index


class Told(NamedTuple):
    """What an answer says: see `harness.analysis.ask.Answer`.

    ``models`` were compared; ``bad`` of them have the verdict, where that is a bad one. ``cause`` is that of the worst
    cell, None where nobody knows one.
    """

    verdict: str
    sentence: str
    cause: str | None
    models: int
    bad: int


class Statement(NamedTuple):
    """``setting`` is a parameter with its value, ``format`` a format; both are empty for every one."""

    estimator: str
    setting: str
    format: str
    saved: str
    loaded: str
    told: Told


def statements(indexes: Sequence[Index], *, tell: Callable[[int, int], None] | None = None) -> Iterator[Statement]:
    """Every statement, by estimator, setting, format and releases.

    Parameters
    ----------
    indexes : of the runs.
    tell : is called after each estimator with how many are done, and how many there are.
    """
    newest_first = sorted(indexes, key=lambda index: str(index.run["started"]), reverse=True)
    names = estimators(newest_first)
    for done, name in enumerate(names, start=1):
        yield from of_estimator(newest_first, name)
        if tell is not None:
            tell(done, len(names))


def estimators(indexes: Sequence[Index]) -> list[str]:
    """The classes that runs know, in the order of the alphabet."""
    names = {one.name for index in indexes for one in index.subjects if one.kind is Kind.CLASS}
    return sorted(names, key=lambda name: (name.lower(), name))


def of_estimator(indexes: Sequence[Index], name: str) -> Iterator[Statement]:
    """The statements of one class.

    Parameters
    ----------
    indexes : of the runs, the newest first.
    """
    subject = subjects.find((one for index in indexes for one in index.subjects if one.kind is Kind.CLASS), name)
    everywhere = Question(subject=subject, producers=(), consumers=())
    gathered = Gathered(indexes, everywhere)
    explained = {cause for index in indexes for cause in index.causes}
    for setting in ("", *settings(name)):
        held_by = (Setting.parse(setting),) if setting else ()
        question = replace(everywhere, settings=held_by)
        for name_of_format, saved, loaded, told in _answers(question, gathered.about(question), explained):
            yield Statement(subject.name, setting, name_of_format, saved, loaded, told)


def settings(estimator: str) -> Iterator[str]:
    """The values of the parameters that decide, each as `ask --with` takes it: ``criterion=log_loss``."""
    for parameter, values in sorted(deciding().get(estimator, {}).items()):
        for text in values:
            plain = text[1:-1] if text[:1] == text[-1:] == "'" else text
            yield f"{parameter}={plain if plain.strip() and is_value(text, plain) else text}"


def _answers(
    everywhere: Question, found: Sequence[Evidence], explained: Collection[str]
) -> Iterator[tuple[str, str, str, Told]]:
    """What is said in each format, or in all, from each release to each other.

    Parameters
    ----------
    found : the cells of the question.
    explained : the causes that have a sentence.
    """
    by_pair: dict[tuple[str, str], dict[str, list[Evidence]]] = {}
    for one in found:
        packages = [one.index.holdings.get(name, {}) for name in (one.cell.producer, one.cell.consumer)]
        if all(versions.DEFAULT_PACKAGE in held for held in packages):
            saved, loaded = (minor_of(held[versions.DEFAULT_PACKAGE]) for held in packages)
            by_format = by_pair.setdefault((saved, loaded), {"": []})
            by_format[""].append(one)
            by_format.setdefault(one.cell.format, []).append(one)
    formats = sorted({name for by_format in by_pair.values() for name in by_format})
    # Of every format: one that has all of its cells says the same.
    known: dict[tuple[str, str], tuple[list[Evidence], Told]] = {}
    for name in formats:
        for (saved, loaded), by_format in by_pair.items():
            question = replace(everywhere, producers=wanted([saved]), consumers=wanted([loaded]), format=name or None)
            asked = [one for one in by_format.get(name, ()) if is_asked(question, one)]
            if any(one.is_tried for one in asked):
                same, told = known.get((saved, loaded), ([], None))
                if told is None or asked != same:
                    told = _told(question, asked, explained)
                if not name:
                    known[saved, loaded] = (asked, told)
                yield name, saved, loaded, told


def _told(question: Question, asked: Sequence[Evidence], explained: Collection[str]) -> Told:
    found = conclude(question, asked, explained)
    return Told(
        verdict=str(found.verdict),
        sentence=str(found.sentence),
        cause=found.cause,
        models=sum(found.models.values()),
        bad=found.models.get(found.verdict, 0),
    )
