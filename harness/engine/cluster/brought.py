"""The objects that a worker has at hand: those of the shares that it is at, and as many others as have room."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Bytes that a worker keeps of what no share needs now.
MOST_BYTES = 10 * 10**9


@dataclass
class Brought:
    """Which files are here, the one that was used longest ago first. Safe to use from several threads.

    Attributes
    ----------
    place : of an object, by its digest.
    fetch : brings it there. May raise.
    """

    place: Callable[[str], Path]
    fetch: Callable[[str, Path, bool], None]
    most_bytes: int = MOST_BYTES
    _sizes: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _needed: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def share(self) -> Iterator[Callable[..., Path]]:
        """Have objects while a share is worked on: a function that brings one and returns its place."""
        mine: set[str] = set()

        def bring(digest: str, *, checked: bool = True) -> Path:
            with self._lock:
                if digest not in mine:
                    mine.add(digest)
                    self._needed[digest] += 1
            path = self.place(digest)
            if not path.exists():
                self.fetch(digest, path, checked)
            self.note(digest)
            return path

        try:
            yield bring
        finally:
            with self._lock:
                self._needed -= Counter(mine)
            self._make_room()

    def note(self, digest: str) -> None:
        """An object is here, and was used now."""
        size = self.place(digest).stat().st_size
        with self._lock:
            self._sizes[digest] = size
            self._sizes.move_to_end(digest)

    def _make_room(self) -> None:
        with self._lock:
            held = sum(self._sizes.values())
            for digest in [one for one in self._sizes if not self._needed[one]]:
                if held <= self.most_bytes:
                    return
                self.place(digest).unlink(missing_ok=True)
                held -= self._sizes.pop(digest)
