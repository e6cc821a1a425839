"""Where the newest line of each cell begins: an index that takes little memory, however many cells there are."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: KiB of the index that stay in memory; SQLite puts the rest into a file without a name.
_MEMORY_KIB = 32_768
_KEY_BYTES = 16


class LineIndex:
    """Positions by name. One thread at a time; it ends with its process."""

    def __init__(self) -> None:
        # "": a database of this process alone, in memory until it outgrows its share, and then in a temporary file.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for setting in (f"cache_size = -{_MEMORY_KIB}", "journal_mode = OFF", "synchronous = OFF"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute("CREATE TABLE lines (name BLOB PRIMARY KEY, place INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")  # nothing is ever taken back

    def __del__(self) -> None:
        self._database.close()

    def put(self, name: str, place: int) -> None:
        """The newest line of a name begins here."""
        self._database.execute("INSERT OR REPLACE INTO lines VALUES (?, ?)", (_key(name), place))

    def get(self, name: str) -> int | None:
        """Where the newest line of a name begins; None where there is none."""
        found = self._database.execute("SELECT place FROM lines WHERE name = ?", (_key(name),)).fetchone()
        return None if found is None else int(found[0])

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM lines").fetchone()[0])

    def places(self) -> Iterator[int]:
        """Every position, in the order of the lines."""
        return (int(place) for (place,) in self._database.execute("SELECT place FROM lines ORDER BY place"))


def _key(name: str) -> bytes:
    """Of one length, which is less than that of a name; no two names of one run share it."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()
