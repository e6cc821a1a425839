"""The lines of a requirements file, and of the files that it names with ``-r`` and ``-c``, as pip reads them.

Nothing is fetched. A constraint installs nothing: it narrows what is required, or what a requirement needs.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What scikit-learn needs, so that a constraint narrows it though no requirement names it.
NEEDED = frozenset({"numpy", "scipy", "joblib", "threadpoolctl"})
_MOST_BYTES = 32 << 20
_MOST_FILES = 50
_NAMED = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s*)(\S.*)")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Line(NamedTuple):
    """A line that names a package."""

    where: str  # file and number, for messages
    text: str
    constrains: bool  # of a file of constraints


def lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a file that name packages, and those of the files that it names, in pip's order.

    Hashes, comments and other options are left out.

    Raises
    ------
    InputError : a file is missing, no plain file, or too large, or it names a URL or itself. The message says where.
    """
    yield from _lines(path, [], constrains=False)


def _lines(path: Path, opened: list[Path], *, constrains: bool) -> Iterator[Line]:
    opened.append(path)
    for number, text in numbered(read_text(path)):
        where = f"{path}, line {number}"
        named = _NAMED.fullmatch(text)
        if named is None:
            if not text.startswith("-"):
                yield Line(where=where, text=text, constrains=constrains)
            continue
        other = _beside(path, named[2].strip("\"'"), where)
        if len(opened) >= _MOST_FILES:
            raise InputError(f"{where}: more than {_MOST_FILES} files name each other")
        yield from _lines(other, opened, constrains=constrains or named[1] in {"-c", "--constraint"})


def _beside(path: Path, name: str, where: str) -> Path:
    """The file that a line names; pip looks for it beside the file that names it."""
    if _URL.match(name):
        raise InputError(f"{where}: {shown(name)} is not fetched: save it, and name the file")
    other = path.parent / name
    if not other.is_file():
        raise InputError(f"{where}: there is no file {shown(name)} beside it")
    return other


def read_text(path: Path) -> str:
    """Return the text of a file. PowerShell writes UTF-16 where a shell writes UTF-8. Raises InputError."""
    if not path.is_file():
        raise InputError(f"{path}: {'it is no plain file' if path.exists() else 'there is no such file'}")
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(f"{path}: {path.stat().st_size:,} bytes are no list of packages")
    content = path.read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a requirements file that say something, by number, without hashes and comments."""
    for number, line in enumerate(text.splitlines(), start=1):
        cut = line.partition(" #")[0].partition(" --hash")[0].strip().rstrip("\\").strip()
        if cut and not cut.startswith(("#", "--hash")):
            yield number, cut
