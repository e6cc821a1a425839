"""How fast something goes on, over the last minute. Pure: the clock is passed in."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 60.0  # seconds


class RecentRate:
    """Counts what is done, and remembers the last minute.

    Parameters
    ----------
    clock : gives seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: deque[float] = deque()
        self._first: float | None = None

    def add(self) -> None:
        """Count one more."""
        now = self._clock()
        if self._first is None:  # how long the first took is not known
            self._first = now
        else:
            self._times.append(now)
        self._forget(now)

    def per_second(self) -> float:
        """The mean over the last minute, or since the first; 0 where nothing was done in that time."""
        now = self._clock()
        self._forget(now)
        if self._first is None:
            return 0.0
        seconds = min(WINDOW, now - self._first)
        return len(self._times) / seconds if seconds > 0 else 0.0

    def seconds_for(self, count: int) -> float | None:
        """How long so many more take at this rate; None where nothing was done in the last minute."""
        rate = self.per_second()
        return max(count, 0) / rate if rate else None

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] <= now - WINDOW:
            self._times.popleft()
