"""What a run leaves behind: objects by content, the journal, the tables. The only writer under ``results/``.

The journal comes first and is appended to, line by line; the tables are made from it at the end and put in place by
renaming. So a run that was killed at any moment has lost nothing but what was in flight, and can be resumed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import json
import re
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import InputError
from harness.files import replace_text, writing
from harness.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd
    import pyarrow as pa

    from harness.tables import Tables

SCHEMA_VERSION = 3
#: 2: findings, tolerance_used, mapped_arrays, mapped_bytes, estimators; another manifest, and fits in the journal.
#: 3: the tables figures and samples; evicted_load_seconds, cold_start_peak_bytes, load_stable; more of the host.
READABLE = (1, 2, SCHEMA_VERSION)
#: Every traceback of a run, by the digest that its tables name.
TRACEBACKS = "logs/tracebacks.jsonl"
TABLES = ("environments", "artifacts", "cells", "figures", "samples")
#: Runs of older schemas have measured nothing, and have none of these tables.
MEASURED = 3
_MEASURED_TABLES = frozenset({"figures", "samples"})
ROWS_AT_ONCE = 20_000
#: The folder of the run that the repository itself keeps; it counts only where there is no other.
REFERENCE = "reference"
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: As `RunFolder.create` names runs. The id is a folder's name, so that nothing else may pass for one.
RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9][A-Za-z0-9._-]*-[0-9a-f]{4}")


@dataclass(frozen=True, kw_only=True)
class RunTables:
    """The tables of a run. Columns: see the README; a figure that was not measured is null, never 0."""

    path: Path
    run: dict[str, Any]
    environments: pd.DataFrame
    artifacts: pd.DataFrame
    cells: pd.DataFrame
    #: One row for each figure of each cell that was to be measured; and what they were made of, one row for each figure
    #: of each process that measured.
    figures: pd.DataFrame = field(default_factory=lambda: _nothing("figures"))
    samples: pd.DataFrame = field(default_factory=lambda: _nothing("samples"))


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
        """A new folder for a run that has a name."""
        _make_folders(path)
        begun = cls(path, run)
        begun.save_run()
        return begun

    @classmethod
    def reopen(cls, path: Path) -> RunFolder:
        """An unfinished run, with what its journal holds."""
        run = read_run_json(path)
        if run["schema_version"] != SCHEMA_VERSION:
            raise InputError(f"{path}: it was begun under schema version {run['schema_version']}: start a new run")
        _make_folders(path)  # what carries a folder from machine to machine may leave out those that are empty
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
        """Move what a guest spooled to its place among the objects."""
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
        """Copy the objects of another folder that this one lacks; yield those whose bytes are not what they were.

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
        """Bytes that were kept. Raises ValueError when they are not there as they were kept."""
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
        from harness.tables import OF  # noqa: PLC0415  # pyarrow, as below

        for name, rows in built.each():
            write_table(self.path / f"{name}.parquet", OF[name], rows)


def write_table(path: Path, schema: pa.Schema, rows: Iterable[dict[str, Any]]) -> None:
    """Write a table as Parquet, by renaming; never more than some thousand rows are held at once."""
    import pyarrow as pa  # noqa: PLC0415  # half a second that `plan` and nox need not pay
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


def regular(path: Path) -> Path:
    """A file of a folder that came from elsewhere. Raises InputError: links may lead anywhere, and pipes never end."""
    if path.is_symlink() or not path.is_file():
        raise InputError(f"{path}: this is no regular file, and is not read")
    return path


