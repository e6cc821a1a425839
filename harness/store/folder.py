"""The folder of a run that is being written.

The journal comes first, line by line; the tables are made from it at the end. Objects are kept by content, and
checked before anything loads them. The only writer under ``results/``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import re
import secrets
import threading
from typing import TYPE_CHECKING, Any

from harness.errors import InputError
from harness.files import read_foreign, replace_text, writing
from harness.store.journal import Journal
from harness.store.reading import SCHEMA_VERSION, TRACEBACKS, read_run_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from harness.store.tables import Tables

ROWS_AT_ONCE = 20_000
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
        self.journal = Journal(path / "journal.jsonl")
        with writing(path):
            self._tracebacks = (path / TRACEBACKS).open("ab")

    @classmethod
    def create(cls, results: Path, profile: str, facts: dict[str, Any]) -> RunFolder:
        """A new folder whose name sorts by time."""
        now = dt.datetime.now(dt.UTC)
        run_id = f"{now:%Y%m%dT%H%M%SZ}-{profile}-{secrets.token_hex(2)}"
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
            with writing(path):
                path.parent.mkdir(exist_ok=True)
                part.write_bytes(data)
                part.replace(path)
        self._objects.add(digest)
        return digest

    def adopt(self, spooled: Path, digest: str) -> None:
        """Move a file that a guest spooled to its place among the objects.

        Raises ValueError if the file is not in the run's spool.
        """
        if (self.path / "spool") not in spooled.parents:
            raise ValueError(f"{spooled}: nothing is taken from outside the run's spool")
        path = self.object_path(digest)
        with writing(path):
            path.parent.mkdir(exist_ok=True)
            try:
                spooled.replace(path)
            except FileNotFoundError:
                if not path.exists():  # two formats may write the same bytes, and those were moved already
                    raise

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


def write_table(path: Path, schema: pa.Schema, rows: Iterable[dict[str, Any]]) -> None:
    """Write a table as Parquet, whole or not at all; at most `ROWS_AT_ONCE` rows are in memory."""
    import pyarrow as pa  # noqa: PLC0415  # `plan` and nox need no tables, and it takes half a second
    import pyarrow.parquet as pq  # noqa: PLC0415

    part = path.with_name(path.name + ".part")
    with writing(path), pq.ParquetWriter(part, schema, compression="zstd") as writer:
        for batch in batched(rows, ROWS_AT_ONCE):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    with writing(path):
        part.replace(path)


def _make_folders(path: Path) -> None:
    with writing(path):
        for folder in ("logs", "locks", "objects", "spool"):
            (path / folder).mkdir(parents=True, exist_ok=True)


def batched(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
