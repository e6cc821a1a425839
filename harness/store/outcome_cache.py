"""Outcomes that later runs reuse, in a folder or a bucket that fsspec can write.

``outcomes/ENVIRONMENT/KIND-SHA256.jsonl.gz`` holds what one run worked out in one environment, and ``objects/`` what
that refers to. A file is named by the digest of its bytes, written aside and renamed, and never changed: so any number
of runs may share a cache, and damage is noticed. What is damaged or missing is worked out anew.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.errors import InputError, MachineError
from harness.files import whole
from harness.store import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.store.rows import Row

Kind: TypeAlias = Literal["environment", "fit", "artifact", "cell"]
#: What one file of outcomes may hold when it is unpacked.
_MOST_BYTES = 2 * 1024**3
_PART = re.compile(r"(environment|artifact|cell)-([0-9a-f]{64})\.jsonl\.gz")
_LEFT_BEHIND = 86_400.0  # seconds after which what a killed run was writing is nobody's


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An outcome as it was worked out."""

    key: str
    kind: Kind
    run: str  # that worked it out
    row: Row
    traceback: str | None = None
    part: str = ""  # the file that it is in

    def as_line(self) -> str:
        """It, as a line of its file."""
        told = {"key": self.key, "kind": self.kind, "run": self.run, "row": self.row, "traceback": self.traceback}
        return json.dumps(told, separators=(",", ":"), default=str) + "\n"


@dataclass(frozen=True, kw_only=True)
class Held:
    """How much a cache holds."""

    place: str
    files: int
    size_bytes: int
    environments: int
    oldest: float | None  # seconds since 1970


