"""From two ends to the changes between them: minors, then releases within one, then the package that decides."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.analysis.bisected import Bisected, Change, Tried
from harness.analysis.verdicts import Verdict
from harness.bisecting import deciding, releases, subjects
from harness.bisecting.trials import Trials
from harness.checking import wanted
from harness.checking.existing import Existing
from harness.checking.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.checking import planning
    from harness.checking.wanted import Entry

Hear = Callable[[Tried], object]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is bisected and between which ends, in the user's words.

    Attributes
    ----------
    word : a model file, or the name of a case
    good, bad : releases, requirements files or environments that are there; None: the writer's and the newest
    cases : a file of the user's with the case; None: it is built in
    file : how the file is to be asked, where it is one
    every : whether every minor is tried and every change told
    packages : requirements of every environment
    """

    word: str
    good: str | None = None
    bad: str | None = None
    cases: Path | None = None
    file: planning.Ask | None = None
    every: bool = False
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The ends with what they answer, and what was learnt on the way there."""

    trials: Trials
    good: Entry
    bad: Entry


def ends(ask: Ask, *, console: Console, results: Path | None, told: Hear) -> Ends:
    """Try both ends. Raises InputError and MachineError."""
    newest = list(wanted.known(subjects.known_matrix()))[-1]
    bad = ask.bad or newest
    if ask.file is None:
        case = subjects.of_case(ask.word, ask.cases, good=ask.good, packages=ask.packages)
        trials = Trials(case, console=console, results=results, told=told)
        found = Ends(trials=trials, good=case.home, bad=case.entry(bad))
    else:
        file, trial = subjects.of_file(ask.file, bad=bad, console=console, results=results)
        trials = Trials(file, console=console, results=results, told=told)
        trials.take(trial.run)
        good = file.home if ask.good is None else file.entry(ask.good)
        found = Ends(trials=trials, good=good, bad=file.entry(bad))
    trials.ask(list(dict.fromkeys([found.good, found.bad])))
    return found


def judged(ask: Ask, *, console: Console, results: Path | None = None) -> bool | None:
    """Whether the bad end answers as the good one does; None: that cannot be judged here.

    A good end that is no good, since the model breaks or answers otherwise each time, judges nothing.
    """
    found = ends(ask, console=console, results=results, told=lambda _: None)
    good, bad = found.trials.ask([found.good, found.bad])
    return None if good.verdict is not Verdict.UNSEEN or bad.answer is None else good.answer == bad.answer


def bisect(ask: Ask, *, console: Console, results: Path | None = None, told: Hear = lambda _: None) -> Bisected:
    """Find where the answer changes between two environments.

    Parameters
    ----------
    console : shows the progress of each run.
    results : the folder that the runs are stored in; None: the workspace's.
    told : called with each environment as soon as it is known.

    Raises
    ------
    InputError : the file, the case or an end is not such as can be tried.
    MachineError : no sandbox can be had here, or nothing could be built.
    """
    return answer(ask, ends(ask, console=console, results=results, told=told))


def answer(ask: Ask, ends: Ends) -> Bisected:
    """The changes between two ends that were tried."""
    return _Search(ask, ends).answer()


class _Search:
    def __init__(self, ask: Ask, ends: Ends) -> None:
        self._ask = ask
        self._trials = ends.trials
        self._ends = ends
        subject = self._trials.subject
        matrix = subjects.known_matrix()
        self._line = releases.line(matrix, wanted.known(matrix), subject.packages)

    def answer(self) -> Bisected:
        good, bad = self._trials.ask([self._ends.good, self._ends.bad])
        between = self._between(self._ends.good, self._ends.bad)
        found = Bisected(
            subject=self._trials.subject.called,
            written=self._trials.subject.written,
            good=good,
            bad=bad,
            changes=(),
            tried=(),
            between=len(between),
            notes=self._trials.subject.notes,
        )
        if good.answer is not None and (self._ask.every or (bad.answer is not None and good.answer != bad.answer)):
            found = replace(found, changes=tuple(self._changes()))
        return replace(found, tried=self._trials.all)

    def _between(self, first: Entry, last: Entry) -> list[Wanted]:
        return releases.between(self._line, _release(first), _release(last))

    def _changes(self) -> Iterator[Change]:
        """Narrowed down from minors to releases: the first change, or each."""
        first, last = self._ends.good, self._ends.bad
        minors = releases.between(releases.newest_of_minors(self._line), _release(first), _release(last))
        points = [first, *minors, last]
        if not self._ask.every:
            neighbours = self._boundary(points)
            yield deciding.change(self._trials, *self._neighbours(neighbours[0], neighbours[-1]))
            return
        answers = self._trials.ask(points)
        judged = [point for point, one in zip(points, answers, strict=True) if one.answer is not None]
        for earlier, later in itertools.pairwise(judged):
            yield from self._each(earlier, later)

    def _each(self, earlier: Entry, later: Entry) -> Iterator[Change]:
        """Every change between two environments that is seen by halving."""
        while self._answer(earlier) != self._answer(later):
            neighbours = self._neighbours(earlier, later)
            yield deciding.change(self._trials, *neighbours)
            earlier = neighbours[-1]

    def _neighbours(self, earlier: Entry, later: Entry) -> list[Entry]:
        """Two neighbours of all releases between two environments, with what lies between them and is not judged."""
        return self._boundary([earlier, *self._between(earlier, later), later])

    def _boundary(self, points: Sequence[Entry]) -> list[Entry]:
        low, high = self._trials.boundary(points)
        return list(points[low : high + 1])

    def _answer(self, entry: Entry) -> object:
        return self._trials.ask([entry])[0].answer


def _release(entry: Entry) -> str:
    """The scikit-learn of an environment that is wanted or is there."""
    assert isinstance(entry, Wanted | Existing)
    return entry.scikit_learn
