"""One cell, as much of it as a question needs. Imports nothing heavy."""

from __future__ import annotations

from typing import NamedTuple


class CellFacts(NamedTuple):
    """One cell as `ask` reads it."""

    case: str
    producer: str
    consumer: str
    format: str
    reader: str
    status: str
    meaning: str
    verdict: str | None
    cause: str | None
    reason: str | None
    compared: str | None  # the names of what was compared, joined by `SEPARATOR`
    differing: str | None  # of what differs, joined in the same way; None in older runs
    also_at_home: bool
    version_warning: bool
    max_abs_diff: float | None
    label_mismatch: float | None

    @property
    def id(self) -> str:
        return f"{self.producer}/{self.case}/{self.format}>{self.consumer}/{self.reader}"

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of what was compared."""
        return _names(self.compared)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what differs."""
        return _names(self.differing)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(SEPARATOR)) if text else ()


SEPARATOR = "\n"
#: Fields that are texts; the index stores each text once.
WORDS = CellFacts._fields[:12]
