"""What `ask` needs of a run, in SQLite beside its tables: a question is answered without reading all of them.

An index is made by the first question and kept in the run's folder under `NAME`. It holds only what can be made again:
it is made anew when a table, the rules of causes or this package's own code has changed, and is not kept where the
folder may not be written to. Imports no pandas before it has to make one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.analysis.ask.cell_facts import CellFacts
from harness.analysis.ask.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from harness.store import RunTables

NAME = "ask.sqlite"
_PACKAGE = Path(__file__).resolve().parents[1]  # harness/analysis: what decides what a cell means
_READ = ("run.json", "cells.parquet", "artifacts.parquet", "environments.parquet")


_WORDS = CellFacts._fields[:10]  # stored once each, by number
_FACTS = CellFacts._fields


class Index:
    """The index of one run."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        """``path`` is the run's folder."""
        self.path = path
        self._database = database

    @classmethod
    def of_run(cls, path: Path) -> Index:
        """The index of a stored run, made now where there is none that holds. Raises InputError."""
        kept, key = path / NAME, _key(path)
        with contextlib.suppress(sqlite3.Error, OSError):
            if kept.is_file():
                found = cls(path, sqlite3.connect(f"file:{kept}?mode=ro", uri=True))
                if found.fact("key") == key and found.is_whole():
                    return found
        from harness import analysis  # noqa: PLC0415  # pandas

        made = cls.of_tables(analysis.read_run(path), key)
        made.keep(kept)
        return made

    @classmethod
    def of_tables(cls, tables: RunTables, key: str = "") -> Index:
        """The index of a run's tables, in memory."""
        from harness.analysis.ask import indexing  # noqa: PLC0415  # pandas

        database = sqlite3.connect(":memory:")
        database.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT)")
        database.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
        columns = ", ".join(f'"{name}"' for name in _FACTS)
        database.execute(f"CREATE TABLE cells ({columns})")
        facts = {"key": key, **indexing.facts(tables)}
        database.executemany("INSERT INTO facts VALUES (?, ?)", [(name, json.dumps(it)) for name, it in facts.items()])
        words: dict[str, int] = {}
        marks = ", ".join("?" * len(_FACTS))
        database.executemany(f"INSERT INTO cells VALUES ({marks})", _numbered(indexing.rows(tables), words))  # noqa: S608
        database.executemany("INSERT INTO words VALUES (?, ?)", [(number, text) for text, number in words.items()])
        database.execute('CREATE INDEX by_case ON cells ("case")')
        database.commit()
        return cls(tables.path, database)

    def is_whole(self) -> bool:
        """Whether the file is as SQLite wrote it."""
        return bool(self._database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))

    @property
    def run(self) -> dict[str, Any]:
        """What ``run.json`` holds."""
        return dict(self.fact("run"))

    @property
    def holdings(self) -> Mapping[str, Mapping[str, str]]:
        """See `harness.analysis.versions.holdings`."""
        return dict(self.fact("holdings"))

    @property
    def converted(self) -> frozenset[str]:
        """The formats that carry a model over into another kind of program."""
        return frozenset(self.fact("converted"))

    @property
    def subjects(self) -> dict[str, Subject]:
        """See `harness.analysis.ask.subjects.known`."""
        known = self.fact("subjects").items()
        return {key: Subject(name=name, cases=tuple(cases), within=within) for key, (name, cases, within) in known}

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
        words = self._words({number for row in rows for number in row[: len(_WORDS)]})
        for row in rows:
            home, warned, *numbers = row[len(_WORDS) :]
            yield CellFacts._make((*map(words.get, row[: len(_WORDS)]), bool(home), bool(warned), *numbers))

    def fact(self, name: str) -> Any:
        """What stands beside the cells under a name; None where nothing does."""
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if found is None else json.loads(found[0])

    def _numbers(self, texts: Iterable[str]) -> list[int]:
        found = (self._database.execute("SELECT id FROM words WHERE text = ?", (text,)).fetchone() for text in texts)
        return [row[0] for row in found if row is not None]

    def _words(self, numbers: Iterable[int | None]) -> dict[int | None, str]:
        listed = ", ".join(str(number) for number in numbers if number is not None)
        return dict(self._database.execute(f"SELECT id, text FROM words WHERE id IN ({listed})"))  # noqa: S608

    def keep(self, path: Path) -> None:
        """Store it, whole or not at all; where that cannot be, the next question makes it again."""
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with contextlib.closing(sqlite3.connect(part)) as copy:
                self._database.backup(copy)
            part.replace(path)
        except (sqlite3.Error, OSError):
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _numbered(rows: Iterable[Sequence[Any]], words: dict[str, int]) -> Iterator[list[Any]]:
    """Rows with numbers in place of their words; new words are added."""
    for row in rows:
        texts = (None if text is None else words.setdefault(text, len(words)) for text in row[: len(_WORDS)])
        yield [*texts, *row[len(_WORDS) :]]


def _key(path: Path) -> str:
    """What an index depends on: the run's files, and the code and rules that say what a cell means."""
    digest = hashlib.sha256()
    for name in _READ:
        with contextlib.suppress(OSError):
            facts = (path / name).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    for file in sorted([*_PACKAGE.glob("*.py"), *_PACKAGE.glob("ask/*.py"), *_PACKAGE.glob("causes/*.*")]):
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()
