"""journal.jsonl: the outcomes of a run in the order they came, each written before the next task.

Environments, fits and artifacts are kept in memory. Of cells and measurements only the positions of their lines are
known, in an index that goes to disk: a run may have ten million.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import threading
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from harness.errors import MachineError
from harness.files import writing
from harness.store import rows
from harness.store.line_index import LineIndex
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.store.rows import ArtifactRow, CellRow, EnvironmentRow, FitRow, Kind, MeasurementRow, Row, WrittenRow

#: Escapes of surrogates, which may be lone ones, and of control characters, with which text could move a cursor.
_SUSPICIOUS = re.compile(rb"\\u(d[89a-f]|00[01789]|202[a-e]|206[6-9])|\\[bf]")
#: Control characters and marks of direction; as Python and RE2 write them.
CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_CONTROL = re.compile(CONTROL)


def clean(value: Any) -> Any:
    """The value without lone surrogates, which no table can hold, and control characters, which harm a terminal."""
    if isinstance(value, str):
        return _CONTROL.sub("\ufffd", value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return [clean(item) for item in value] if isinstance(value, list | tuple) else value


class Journal:
    """Safe to use from several threads: each row is one environment's, and an environment is one thread's."""

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """With ``reading`` the file is not changed, may be missing, and nothing can be added."""
        self.environments: dict[str, EnvironmentRow] = {}
        self.fits: dict[str, FitRow] = {}
        self.artifacts: dict[str, ArtifactRow] = {}
        self._cells = LineIndex()
        self._measurements = LineIndex()
        #: Number of the first whole line that is no entry; it and all that follow are ignored. A kill leaves no such
        #: line: the one that it cuts short has no newline.
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
            self._file = path.open("r+b")
        self._take()
        with writing(path):
            self._end = self._read()
            os.truncate(path, self._end)  # a line cut short by a kill is dropped, and its work is done again

    def _take(self) -> None:
        """Be the only one that writes it; the lock ends with this process. Raises MachineError."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise MachineError(
                f"{self._path.parent}: another process is working on this run: wait until it has ended"
            ) from None
        except OSError:  # a file system without locks
            return

    def add(self, kind: Kind, row: Row) -> None:
        """Append one outcome. The operating system has it when this returns. Raises MachineError."""
        line = json.dumps({"kind": kind, **row}, separators=(",", ":"), default=str).encode() + b"\n"
        if _SUSPICIOUS.search(line):
            row = cast("Row", clean(row))
            line = json.dumps({"kind": kind, **row}, separators=(",", ":"), default=str).encode() + b"\n"
        with self._lock, writing(self._path):
            self._file.seek(self._end)
            self._file.write(line)
            self._file.flush()
            self._know(kind, row, self._end)
            self._end += len(line)

    def written(self, artifact_id: str) -> WrittenRow | None:
        """The row of an artifact that was written, or None where it was not, or not yet."""
        row = self.artifacts.get(artifact_id)
        return cast("WrittenRow", row) if row is not None and row["status"] == Status.OK else None

    def has_cell(self, cell_id: str) -> bool:
        return self._place(self._cells, cell_id) is not None

    def cell(self, cell_id: str) -> CellRow | None:
        """A cell's outcome, or None where there is none yet."""
        return cast("CellRow | None", self._line(self._place(self._cells, cell_id)))

    def has_measurement(self, cell_id: str) -> bool:
        return self._place(self._measurements, cell_id) is not None

    def measurement(self, cell_id: str) -> MeasurementRow | None:
        """A cell's samples, or None where it was not measured yet."""
        return cast("MeasurementRow | None", self._line(self._place(self._measurements, cell_id)))

    def known(self, kind: Kind, name: str) -> Row | None:
        """The newest row of one thing, by its kind and its key; None if there is none."""
        if kind == "environment":
            return self.environments.get(name)
        if kind == "fit":
            return self.fits.get(name)
        if kind == "artifact":
            return self.artifacts.get(name)
        return self.cell(name) if kind == "cell" else self.measurement(name)

    def line_of(self, kind: Kind, name: str) -> int:
        """The number of the newest line of one thing, from 1; 0 if there is none."""
        found = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                entry = rows.parse(line)
                if entry is not None and entry[0] == kind and rows.row_key(*entry) == name:
                    found = number
        return found

    def newest_rows(self) -> Iterator[tuple[Kind, str, Row]]:
        """The newest row of everything: its kind, its key, and the row."""
        every: dict[Kind, list[str]] = {
            "environment": list(self.environments),
            "fit": list(self.fits),
            "artifact": list(self.artifacts),
        }
        for kind, names in every.items():
            for name in names:
                row = self.known(kind, name)
                assert row is not None
                yield kind, name, row
        indexes: dict[Kind, LineIndex] = {"cell": self._cells, "measurement": self._measurements}
        for kind, index in indexes.items():
            for place in index.places():
                row = self._line(place)
                assert row is not None
                yield kind, rows.row_key(kind, row), row

    def _place(self, index: LineIndex, name: str) -> int | None:
        with self._lock:
            return index.get(name)

    def _line(self, place: int | None) -> Row | None:
        if place is None:
            return None
        with self._lock:
            self._file.seek(place)
            line = self._file.readline()
        entry = rows.parse(line)
        assert entry is not None  # it was read before, or is what was written
        return entry[1]

    @property
    def cell_count(self) -> int:
        return len(self._cells)

    def close(self) -> None:
        with writing(self._path):
            self._file.close()

    def _know(self, kind: Kind, row: Row, place: int) -> None:
        name = rows.row_key(kind, row)
        if kind == "cell":
            self._cells.put(name, place)
        elif kind == "measurement":
            self._measurements.put(name, place)
        elif kind == "environment":
            self.environments[name] = cast("EnvironmentRow", row)
        elif kind == "fit":
            self.fits[name] = cast("FitRow", row)
        else:
            self.artifacts[name] = cast("ArtifactRow", row)

    def _read(self) -> int:
        """Read what is there; return the position where the last whole line ends. Bytes."""
        end = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                entry = rows.parse(line)
                if entry is None:
                    self.wrong_line = number if line.endswith(b"\n") else None
                    break
                self._know(*entry, end)
                end += len(line)
        return end
