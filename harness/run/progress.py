"""Progress of a run: bars on a terminal, plain lines elsewhere. Safe to call from several threads."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars

from harness.run.rates import RecentRate
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import Console

LINE_SECONDS = 10.0  # between plain lines


class Progress:
    """Counts environments, artifacts and cells. Rate and time left are those of the last minute."""

    def __init__(
        self,
        console: Console | None,
        *,
        environments: int,
        artifacts: int,
        cells: int,
        measured: int = 0,
        link: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``console``: None where nobody looks. ``link``: of a page that shows more of the run."""
        self._console = console
        self._link = link
        self._clock = clock
        self._totals = {"environments": environments, "artifacts": artifacts, "cells": cells}
        if measured:
            self._totals["measured"] = measured
        self._done: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._busy: dict[str, str] = {}
        self._lock = threading.Lock()
        self._rate = RecentRate(clock)  # of the cells
        self._started = self._printed = clock()
        self._bars: Bars | None = None
        if console is not None and console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn())
            more = (TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
            self._bars = Bars(*columns, *more, console=console, transient=True)
            self._rows = {name: self._bars.add_task(name, total=n, note="") for name, n in self._totals.items()}

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def environment(self, name: str, state: str, reason: str | None = None) -> None:
        """Show the new state of an environment: resolving, building, importing, or a status."""
        with self._lock:
            self._busy.pop(name, None)
            if state not in set(Status):
                self._busy[name] = state
                self._note("environments", self._at_work())
            else:
                self._advance("environments", self._at_work())
                if state != Status.OK:
                    self._print(f"[yellow]{escape(name)}: {state}: {escape(reason or '')}")
            self._print_line()

    def artifact(self) -> None:
        with self._lock:
            self._advance("artifacts", "")
            self._print_line()

    def cell(self, row: dict[str, Any]) -> None:
        with self._lock:
            self._statuses[row["status"]] += 1
            counts = ", ".join(f"{count} {status}" for status, count in self._statuses.most_common())
            self._rate.add()
            self._advance("cells", "  ".join(filter(None, [self._pace(more=1), counts])))
            self._print_line()

    def measured(self) -> None:
        with self._lock:
            self._advance("measured", "")
            self._print_line()

    def expect(self, name: str, count: int) -> None:
        """Set how many more are to come, once that is known."""
        with self._lock:
            if name not in self._totals:
                return
            self._totals[name] = self._done[name] + count
            if self._bars is not None:
                self._bars.update(self._rows[name], total=self._totals[name])

    def _at_work(self) -> str:
        states = (f"{name} {state}" for name, state in self._busy.items())
        return ", ".join(filter(None, [self._link, *states]))

    def _note(self, name: str, note: str) -> None:
        if self._bars is not None:
            self._bars.update(self._rows[name], note=note)

    def _advance(self, name: str, note: str) -> None:
        self._done[name] += 1
        if self._bars is not None:
            self._bars.update(self._rows[name], advance=1, note=note)

    def _pace(self, *, more: int = 0) -> str:
        """The rate of the cells, and how long the rest takes; empty where neither is known.

        Parameters
        ----------
        more : cells that are done and not counted yet.
        """
        left = self._rate.seconds_for(self._totals["cells"] - self._done["cells"] - more)
        if left is None:
            return ""
        rate = self._rate.per_second()
        return f"{rate:.{0 if rate >= 10 else 1}f} cells/s  about {left:.0f} s left"  # noqa: PLR2004  # two digits

    def _print_line(self) -> None:
        now = self._clock()
        if self._bars is not None or now - self._printed < LINE_SECONDS:
            return
        self._printed = now
        counts = "  ".join(f"{name} {self._done[name]}/{total}" for name, total in self._totals.items())
        line = "  ".join(filter(None, [f"{now - self._started:5.0f} s", counts, self._pace(), self._at_work()]))
        self._print(escape(line))

    def _print(self, text: str) -> None:
        if self._console is not None:
            self._console.print(text, highlight=False)
