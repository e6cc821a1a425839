"""May a model that was dumped there be loaded here? An answer from a stored run, with its evidence. Pure.

verdicts   the closed list of answers, and which outcome gives which
subjects   which cases a name means
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis import versions
from harness.analysis.ask import subjects
from harness.analysis.meanings import Meaning
from harness.analysis.verdicts import SAFE, Verdict, worst
from harness.errors import InputError, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from harness.analysis.ask.cell_facts import CellFacts
    from harness.analysis.ask.index import Index
    from harness.analysis.ask.subjects import Subject
    from harness.analysis.versions import Wanted

__all__ = ["Answer", "Pair", "Question", "Verdict", "Way", "ask"]


@dataclass(frozen=True, kw_only=True)
class Question:
    subject: Subject
    producers: tuple[Wanted, ...]  # all must hold
    consumers: tuple[Wanted, ...]
    format: str | None = None  # None: every format that gives the very object back
    reader: str | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """One format through one reader, from one environment to another."""

    format: str
    reader: str
    verdict: Verdict
    cases: tuple[str, ...]  # those that the verdict is of
    statuses: dict[str, int]  # of its cells, one for each case
    silent: tuple[str, ...]  # cases that nothing can be said of: not written, not possible there, or refused
    never_tried: int  # of its cells
    at_home: int  # of those that change or break: also in their own producer, so that no version is to blame
    warned: int  # of its cells: scikit-learn warned of another version
    max_abs_diff: float | None  # the largest
    label_mismatch: float | None  # the largest fraction
    cause: str | None  # why the worst cell fails or changes; see `harness.analysis.causes`
    example: str  # the worst cell's id
    reason: str  # what its outcome says; empty if nothing

    @property
    def name(self) -> str:
        return f"{self.format}/{self.reader}"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One environment that dumps and one that loads."""

    producer: str
    consumer: str
    verdict: Verdict  # the worst of the ways that were asked about
    ways: tuple[Way, ...]  # the worst first
    instead: tuple[Way, ...]  # what is safe for the same two; empty where the verdict is safe

    @property
    def cells(self) -> int:
        return sum(count for way in self.ways for count in way.statuses.values())

    @property
    def never_tried(self) -> int:
        return sum(way.never_tried for way in self.ways)

    @property
    def warned(self) -> bool:
        return any(way.warned for way in self.ways)


@dataclass(frozen=True, kw_only=True)
class Answer:
    question: Question
    run: dict[str, Any]  # run.json
    path: Path
    pairs: tuple[Pair, ...]  # the worst first; none where no environments fit
    known: tuple[str, ...]  # where there is no pair: the versions of the package asked for that the run has

    @property
    def verdict(self) -> Verdict:
        """The worst of the pairs; `Verdict.UNKNOWN` where there is none."""
        return worst(pair.verdict for pair in self.pairs)

    def to_frame(self) -> pd.DataFrame:
        """One row for each pair, format and reader that was asked about.

        Columns: ``producer``, ``consumer``, ``format``, ``reader``, ``cells`` (number), ``verdict``, ``never_tried``,
        ``at_home``, ``warned`` (numbers of cells), ``max_abs_diff``, ``label_mismatch`` (the largest; null if none),
        ``cause``, ``example`` (the worst cell's id) and ``reason``.
        """
        import pandas as pd  # noqa: PLC0415  # half a second that `ask` on a terminal need not pay

        taken = ["verdict", "never_tried", "at_home", "warned", "max_abs_diff", "label_mismatch"]
        taken += ["cause", "example", "reason"]
        rows = [
            {
                "producer": pair.producer,
                "consumer": pair.consumer,
                "format": way.format,
                "reader": way.reader,
                "cells": sum(way.statuses.values()),
                **{name: getattr(way, name) for name in taken},
            }
            for pair in self.pairs
            for way in pair.ways
        ]
        return pd.DataFrame(rows, columns=["producer", "consumer", "format", "reader", "cells", *taken])


