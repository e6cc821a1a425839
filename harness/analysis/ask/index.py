"""What `ask` needs of a run, in SQLite beside its tables, so that a question does not read all of them.

The first question builds the index, and keeps it in the folder of the run under `NAME`: a database, with a digest at
its end. It is rebuilt if a table, the rules of causes or the code that reads them changed, and if it is not exactly
what was written. If the folder is read-only, it is not kept. pandas is imported only to build an index.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import secrets
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.analysis.ask.cell_facts import WORDS, CellFacts
from harness.analysis.ask.subjects import Kind, Subject
from harness.analysis.models import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from harness.store import RunTables

NAME = "ask.sqlite"
_PACKAGE = Path(__file__).resolve().parents[2]
#: What decides what a cell means, and what an index holds.
_FOLDERS = ("config", "machine", "store", "analysis", "analysis/ask")
_CODE = ("*.py", *(f"{folder}/*.py" for folder in _FOLDERS), "analysis/causes/*.*")
_READ = ("run.json", "cells.parquet", "artifacts.parquet", "environments.parquet")
_MOST_BYTES = 1 << 30  # a larger index is not kept, and a larger file is none
_SEAL = hashlib.sha256().digest_size
_FACTS = CellFacts._fields
_KEYS = _FACTS[:5]  # what is asked for
#: The tables of an index, with their columns.
TABLES: dict[str, tuple[str, ...]] = {
    "facts": ("name", "value"),
    "words": ("id", "text"),
    "cells": (*_KEYS, "outcome"),  # words, and an outcome, by number
    "outcomes": ("id", *_FACTS[len(_KEYS) :]),  # words, by number, and numbers: many cells have the same
    "models": ("producer", "case", "model"),  # words, by number
}
_TYPES = {
    "facts": ("TEXT PRIMARY KEY", "TEXT"),
    "words": ("INTEGER PRIMARY KEY", "TEXT UNIQUE"),
    "outcomes": ("INTEGER PRIMARY KEY", *[""] * len(TABLES["outcomes"][1:])),
}


class Index:
    """The index of one run."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        """``path`` is the run's folder."""
        self.path = path
        self._database = database

    @classmethod
    def from_run(cls, path: Path) -> Index:
        """Open the index of a stored run. Build it if there is none, or if it is out of date.

        Raises
        ------
        InputError : the folder is no run.
        """
        file, key = path / NAME, _key(path)
        kept = cls.kept(path, file, key)
        if kept is not None:
            return kept
        from harness import analysis  # noqa: PLC0415  # pandas

        made = cls.from_tables(analysis.read_run(path))
        made.keep(file, key)
        return made

    @staticmethod
    def is_kept(path: Path) -> bool:
        """Whether a run's index is there, and up to date."""
        return _kept(path / NAME, _key(path)) is not None

    @classmethod
    def kept(cls, path: Path, file: Path, key: str) -> Index | None:
        """Open what `keep` stored under a key; None if there is none, or if a byte of it is another."""
        content = _kept(file, key)
        if content is None:
            return None
        database = sqlite3.connect(":memory:")
        database.deserialize(content)
        return cls(path, database)

    @classmethod
    def from_tables(cls, tables: RunTables) -> Index:
        """Build the index of a run's tables, in memory."""
        from harness.analysis.ask import indexing, subjects  # noqa: PLC0415  # pandas

        words: dict[str, int] = {}
        outcomes: dict[tuple[Any, ...], int] = {}
        cells = [
            [*row[: len(_KEYS)], outcomes.setdefault(tuple(row[len(_KEYS) :]), len(outcomes))]
            for row in _numbered(indexing.rows(tables), words)
        ]
        models = [
            [words.setdefault(text, len(words)) for text in (*key, json.dumps(model.as_data()))]
            for key, model in subjects.models(tables.artifacts).items()
        ]
        facts = [(name, json.dumps(it)) for name, it in indexing.facts(tables).items()]
        texts = [(number, text) for text, number in words.items()]
        numbered = [(number, *outcome) for outcome, number in outcomes.items()]
        rows: dict[str, list[Any]] = {
            "facts": facts,
            "words": texts,
            "cells": cells,
            "outcomes": numbered,
            "models": models,
        }
        return cls.from_rows(tables.path, sqlite3.connect(":memory:"), rows)

    @classmethod
    def from_rows(cls, path: Path, database: sqlite3.Connection, rows: Mapping[str, Iterable[Sequence[Any]]]) -> Index:
        """Build an index of the rows of its `TABLES`, by name."""
        for name, some in rows.items():
            types = _TYPES.get(name, ("",) * len(TABLES[name]))
            columns = ", ".join(f'"{column}" {kind}' for column, kind in zip(TABLES[name], types, strict=True))
            database.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" * len(TABLES[name]))
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", some)  # noqa: S608  # names of ours
        database.execute('CREATE INDEX by_case ON cells ("case")')
        database.execute('CREATE INDEX models_by_case ON models ("case")')
        database.commit()
        return cls(path, database)

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows of one of its `TABLES`, in their order."""
        return self._database.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()  # noqa: S608

    @functools.cached_property
    def run(self) -> dict[str, Any]:
        """What ``run.json`` holds."""
        return dict(self.fact("run"))

    @functools.cached_property
    def holdings(self) -> Mapping[str, Mapping[str, str]]:
        """See `harness.analysis.versions.holdings`."""
        return dict(self.fact("holdings"))

    @functools.cached_property
    def converted(self) -> frozenset[str]:
        """The formats that convert a model into another kind of program."""
        return frozenset(self.fact("converted"))

    @functools.cached_property
    def causes(self) -> dict[str, str]:
        """By the name of a cause that a cell has, the sentence that explains it."""
        return dict(self.fact("causes"))

    @functools.cached_property
    def subjects(self) -> list[Subject]:
        """See `harness.analysis.ask.subjects.known`."""
        return [
            Subject(name=name, kind=Kind(kind), cases=tuple(cases), alone=tuple(alone))
            for name, kind, cases, alone in self.fact("subjects")
        ]

    def models(self, cases: Iterable[str]) -> dict[tuple[str, str], Model]:
        """What some cases fit, by (producer, case). Nothing stands for what could not be fitted."""
        numbers = ", ".join(map(str, self._numbers(cases)))
        query = f'SELECT producer, "case", model FROM models WHERE "case" IN ({numbers})'  # noqa: S608  # numbers
        rows = self._database.execute(query).fetchall()
        words = self._words({number for row in rows for number in row})
        # Many producers fit the same model of a case.
        models = {number: Model.from_data(json.loads(str(words[number]))) for number in {row[2] for row in rows}}
        return {(str(words[producer]), str(words[case])): models[model] for producer, case, model in rows}

    def known(self, noun: str) -> tuple[str, ...]:
        """The names that the run's cells have: ``noun`` is "format" or "reader"."""
        return tuple(self.fact("known")[noun])

    def cells(self, cases: Iterable[str], producers: Iterable[str], consumers: Iterable[str]) -> Iterator[CellFacts]:
        """The cells of some cases between some environments, in the order of the table."""
        wanted = {
            "case": self._numbers(cases),
            "producer": self._numbers(producers),
            "consumer": self._numbers(consumers),
        }
        where = " AND ".join(f'"{name}" IN ({", ".join(map(str, numbers))})' for name, numbers in wanted.items())
        columns = ", ".join(f'"{name}"' for name in _FACTS)
        query = f"SELECT {columns} FROM cells JOIN outcomes ON id = outcome WHERE {where} ORDER BY cells.rowid"  # noqa: S608
        rows = self._database.execute(query).fetchall()
        words = self._words({number for row in rows for number in row[: len(WORDS)]})
        for row in rows:
            home, warned, *numbers = row[len(WORDS) :]
            yield CellFacts._make((*map(words.get, row[: len(WORDS)]), bool(home), bool(warned), *numbers))

    def fact(self, name: str) -> Any:
        """Return a fact that is stored beside the cells; None if there is none."""
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if found is None else json.loads(found[0])

    def _numbers(self, texts: Iterable[str]) -> list[int]:
        found = (self._database.execute("SELECT id FROM words WHERE text = ?", (text,)).fetchone() for text in texts)
        return [row[0] for row in found if row is not None]

    def _words(self, numbers: Iterable[int | None]) -> dict[int | None, str]:
        listed = ", ".join(str(number) for number in numbers if number is not None)
        return dict(self._database.execute(f"SELECT id, text FROM words WHERE id IN ({listed})"))  # noqa: S608

    def keep(self, path: Path, key: str) -> None:
        """Store it, whole or not at all. If that fails, the next question builds it again."""
        content = self._database.serialize()
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if len(content) < _MOST_BYTES:
                try:
                    with part.open("xb") as file:
                        file.write(content + _seal(content, key))
                    part.replace(path)
                finally:
                    part.unlink(missing_ok=True)


def _kept(path: Path, key: str) -> bytes | None:
    """The database that was kept under a key; None if there is none, or if a byte of it is another."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES + _SEAL:
            return None
        whole = path.read_bytes()
    except OSError:
        return None
    content = whole[:-_SEAL]
    return content if content and whole[-_SEAL:] == _seal(content, key) else None


def _seal(content: bytes, key: str) -> bytes:
    return hashlib.sha256(key.encode() + content).digest()


def _numbered(rows: Iterable[Sequence[Any]], words: dict[str, int]) -> Iterator[list[Any]]:
    """Replace the words of rows by numbers. New words are added."""
    for row in rows:
        texts = (None if text is None else words.setdefault(text, len(words)) for text in row[: len(WORDS)])
        yield [*texts, *row[len(WORDS) :]]


def _key(path: Path) -> str:
    """What an index depends on: the run's files, and the code and rules that say what a cell means."""
    digest = hashlib.sha256()
    for name in _READ:
        with contextlib.suppress(OSError):
            facts = (path / name).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    for file in sorted(path for pattern in _CODE for path in _PACKAGE.glob(pattern)):
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()