class OutcomeCache:
    """A cache of outcomes. Safe to use from several threads and processes."""

    def __init__(self, place: str) -> None:
        """``place`` is a folder or a URL. Raises InputError where fsspec knows no such place."""
        import fsspec  # noqa: PLC0415  # a tenth of a second, and `check` keeps no outcomes

        try:
            self._files, root = fsspec.core.url_to_fs(place)
        except (ImportError, ValueError) as error:
            raise InputError(f"--cache {place}: {error}") from error
        self.place = place
        self._root = root.rstrip("/")
        self._is_local = isinstance(self._files, fsspec.implementations.local.LocalFileSystem)

    def read(self, environment_key: str, kind: Kind) -> dict[str, Entry]:
        """What is known of an environment, by key. What is damaged is removed."""
        found: dict[str, Entry] = {}
        for path, name in self._parts(environment_key, kind):
            data = self._read(path)
            if data is None:
                continue
            entries = _sound_entries(data, name[2], path)
            if entries is None:
                self._remove(path)
                continue
            for entry in entries:
                found.setdefault(f"{entry.kind}:{entry.key}", entry)
            self._touch(path)
        return found

    def add(self, environment_key: str, kind: Kind, entries: Iterable[Entry]) -> None:
        """Keep what a run worked out in an environment. Raises MachineError."""
        lines = "".join(entry.as_line() for entry in entries)
        if lines:
            data = gzip.compress(lines.encode(), compresslevel=1, mtime=0)
            name = f"{kind}-{hashlib.sha256(data).hexdigest()}.jsonl.gz"
            self._write(f"{self._root}/outcomes/{environment_key}/{name}", data)

    def drop(self, part: str) -> None:
        """Remove a file of outcomes, of which one was wrong."""
        self._remove(part)

    def keep_object(self, digest: str, source: Path) -> None:
        """Keep an object of a run, as a link where that can be. Raises MachineError."""
        path = self._object(digest)
        if self._files.exists(path):
            return
        if self._is_local:
            with self._writing(path) as part:
                _link(source, part)
        else:
            self._write(path, source.read_bytes())

    def give_object(self, digest: str, place: Path) -> bool:
        """Put an object among those of a run, as a link where that can be; False where it is missing or damaged."""
        if place.exists():
            return True
        path = self._object(digest)
        part = place.with_name(f"{digest}.{secrets.token_hex(4)}.part")
        place.parent.mkdir(parents=True, exist_ok=True)
        with whole(part):
            try:
                if self._is_local:
                    _link(path, part)
                else:
                    part.write_bytes(self._files.cat_file(path))
            except FileNotFoundError:
                return False
            with part.open("rb") as file:
                sound = hashlib.file_digest(file, "sha256").hexdigest() == digest
            if not sound:
                part.unlink()
                self._remove(path)
                return False
            part.replace(place)
        self._touch(path)
        return True

    def info(self) -> Held:
        """How much it holds."""
        every = list(self._every())
        environments = {path.rsplit("/", 2)[1] for path, _, _ in every if path.endswith(".jsonl.gz")}
        return Held(
            place=self.place,
            files=len(every),
            size_bytes=sum(size for _, size, _ in every),
            environments=len(environments),
            oldest=min((when for _, _, when in every), default=None),
        )

    def prune(self, most_bytes: int, *, now: float | None = None) -> tuple[int, int]:
        """Remove what was used longest ago until so much is left; return how many files went, and their bytes."""
        now = time.time() if now is None else now
        every = sorted(self._every(), key=lambda file: file[2])
        left = sum(size for _, size, _ in every)
        files = freed = 0
        for path, size, when in every:
            stale = path.endswith(".part") and when < now - _LEFT_BEHIND
            if left > most_bytes or stale:
                self._remove(path)
                left, files, freed = left - size, files + 1, freed + size
        return files, freed

    def _every(self) -> Iterator[tuple[str, int, float]]:
        """Every file with its size and when it was last used; in a bucket, when it was written."""
        self._files.invalidate_cache()
        for path, facts in self._files.find(self._root, detail=True).items():
            when = facts.get("mtime") or facts.get("LastModified") or facts.get("created") or 0.0
            yield path, int(facts.get("size") or 0), when.timestamp() if hasattr(when, "timestamp") else float(when)

    def _parts(self, environment_key: str, kind: Kind) -> list[tuple[str, re.Match[str]]]:
        self._files.invalidate_cache()
        try:
            paths = self._files.ls(f"{self._root}/outcomes/{environment_key}", detail=False)
        except OSError:
            return []
        named = ((path, _PART.fullmatch(path.rsplit("/", 1)[-1])) for path in sorted(paths))
        return [(path, name) for path, name in named if name is not None and name[1] == kind]

    def _object(self, digest: str) -> str:
        return f"{self._root}/objects/{digest[:2]}/{digest}"

    def _read(self, path: str) -> bytes | None:
        try:
            data: bytes = self._files.cat_file(path)
        except OSError:
            return None
        return data

    def _write(self, path: str, data: bytes) -> None:
        with self._writing(path) as part:
            self._files.pipe_file(part, data)

    @contextlib.contextmanager
    def _writing(self, path: str) -> Iterator[str]:
        """The name to write a file under, which then becomes its own. A bucket has it whole or not at all anyway."""
        part = f"{path}.{secrets.token_hex(4)}.part" if self._is_local else path
        try:
            if self._is_local:
                Path(self._root).mkdir(mode=0o700, parents=True, exist_ok=True)  # what models hold is its owner's
            self._files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            yield part
            if self._is_local:
                Path(part).replace(path)
        except OSError as error:
            self._remove(part)
            raise MachineError(
                f"{self.place}: cannot be written: {error.strerror or error}. "
                "Give another --cache, or --cache none; then continue with --resume"
            ) from error

    def _touch(self, path: str) -> None:
        if self._is_local:
            with contextlib.suppress(OSError):
                os.utime(path)

    def _remove(self, path: str) -> None:
        with contextlib.suppress(OSError):
            self._files.rm_file(path)


def _link(source: Path | str, target: Path | str) -> None:
    """Give a file a second name, or copy it to another file system."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def _sound_entries(data: bytes, digest: str, part: str) -> list[Entry] | None:
    """The entries of a file; None where it is damaged."""
    if hashlib.sha256(data).hexdigest() != digest:
        return None
    try:
        return list(_entries(data, part))
    except (ValueError, KeyError, TypeError, EOFError, OSError):
        return None


def _entries(data: bytes, part: str) -> Iterator[Entry]:
    """The entries of a file. Raises ValueError where one is none."""
    with gzip.open(io.BytesIO(data)) as file:
        text = file.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise ValueError("it is too long")
    for line in text.splitlines(keepends=True):
        told = json.loads(line)
        kind, row = told["kind"], told["row"]
        if not rows.is_row(kind, row) or rows.wrong_value(kind, row):
            raise ValueError("it holds what is no row")
        yield Entry(key=told["key"], kind=kind, run=told["run"], row=row, traceback=told["traceback"], part=part)
