"""How many tasks a share has: what takes a worker some ten seconds, as far as that is known. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from harness.messages import TaskT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.messages import Verb

#: A lost share is done again, and a short one is mostly overhead. Seconds.
SECONDS = 10.0
MOST = 5_000
#: Of a task, where no run tells: a dump is the fit of a case with all of its formats.
_GUESSES: dict[Verb, float] = {"dump": 1.0, "load": 0.02, "measure": 1.0}
_SURPRISE = 0.5  # of what was thought before, when a share tells how long its tasks took


class Sizes:
    """Learns how long tasks of one environment take.

    Parameters
    ----------
    cell_seconds : of a cell, by an earlier run; None if there was none.
    """

    def __init__(self, cell_seconds: float | None = None) -> None:
        self._seconds = dict(_GUESSES)
        if cell_seconds is not None:
            self._seconds["load"] = cell_seconds

    def count(self, verb: Verb) -> int:
        """Tasks of the next share."""
        return max(1, min(MOST, round(SECONDS / max(self._seconds[verb], 1e-6))))

    def learn(self, verb: Verb, count: int, seconds: float) -> None:
        """Take what a share took."""
        if count > 0 and seconds > 0:
            self._seconds[verb] = _SURPRISE * self._seconds[verb] + (1 - _SURPRISE) * seconds / count


class Batches(Generic[TaskT]):
    """Batches that are taken some tasks at a time; one is never split."""

    def __init__(self, batches: Iterable[list[TaskT]]) -> None:
        self._left: Iterator[list[TaskT]] = iter(batches)

    def take(self, count: int | None) -> list[list[TaskT]]:
        """The next with so many tasks or more; None: all."""
        taken: list[list[TaskT]] = []
        have = 0
        while count is None or have < count:
            batch = next(self._left, None)
            if batch is None:
                break
            taken.append(batch)
            have += len(batch)
        return taken
