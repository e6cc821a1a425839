"""The answers of `check` while they come: one line for each target, as soon as it is measured."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from harness.checking import Attempt
    from harness.store import RunTables


class Stream:
    """Prints each target of an attempt once. Called by the threads of a run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._attempt: Attempt | None = None
        #: Whether it is known what the writer itself makes of the file: all else is held against it.
        self._at_home = False
        self._waiting: list[str] = []

    def hear(self, attempt: Attempt, name: str, so_far: Callable[[], RunTables]) -> None:
        """More is known of an environment: print what can be said of the targets now."""
        from harness.analysis import cells, checked  # pandas: the guests are at work by now
        from harness.report import check as rendering

        with self._lock:
            if attempt is not self._attempt:  # another writer is tried
                self._attempt, self._at_home, self._waiting = attempt, False, []
            self._at_home = self._at_home or name == attempt.writer
            self._waiting += [name] if name in attempt.targets else []
            if not self._at_home or not self._waiting:
                return
            tables = cells.with_meaning(so_far())
            answer = checked.of_attempt(tables, attempt)
            for one in self._waiting:
                self._console.print(rendering.line(answer, one), no_wrap=True, overflow="ellipsis")
            self._waiting = []
