"""May a model that was dumped there be loaded here? An answer from a stored run, with its evidence. Pure.

verdicts   the closed list of answers, and which outcome gives which
subjects   which cases a name means
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.analysis import columns, versions
from harness.analysis.ask import subjects
from harness.analysis.cells import Meaning
from harness.analysis.verdicts import SAFE, Verdict, worst
from harness.config.problems import unknown
from harness.errors import InputError
from harness.terms import converts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from harness.analysis.ask.subjects import Subject
    from harness.analysis.versions import Wanted
    from harness.store import RunTables

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
        return worst(pair.verdict for pair in self.pairs)


def ask(
    tables: RunTables,
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
    cells = tables.cells
    for noun, name in (("format", format_name), ("reader", reader)):
        if name is not None and name not in set(cells[noun]):
            raise InputError(f"{tables.path}: {unknown(noun, name, cells[noun].unique())}")
    question = Question(
        subject=subjects.find(tables.artifacts, estimator),
        producers=tuple(versions.wanted(text) for text in producers),
        consumers=tuple(versions.wanted(text) for text in consumers),
        format=format_name,
        reader=reader,
    )
    holdings = versions.holdings(tables.environments)
    dumps, loads = (_fitting(holdings, side) for side in (question.producers, question.consumers))
    rows = cells[cells["case"].isin(question.subject.cases)]
    rows = rows[rows["producer"].isin(dumps) & rows["consumer"].isin(loads)]
    pairs = [
        _pair(question, str(p), str(c), some) for (p, c), some in rows.groupby(["producer", "consumer"], sort=False)
    ]
    order = list(Verdict)
    return Answer(
        question=question,
        run=tables.run,
        path=tables.path,
        pairs=tuple(sorted(pairs, key=lambda pair: order.index(pair.verdict))),
        known=() if pairs else _known(holdings, question, dumps=dumps),
    )


def _fitting(holdings: Mapping[str, Mapping[str, str]], side: Sequence[Wanted]) -> list[str]:
    return [name for name, packages in holdings.items() if all(one.holds(packages) for one in side)]


def _known(holdings: Mapping[str, Mapping[str, str]], question: Question, *, dumps: Sequence[str]) -> tuple[str, ...]:
    """The versions there are of the package that no environment has in the version asked for."""
    package = (question.consumers if dumps else question.producers)[0].package
    return tuple(versions.ordered(held[package] for held in holdings.values() if package in held))


def _pair(question: Question, producer: str, consumer: str, rows: pd.DataFrame) -> Pair:
    order = list(Verdict)
    ways: list[Way] = []
    instead: list[Way] = []
    said: list[str | None] = []
    for (format_name, reader), some in rows.groupby(["format", "reader"], sort=False):
        way = _way(str(format_name), str(reader), some)
        if _is_asked(question, way):
            ways.append(way)
            said += list(some["verdict"])
        if way.verdict in SAFE and not way.silent:
            instead.append(way)
    verdict = worst(said)  # of the cells: a way in which nothing can be written says nothing of the others
    return Pair(
        producer=producer,
        consumer=consumer,
        verdict=verdict,
        ways=tuple(sorted(ways, key=lambda way: order.index(way.verdict))),
        instead=() if verdict in SAFE else tuple(instead),
    )


def _is_asked(question: Question, way: Way) -> bool:
    if question.reader not in {None, way.reader}:
        return False
    # What carries a model over into another program is another question than what versions do to it.
    kept = not converts(way.format)
    return way.format == question.format or (question.format is None and (kept or question.reader is not None))


def _way(format_name: str, reader: str, rows: pd.DataFrame) -> Way:
    order = list(Verdict)
    heaviest = [order.index(Verdict(one)) if isinstance(one, str) else len(order) for one in rows["verdict"]]
    ranked = rows.assign(rank=heaviest).sort_values(
        ["rank", "label_mismatch", "max_abs_diff"], ascending=[True, False, False], na_position="last"
    )
    example, verdict = ranked.iloc[0], worst(rows["verdict"])
    return Way(
        format=format_name,
        reader=reader,
        verdict=verdict,
        cases=tuple(rows.loc[rows["verdict"] == verdict, "case"].unique()),
        statuses=columns.counts(rows["status"]),
        silent=tuple(rows.loc[rows["verdict"].isna(), "case"].unique()),
        never_tried=int((rows["meaning"] == Meaning.NOT_RUN).sum()),
        at_home=int(rows["also_at_home"].sum()),
        warned=int(rows["version_warning"].eq(True).sum()),
        max_abs_diff=_largest(rows["max_abs_diff"]),
        label_mismatch=_largest(rows["label_mismatch"]),
        example=str(example["cell_id"]),
        reason="" if pd.isna(example["reason"]) else str(example["reason"]),
    )


def _largest(column: pd.Series[Any]) -> float | None:
    found = pd.to_numeric(column, errors="coerce").max()
    return None if pd.isna(found) else float(found)
