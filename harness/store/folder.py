"""The folder of a run that is being written.

The journal comes first, line by line; the tables are made from it at the end. Objects are kept by content, and
checked before anything loads them. The only writer under ``results/``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import json
import os
import re
import secrets
import shutil
import stat
import threading
from typing import TYPE_CHECKING, Any

from harness.errors import InputError
from harness.files import read_foreign, replace_text, stored, whole, writing
from harness.store.journal import Journal
from harness.store.reading import SCHEMA_VERSION, TRACEBACKS, read_run_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from harness.store.tables import Tables

ROWS_AT_ONCE = 20_000
_TIME = "%Y%m%dT%H%M%SZ"
_MOST_PROBED = 1 << 40  # bytes; nobody writes more
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: The ids that `RunFolder.create` gives. An id becomes the name of a folder, so no other text is accepted.
RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9][A-Za-z0-9._-]*-[0-9a-f]{4}")


class RunFolder:
    """The folder of one run, open for writing. Safe to use from several threads."""

    def __init__(self, path: Path, run: dict[str, Any]) -> None:
        self.path = path.resolve()  # guests work in folders of their own
        self.run = run
        self._lock = threading.Lock()
        self._traces: set[str] = set()
        self._objects: set[str] = set()
        tracebacks = stored(path / TRACEBACKS)
        self.journal = Journal(stored(path / "journal.jsonl"))
        with writing(path):
            self._tracebacks = tracebacks.open("ab")
            if _is_torn(tracebacks):
                self._tracebacks.write(b"\n")

    @classmethod
    def create(cls, results: Path, profile: str, facts: dict[str, Any]) -> RunFolder:
        """A new folder whose name sorts by time."""
        now = dt.datetime.now(dt.UTC)
        run_id = f"{_stamp(now, results)}-{profile}-{secrets.token_hex(2)}"
        run = {
            "run_id": run_id,
            "profile": profile,
            "schema_version": SCHEMA_VERSION,
            "started": now.isoformat(),
            "finished": None,
            "seconds": None,
            **facts,
        }
        return cls.begin(results / run_id, run)

    @classmethod
    def begin(cls, path: Path, run: dict[str, Any]) -> RunFolder:
        """A new folder for a run that has its id already."""
        _make_folders(path)
        begun = cls(path, run)
        begun.save_run()
        return begun

    @classmethod
    def reopen(cls, path: Path) -> RunFolder:
        """The folder of an unfinished run, with its journal. Raises InputError if its schema is older."""
        run = read_run_json(path)
        if run["schema_version"] != SCHEMA_VERSION:
            raise InputError(f"{path}: it was begun under schema version {run['schema_version']}: start a new run")
        _make_folders(path)  # a folder copied from another machine may lack those that were empty
        return cls(path, run)

    def close(self) -> None:
        try:
            self.journal.close()
        finally:
            with writing(self.path):
                self._tracebacks.close()

    def keep_traceback(self, text: str | None) -> str | None:
        """Store a traceback once, under its digest; return the digest."""
        if not text:
            return None
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        with self._lock, writing(self.path / "logs"):
            if digest not in self._traces:
                self._traces.add(digest)
                line = json.dumps({"traceback": digest, "text": text})
                self._tracebacks.write(line.encode() + b"\n")
                self._tracebacks.flush()
        return digest

    def keep_object(self, data: bytes) -> str:
        """Store bytes under their sha256; return it."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.object_path(digest)
        if digest not in self._objects and not path.exists():
            part = path.with_name(f"{digest}.{threading.get_ident()}.part")
            with writing(path), whole(part):
                path.parent.mkdir(exist_ok=True)
                part.write_bytes(data)
                part.replace(path)
        self._objects.add(digest)
        return digest

    def adopt(self, spooled: Path, digest: str, *, spool: Path) -> None:
        """Move a file that a guest wrote to its place among the objects.

        Parameters
        ----------
        spooled : where the guest says that it is.
        digest : of its bytes, and so its name.
        spool : the folder that the guest may write to.

        Raises
        ------
        ValueError
            It is no regular file of its own with those bytes, directly in the guest's spool.
        """
        place = self.object_path(digest)
        if spooled.name != digest or spooled.parent != spool or spool.resolve() != spool:
            raise ValueError(f"{str(spooled)[:200]!r}: nothing is taken from outside the guest's spool")
        if place.exists() and not spooled.is_symlink() and not spooled.exists():
            return  # two formats may write the same bytes, and those were moved already
        own = spool / f"{digest}.{secrets.token_hex(8)}"  # nobody knows it, so what is checked is what is moved
        with contextlib.suppress(OSError):  # then there is nothing to check
            spooled.rename(own)
        if _digest_of_own(own) != digest:
            raise ValueError(f"{digest}: its bytes are not those that the guest told of")
        with writing(place):
            place.parent.mkdir(exist_ok=True)
            own.replace(place)

    def need_space(self, size: object) -> None:
        """Raises MachineError where the spool has no room for a file of ``size`` bytes: a guest could not write it."""
        probe = self.path / "spool" / f"space.{threading.get_ident()}"
        least = size if type(size) is int and 0 < size < _MOST_PROBED else 1
        with writing(probe):
            try:
                with probe.open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, least)
            finally:
                probe.unlink(missing_ok=True)

    def take_objects(self, other: Path) -> Iterator[Path]:
        """Copy the objects of another folder that this one lacks; yield those whose bytes do not match their sha256.

        Raises InputError when one is no file.
        """
        for source in sorted((other / "objects").glob("*/*")):
            if not _DIGEST.fullmatch(source.name) or self.object_path(source.name).exists():
                continue
            data = read_foreign(source)
            if hashlib.sha256(data).hexdigest() == source.name:
                self.keep_object(data)
            else:
                yield source

    def read_object(self, digest: str) -> bytes:
        """The bytes of an object. Raises ValueError if they are missing or do not match their sha256."""
        path = self.object_path(digest)
        data = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise ValueError(f"{path.name}: its bytes are not those that were stored (sha256 differs)")
        return data

    def object_path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest[:80]!r} is no sha256")
        return self.path / "objects" / digest[:2] / digest

    def adopt_given(self, file: Path) -> Path:
        """Copy a user's file among the objects, with its suffix, which says what it is; return the copy."""
        digest = hashlib.sha256(os.fsencode(file.name)).hexdigest()
        path = self.path / "objects" / "given" / f"{digest[:16]}{file.suffix}"
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, path)
        return path.resolve()

    def write_text(self, name: str, text: str) -> Path:
        """Write a file of the run, whole or not at all."""
        return replace_text(self.path / name, text)

    def save_run(self) -> None:
        self.write_text("run.json", json.dumps(self.run, indent=2, sort_keys=True, default=str) + "\n")

    def write_tables(self, built: Tables) -> None:
        """Write every table of a run."""
        from harness.store.tables import SCHEMAS  # noqa: PLC0415  # pyarrow, as below

        for name, rows in built.each():
            write_table(self.path / f"{name}.parquet", SCHEMAS[name], rows)


