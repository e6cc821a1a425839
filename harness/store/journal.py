"""journal.jsonl: the outcomes of a run in the order they came, each written before the next is asked for.

Environments, fits and artifacts are kept in memory. Of a cell and its measurement only the place of the line is: a run
may have a million.
"""

from __future__ import annotations

import io
import json
import os
import re
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from harness.files import writing
from harness.terms import ARTIFACT_STATUSES, CELL_STATUSES, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KEYS = {
    "environment": "environment",
    "fit": "fitted_sha256",
    "artifact": "artifact_id",
    "cell": "cell_id",
    "measurement": "cell_id",
}
#: What may have become of each; the others have no status.
_STATUSES = {
    "environment": frozenset({Status.OK, Status.NOT_RUN}),
    "artifact": ARTIFACT_STATUSES,
    "cell": CELL_STATUSES,
}

#: Escapes of surrogates, which may be lone ones, and of control characters, with which text could move a cursor.
_SUSPICIOUS = re.compile(rb"\\u(d[89a-f]|00[01789]|202[a-e]|206[6-9])|\\[bf]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(value: Any) -> Any:
    """The same without lone surrogates, which no table can hold, and control characters, which no terminal should."""
    if isinstance(value, str):
        return _CONTROL.sub("\ufffd", value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return [clean(item) for item in value] if isinstance(value, list | tuple) else value


class Journal:
    """Safe to use from several threads: each row is one environment's, and an environment is one thread's."""

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """``reading``: the file is left as it is, and may be missing; nothing can be added."""
        self.environments: dict[str, dict[str, Any]] = {}
        self.fits: dict[str, dict[str, Any]] = {}
        self.artifacts: dict[str, dict[str, Any]] = {}
        self._cells: dict[str, int] = {}  # where the line begins
        self._measurements: dict[str, int] = {}
        #: The first whole line that is no entry; it and what follows is as if it were not there. A kill leaves none:
        #: the line that it cuts short has no end.
        self.wrong_line: int | None = None
        self._path = path
        self._lock = threading.Lock()
        self._file: BinaryIO
        if reading:
            self._end = self._read() if path.exists() else 0
            self._file = path.open("rb") if path.exists() else io.BytesIO()
            return
        with writing(path):
            path.touch()
            self._end = self._read()
            os.truncate(path, self._end)  # a line cut short by a kill is dropped, and what came after it is done again
            self._file = path.open("r+b")

    def add(self, kind: str, row: dict[str, Any]) -> None:
        """Append one outcome; it is with the operating system when this returns."""
        line = json.dumps({"kind": kind, **row}, separators=(",", ":"), default=str).encode() + b"\n"
        if _SUSPICIOUS.search(line):
            row = clean(row)
            line = json.dumps({"kind": kind, **row}, separators=(",", ":"), default=str).encode() + b"\n"
        with self._lock, writing(self._path):
            self._file.seek(self._end)
            self._file.write(line)
            self._file.flush()
            self._know(kind, row, self._end)
            self._end += len(line)

    def has_cell(self, cell_id: str) -> bool:
        return cell_id in self._cells

    def cell(self, cell_id: str) -> dict[str, Any] | None:
        """A cell's outcome, or None where there is none yet."""
        return self._line(self._cells.get(cell_id))

    def has_measurement(self, cell_id: str) -> bool:
        return cell_id in self._measurements

    def measurement(self, cell_id: str) -> dict[str, Any] | None:
        """A cell's samples, or None where it was not measured yet."""
        return self._line(self._measurements.get(cell_id))

    def known(self, kind: str, name: str) -> dict[str, Any] | None:
        """The last word on something, by the kind of its line and its key."""
        told = {"environment": self.environments, "fit": self.fits, "artifact": self.artifacts}
        if kind in told:
            return told[kind].get(name)
        return self.cell(name) if kind == "cell" else self.measurement(name)

    def last_words(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The last word on everything: its kind, its key, and the row."""
        for kind, names in (
            ("environment", list(self.environments)),
            ("fit", list(self.fits)),
            ("artifact", list(self.artifacts)),
            ("cell", list(self._cells)),
            ("measurement", list(self._measurements)),
        ):
            for name in names:
                row = self.known(kind, name)
                assert row is not None
                yield kind, name, row

    def _line(self, place: int | None) -> dict[str, Any] | None:
        if place is None:
            return None
        with self._lock:
            self._file.seek(place)
            row: dict[str, Any] = json.loads(self._file.readline())
        del row["kind"]
        return row

    @property
    def cell_count(self) -> int:
        return len(self._cells)

    def close(self) -> None:
        with writing(self._path):
            self._file.close()

    def _know(self, kind: str, row: dict[str, Any], place: int) -> None:
        name = row[_KEYS[kind]]
        if kind == "cell":
            self._cells[name] = place
        elif kind == "measurement":
            self._measurements[name] = place
        else:
            {"environment": self.environments, "fit": self.fits, "artifact": self.artifacts}[kind][name] = row

    def _read(self) -> int:
        """Take in what is there; return where the last whole line ends."""
        end = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                entry = _entry(line)
                if entry is None:
                    self.wrong_line = number if line.endswith(b"\n") else None
                    break
                self._know(entry.pop("kind"), entry, end)
                end += len(line)
        return end


def _entry(line: bytes) -> dict[str, Any] | None:
    """One line of the journal, or None where a kill or a power cut broke it."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not line.endswith(b"\n") or not isinstance(entry, dict):
        return None
    kind = entry.get("kind")
    if not isinstance(kind, str) or not isinstance(entry.get(_KEYS.get(kind)), str):
        return None
    status = entry.get("status")
    known = kind not in _STATUSES or (isinstance(status, str) and status in _STATUSES[kind])
    return entry if known else None