def ask(
    index: Index,
    estimator: str,
    *,
    producers: Sequence[str],
    consumers: Sequence[str],
    format_name: str | None = None,
    reader: str | None = None,
) -> Answer:
    """Answer from a run.

    Parameters
    ----------
    estimator : a class, a case or a family, in small letters or large.
    producers, consumers : versions of scikit-learn, or such as ``numpy=1.26``; all must hold.
    format_name, reader : every one that gives the very object back, if not given.

    Raises
    ------
    InputError : nothing in the run has such a name, or a version is none.
    """
    for noun, name in (("format", format_name), ("reader", reader)):
        if name is not None and name not in index.known(noun):
            raise InputError(f"{index.path}: {unknown(noun, name, index.known(noun))}")
    question = Question(
        subject=subjects.find(index.subjects, estimator),
        producers=tuple(versions.wanted(text) for text in producers),
        consumers=tuple(versions.wanted(text) for text in consumers),
        format=format_name,
        reader=reader,
    )
    holdings = index.holdings
    dumps, loads = (_fitting(holdings, side) for side in (question.producers, question.consumers))
    cells = index.cells(question.subject.cases, dumps, loads)
    pairs = [
        _pair(question, index.converted, producer, consumer, rows)
        for (producer, consumer), rows in _grouped(cells, lambda cell: (cell.producer, cell.consumer))
    ]
    order = list(Verdict)
    return Answer(
        question=question,
        run=index.run,
        path=index.path,
        pairs=tuple(sorted(pairs, key=lambda pair: order.index(pair.verdict))),
        known=() if pairs else _known(holdings, question, dumps=dumps),
    )


def _grouped(
    cells: Iterable[CellFacts], key: Callable[[CellFacts], tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], list[CellFacts]]]:
    """The cells of each key, in the order in which the keys come first."""
    groups: dict[tuple[str, str], list[CellFacts]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    yield from groups.items()


def _fitting(holdings: Mapping[str, Mapping[str, str]], side: Sequence[Wanted]) -> list[str]:
    return [name for name, packages in holdings.items() if all(one.holds(packages) for one in side)]


def _known(holdings: Mapping[str, Mapping[str, str]], question: Question, *, dumps: Sequence[str]) -> tuple[str, ...]:
    """The versions there are of the package that no environment has in the version asked for."""
    package = (question.consumers if dumps else question.producers)[0].package
    return tuple(versions.ordered(held[package] for held in holdings.values() if package in held))


def _pair(
    question: Question, converted: frozenset[str], producer: str, consumer: str, cells: Sequence[CellFacts]
) -> Pair:
    order = list(Verdict)
    ways: list[Way] = []
    instead: list[Way] = []
    verdicts: list[str | None] = []
    for (format_name, reader), rows in _grouped(cells, lambda cell: (cell.format, cell.reader)):
        way = _way(format_name, reader, rows)
        if _is_asked(question, way, converted):
            ways.append(way)
            verdicts += [cell.verdict for cell in rows]
        if way.verdict in SAFE and not way.silent:
            instead.append(way)
    verdict = worst(verdicts)  # of the cells: a way in which nothing can be written says nothing of the others
    return Pair(
        producer=producer,
        consumer=consumer,
        verdict=verdict,
        ways=tuple(sorted(ways, key=lambda way: order.index(way.verdict))),
        instead=() if verdict in SAFE else tuple(instead),
    )


def _is_asked(question: Question, way: Way, converted: frozenset[str]) -> bool:
    if question.reader not in {None, way.reader}:
        return False
    # What carries a model over into another program is another question than what versions do to it.
    kept = way.format not in converted
    return way.format == question.format or (question.format is None and (kept or question.reader is not None))


def _way(format_name: str, reader: str, cells: Sequence[CellFacts]) -> Way:
    example, verdict = min(cells, key=_badness), worst(cell.verdict for cell in cells)
    return Way(
        format=format_name,
        reader=reader,
        verdict=verdict,
        cases=_once(cell.case for cell in cells if cell.verdict == verdict),
        statuses=dict(Counter(cell.status for cell in cells).most_common()),
        silent=_once(cell.case for cell in cells if cell.verdict is None),
        never_tried=sum(cell.meaning == Meaning.NOT_RUN for cell in cells),
        at_home=sum(cell.also_at_home for cell in cells),
        warned=sum(cell.version_warning for cell in cells),
        max_abs_diff=_largest(cell.max_abs_diff for cell in cells),
        label_mismatch=_largest(cell.label_mismatch for cell in cells),
        cause=example.cause,
        example=example.id,
        reason=example.reason or "",
    )


def _badness(cell: CellFacts) -> tuple[int, float, float]:
    """Smaller is worse: by verdict, then by how many labels differ, then by how far outputs are apart."""
    order = list(Verdict)
    place = len(order) if cell.verdict is None else order.index(Verdict(cell.verdict))
    labels, apart = (math.inf if number is None else -number for number in (cell.label_mismatch, cell.max_abs_diff))
    return place, labels, apart


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _largest(numbers: Iterable[float | None]) -> float | None:
    return max((number for number in numbers if number is not None), default=None)
