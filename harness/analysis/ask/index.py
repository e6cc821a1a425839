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
        kept, key = path / NAME, _key(path)
        content = _kept(kept, key)
        if content is not None:
            database = sqlite3.connect(":memory:")
            database.deserialize(content)
            return cls(path, database)
        from harness import analysis  # noqa: PLC0415  # pandas

        made = cls.from_tables(analysis.read_run(path))
        made.keep(kept, key)
        return made

    @staticmethod
    def is_kept(path: Path) -> bool:
        """Whether a run's index is there, and up to date."""
        return _kept(path / NAME, _key(path)) is not None

    @classmethod
    def from_tables(cls, tables: RunTables) -> Index:
        """Build the index of a run's tables, in memory."""
        from harness.analysis.ask import indexing, subjects  # noqa: PLC0415  # pandas

        database = sqlite3.connect(":memory:")
        database.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT)")
        database.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
        columns = ", ".join(f'"{name}"' for name in _FACTS)
        database.execute(f"CREATE TABLE cells ({columns})")
        database.execute('CREATE TABLE models (producer, "case", model)')  # words, by number
        facts = indexing.facts(tables)
        database.executemany("INSERT INTO facts VALUES (?, ?)", [(name, json.dumps(it)) for name, it in facts.items()])
        words: dict[str, int] = {}
        marks = ", ".join("?" * len(_FACTS))
        database.executemany(f"INSERT INTO cells VALUES ({marks})", _numbered(indexing.rows(tables), words))  # noqa: S608
        models = (
            [words.setdefault(text, len(words)) for text in (*key, json.dumps(model.as_data()))]
            for key, model in subjects.models(tables.artifacts).items()
        )
        database.executemany("INSERT INTO models VALUES (?, ?, ?)", models)
        database.executemany("INSERT INTO words VALUES (?, ?)", [(number, text) for text, number in words.items()])
        database.execute('CREATE INDEX by_case ON cells ("case")')
        database.execute('CREATE INDEX models_by_case ON models ("case")')
        database.commit()
        return cls(tables.path, database)

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
        rows = self._database.execute(f"SELECT * FROM cells WHERE {where} ORDER BY rowid").fetchall()  # noqa: S608
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
