"""Runs of one subject: each environment is tried once, however often it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis import bisected, read_run
from harness.bisecting import halving
from harness.machine import tools
from harness.run import lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.analysis.bisected import Tried
    from harness.bisecting.subjects import Subject
    from harness.checking.wanted import Entry
    from harness.terms import Environment


class Trials:
    """What was tried of a subject.

    Parameters
    ----------
    console : shows the progress of each run.
    results : the folder that the runs are stored in; None: the workspace's.
    told : called with each environment as soon as it is known.
    """

    def __init__(
        self,
        subject: Subject,
        *,
        console: Console,
        results: Path | None = None,
        told: Callable[[Tried], object] = lambda _: None,
    ) -> None:
        self.subject = subject
        #: At how many environments guests work together.
        self.at_once = tools.processors()
        self._console = console
        self._results = results or tools.workspace() / ".harness" / "checks"
        self._told = told
        self._found: dict[str, Tried] = {}
        self._environments: dict[str, Environment] = {}

    @property
    def all(self) -> tuple[Tried, ...]:
        """Every environment that was tried, in that order."""
        return tuple(self._found.values())

    def ask(self, entries: Sequence[Entry]) -> list[Tried]:
        """What becomes of the subject in some environments; those that are new are tried together."""
        new = [one for one in entries if one.name not in self._found]
        if new:
            plan = self.subject.plan([one for one in new if one.name != self.subject.home.name])
            self._environments |= plan.environments
            folder = lifecycle.run(plan, results=self._results, console=self._console, wait=True)
            self.take(folder)
            lifecycle.forget_given(plan, folder)
        return [self._found[one.name] for one in entries]

    def boundary(self, points: Sequence[Entry], *, first: object = None) -> tuple[int, int]:
        """Two neighbours among environments, see `halving.boundary`. The last is known to answer otherwise.

        Parameters
        ----------
        first : the answer of the first, where it is known.
        """
        return halving.boundary(
            self.ask(points[:1])[0].answer if first is None else first,
            len(points),
            lambda chosen: [one.answer for one in self.ask([points[place] for place in chosen])],
            at_once=self.at_once,
        )

    def known(self, entry: Entry) -> Tried | None:
        """What became of the subject in an environment; None where it was not tried."""
        return self._found.get(entry.name)

    def take(self, folder: Path) -> None:
        """Learn from a run of the subject."""
        tables = read_run(folder)
        for name in tables.environments["environment"]:
            if name not in self._found:
                self._found[name] = bisected.tried(tables, name)
                self._told(self._found[name])

    def environment(self, entry: Entry) -> Environment:
        """An environment as a matrix has it."""
        if entry.name not in self._environments:
            entries = [] if entry.name == self.subject.home.name else [entry]
            self._environments |= self.subject.plan(entries).environments
        return self._environments[entry.name]
