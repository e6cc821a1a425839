"""An answer, with its evidence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis.ask import sentence
from harness.analysis.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from harness.analysis.ask.breadth import Breadth
    from harness.analysis.ask.question import Question
    from harness.analysis.ask.sentence import Sentence
    from harness.analysis.ask.separating import Sides
    from harness.analysis.ask.strip import Strip
    from harness.analysis.carrying import Carrier


@dataclass(frozen=True, kw_only=True)
class AskedRun:
    """A run that an answer stands on."""

    run: dict[str, Any]  # run.json
    path: Path
    cells: int  # that are evidence

    @property
    def id(self) -> str:
        return str(self.run["run_id"])


@dataclass(frozen=True, kw_only=True)
class Way:
    """One format through one reader, from one environment to another."""

    format: str
    reader: str
    verdict: Verdict
    cases: tuple[str, ...]  # those with the worst cells
    statuses: dict[str, int]  # of its cells, one for each case
    silent: tuple[str, ...]  # cases without a verdict: not written, not possible there, or refused
    never_tried: int  # of its cells
    at_home: int  # of its cells: they also change or break in their own producer
    warned: int  # of its cells: scikit-learn warned of another version
    max_abs_diff: float | None  # the largest
    label_mismatch: float | None  # the largest fraction
    cause: str | None  # why the worst cell fails or changes; see `harness.analysis.causes`
    example: str  # the worst cell's id
    run: AskedRun  # that has the worst cell
    reason: str  # of the worst cell; empty if it has none

    @property
    def name(self) -> str:
        return f"{self.format}/{self.reader}"


@dataclass(frozen=True, kw_only=True)
class PairAnswer:
    """One environment that dumps and one that loads."""

    producer: str
    consumer: str
    verdict: Verdict  # the worst of the ways that were asked about
    breadth: Breadth  # of those ways
    ways: tuple[Way, ...]  # the worst first
    instead: tuple[Way, ...]  # ways through which nothing speaks against it; empty if the verdict is as good
    carriers: tuple[Carrier, ...] = ()  # other formats that get over what fails, the cheapest first

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
    runs: tuple[AskedRun, ...]  # the newest first; those that were asked, if none has such a cell
    pairs: tuple[PairAnswer, ...]  # the worst first; none where no environments fit
    strip: Strip  # the minor releases that were asked about
    elsewhere: Strip  # every minor release that loads, for the same producers
    alone_elsewhere: Strip  # the same of the models of the very class; empty where all are, or none is
    seen: frozenset[Verdict]  # of the cells that were asked about
    models: Mapping[Verdict, int]  # how many have which verdict, each by its worst cell
    broken: frozenset[str]  # statuses of the cells that break
    breadth: Breadth  # of all pairs
    sides: Sides  # what tells the worst models from the others
    alone: Verdict | None  # of the models of the very class, where others contain one; None: all are, or none is
    differing: tuple[str, ...]  # outputs that differ or raise in some model; empty where the runs do not tell
    causes: dict[str, str]  # by the name of a cause, the sentence that explains it
    carriers: tuple[Carrier, ...] = ()  # other formats that get over what fails, the cheapest first
    nothing: str = ""  # if there is no pair: why

    @property
    def verdict(self) -> Verdict:
        """The worst of the pairs and of the releases; `Verdict.UNKNOWN` where there is none."""
        return worst([*(pair.verdict for pair in self.pairs), *(one.verdict for one in self.strip.minors)])

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """Every verdict that holds of some cell, of some pair or of the whole: what gates ask about."""
        return self.seen | {pair.verdict for pair in self.pairs} | {self.verdict}

    @property
    def sentence(self) -> Sentence:
        """The answer in one line, without the question."""
        if self.question.is_strip and self.strip.minors:
            return sentence.of_minors(self.strip)
        return sentence.of_models(self.verdict, self.models, self.broken)

    @property
    def environments(self) -> int:
        return len({name for pair in self.pairs for name in (pair.producer, pair.consumer)})

    @property
    def formats(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(way.format for pair in self.pairs for way in pair.ways))

    @property
    def warned(self) -> bool:
        """Whether scikit-learn warned of another version anywhere."""
        return any(pair.warned for pair in self.pairs)

    @property
    def worst_way(self) -> Way | None:
        return self.pairs[0].ways[0] if self.pairs and self.pairs[0].ways else None

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