def read_foreign(path: Path) -> bytes:
    """What stands in such a file. Raises InputError."""
    try:
        return regular(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_run_json(path: Path) -> dict[str, Any]:
    """``run.json``, checked. Raises InputError."""
    try:
        run: dict[str, Any] = json.loads((path / "run.json").read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no run is stored here (run.json is missing)") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path / 'run.json'}: cannot be read: {error}") from error
    version = run.get("schema_version") if isinstance(run, dict) else None
    if version not in READABLE:
        raise InputError(
            f"{path}: this run was written under schema version {version}, and this harness reads up to "
            f"{SCHEMA_VERSION}: read it with the harness version that wrote it, or run it again"
        )
    return run


def read_run(path: str | Path) -> RunTables:
    """See `harness.read_run`."""
    import pandas as pd  # noqa: PLC0415  # half a second that `plan` and nox need not pay

    folder = Path(path)
    run = read_run_json(folder)
    stored = [name for name in TABLES if run["schema_version"] >= MEASURED or name not in _MEASURED_TABLES]
    missing = [name for name in stored if not (folder / f"{name}.parquet").exists()]
    if missing:
        raise InputError(
            f"{folder}: the run was not finished ({', '.join(missing)} missing): "
            f"continue it with `python -m harness run --run {folder.name}`"
        )
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in stored}
    if run["schema_version"] < SCHEMA_VERSION:
        tables = {name: _as_today(table, name) for name, table in tables.items()}
    return RunTables(path=folder, run=run, **tables)


def _as_today(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table of an older schema with the columns of this one: what was not measured then is null."""
    from harness import tables as schemas  # noqa: PLC0415  # pyarrow, too, costs its half second

    wanted = schemas.OF[name]
    added = {column: None for column in wanted.names if column not in table}
    table = table.assign(**added)[wanted.names]
    if "findings" in added:
        table["findings"] = [[] for _ in range(len(table))]
    return table


def _nothing(name: str) -> pd.DataFrame:
    """A table without rows."""
    from harness import tables as schemas  # noqa: PLC0415

    empty: pd.DataFrame = schemas.OF[name].empty_table().to_pandas()
    return empty


def tracebacks(run: Path) -> Iterator[tuple[str, str]]:
    """Every traceback of a run, by the digest that its tables name; none where the logs were not kept."""
    path = run / TRACEBACKS
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            told = json.loads(line)
            yield str(told["traceback"]), str(told["text"])
        except (ValueError, KeyError, TypeError):
            return  # cut short by a kill: it is the last


def runs(results: Path) -> list[Path]:
    """The runs in a folder, oldest first, without the reference run."""
    return [path for path in within(results) if path.name != REFERENCE]


def within(folder: Path) -> list[Path]:
    """Every run in a folder. A hidden one is being written, or was left by a kill."""
    return sorted(path.parent for path in folder.glob("*/run.json") if not path.parent.name.startswith("."))


def earlier(folder: Path, run: dict[str, Any]) -> Path | None:
    """The newest finished run of the same profile before this one, beside it."""
    for path in reversed([path for path in runs(folder.parent) if path.name < folder.name]):
        try:
            told = read_run_json(path)
        except InputError:
            continue
        if told["profile"] == run["profile"] and told.get("complete"):
            return path
    return None


def sources(results: Path) -> list[Path]:
    """The runs that a question is put to: the newest finished one of each profile, then the reference run.

    Where there is none, the newest there is. Raises InputError where there is no run at all.
    """
    newest: dict[str, Path] = {}
    for path in reversed(runs(results)):
        with contextlib.suppress(InputError):  # of another schema version, say
            told = read_run_json(path)
            if told.get("complete"):
                newest.setdefault(told["profile"], path)
    kept = results / REFERENCE
    found = [*newest.values(), *([kept] if (kept / "run.json").exists() else [])]
    return found or [find_run(results, None)]


def find_run(results: Path, name: str | None) -> Path:
    """A run by its id, by the beginning of its id, by path; without a name the newest. Raises InputError.

    The reference run is found by its name, and where there is no other.
    """
    if name is not None and (Path(name) / "run.json").exists():
        return Path(name)
    found = [path for path in runs(results) if name is None or path.name.startswith(name)]
    if not found and name in {None, REFERENCE} and (results / REFERENCE / "run.json").exists():
        return results / REFERENCE
    if not found:
        raise InputError(f"{results}: no run {name or ''} is stored there; `nox -s matrix` makes one")
    if name is not None and len(found) > 1:
        raise InputError(f"{results}: {name} fits {len(found)} runs: {', '.join(path.name for path in found[:5])}")
    return found[-1]