def _stamp(now: dt.datetime, results: Path) -> str:
    """The time in an id, after that of every run in the folder: also of a run since which the clock was set back."""
    known = [entry.name[:16] for entry in results.glob("*") if RUN_ID.fullmatch(entry.name)]
    told = now.strftime(_TIME)
    newest = max(known, default="")
    if newest <= told:
        return told
    try:
        return (dt.datetime.strptime(newest, _TIME).replace(tzinfo=dt.UTC) + dt.timedelta(seconds=1)).strftime(_TIME)
    except (ValueError, OverflowError):  # no time at all
        return told


def write_table(path: Path, schema: pa.Schema, rows: Iterable[dict[str, Any]]) -> None:
    """Write a table as Parquet, whole or not at all; at most `ROWS_AT_ONCE` rows are in memory."""
    import pyarrow as pa  # noqa: PLC0415  # `plan` and nox need no tables, and it takes half a second
    import pyarrow.parquet as pq  # noqa: PLC0415

    part = path.with_name(path.name + ".part")
    with writing(path), whole(part):
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            for batch in batched(rows, ROWS_AT_ONCE):
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
        part.replace(path)


def _is_torn(path: Path) -> bool:
    """Whether a kill or a full disk has cut the last line short."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        return file.read() not in (b"", b"\n")


def _digest_of_own(path: Path) -> str | None:
    """The sha256 of a regular file that has no other name; None for anything else. No link is followed."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:  # of a descriptor
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            return None
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_folders(path: Path) -> None:
    with writing(path):
        for folder in ("logs", "locks", "objects", "spool"):
            (path / folder).mkdir(parents=True, exist_ok=True)


def batched(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
