"""Every answer that the stored runs can give, as statements: of each class, alone or with a parameter. Pure.

A statement is what `harness.analysis.ask` answers, by the same code. It is of models that one minor release saved and
another loads, in every format that gives the object back, or in one format. Nothing is inferred: where nothing was
tried, there is no statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.analysis import versions
from harness.analysis.ask import answered, evidence, subjects
from harness.analysis.ask.pairing import is_asked
from harness.analysis.ask.question import Question, Setting, wanted
from harness.analysis.ask.subjects import Kind
from harness.analysis.models import is_value
from harness.config.deciding import deciding
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.index import Index
    from harness.analysis.ask.subjects import Subject


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


def statements(indexes: Sequence[Index]) -> Iterator[Statement]:
    """Every statement, by estimator, setting, format and releases.

    Parameters
    ----------
    indexes : of the runs.
    """
    newest_first = sorted(indexes, key=lambda index: str(index.run["started"]), reverse=True)
    for name in estimators(newest_first):
        yield from of_estimator(newest_first, name)


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
    for setting in ("", *settings(name)):
        yield from _of_models(indexes, subject, setting)


def settings(estimator: str) -> Iterator[str]:
    """The values of the parameters that decide, each as `ask --with` takes it: ``criterion=log_loss``."""
    for parameter, values in sorted(deciding().get(estimator, {}).items()):
        for text in values:
            plain = text[1:-1] if text[:1] == text[-1:] == "'" else text
            yield f"{parameter}={plain if plain.strip() and is_value(text, plain) else text}"


def _of_models(indexes: Sequence[Index], subject: Subject, setting: str) -> Iterator[Statement]:
    held_by = (Setting.parse(setting),) if setting else ()
    everywhere = Question(subject=subject, producers=(), consumers=(), settings=held_by)
    by_pair: dict[tuple[str, str], list[Evidence]] = {}
    for one in evidence.gather(indexes, everywhere):
        packages = [one.index.holdings.get(name, {}) for name in (one.cell.producer, one.cell.consumer)]
        if all(versions.DEFAULT_PACKAGE in held for held in packages):
            saved, loaded = (minor_of(held[versions.DEFAULT_PACKAGE]) for held in packages)
            by_pair.setdefault((saved, loaded), []).append(one)
    formats = sorted({one.cell.format for some in by_pair.values() for one in some})
    # Of every format: one that has all of its cells says the same.
    known: dict[tuple[str, str], tuple[list[Evidence], Told]] = {}
    for name in ("", *formats):
        for (saved, loaded), some in by_pair.items():
            question = Question(
                subject=subject,
                producers=wanted([saved]),
                consumers=wanted([loaded]),
                settings=held_by,
                format=name or None,
            )
            asked = [one for one in some if is_asked(question, one)]
            if any(one.is_tried for one in asked):
                same, told = known.get((saved, loaded), ([], None))
                if told is None or asked != same:
                    told = _told(indexes, question, asked)
                if not name:
                    known[saved, loaded] = (asked, told)
                yield Statement(subject.name, setting, name, saved, loaded, told)


def _told(indexes: Sequence[Index], question: Question, asked: Sequence[Evidence]) -> Told:
    answer = answered(indexes, question, asked, is_folded=False)
    way = answer.worst_way
    cause = None if way is None or way.cause not in answer.causes else way.cause
    return Told(
        verdict=str(answer.verdict),
        sentence=str(answer.sentence),
        cause=cause,
        models=sum(answer.models.values()),
        bad=answer.models.get(answer.verdict, 0),
    )
