"""What one inspection may take, so that a hostile file is an answer and not a hang; how one ends early."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from harness.errors import InputError, shown, unknown

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most of each that is read. A file over one is too large for it, and not damaged.

    Attributes
    ----------
    opcodes : instructions of pickles, those of nested ones included
    objects : values that take memory: texts, containers, objects; and as many that others refer to
    text : bytes of one text; a longer one is kept by its length and its beginning
    texts : bytes of all texts together
    integer : bytes or digits of one integer
    depth : pickles within pickles, and containers that are open at once
    unpacked : bytes that come out of compression
    members : files in an archive or a folder
    """

    opcodes: int = 3_000_000
    objects: int = 600_000
    text: int = 1 << 20
    texts: int = 32 << 20
    integer: int = 4_096
    depth: int = 1_000
    unpacked: int = 512 << 20
    members: int = 10_000

    def having(self, words: tuple[str, ...]) -> Limits:
        """The same with others, as `--limit` takes them: ``unpacked=4G``.

        Raises
        ------
        InputError : there is no such limit, or what it should be is no number.
        """
        names = [field.name for field in fields(self)]
        changed = {}
        for word in words:
            name, _, amount = word.partition("=")
            found = re.fullmatch(r"(\d{1,15})([kmgt]?)b?", amount.strip().lower())
            if name not in names:
                raise InputError(f"--limit {shown(word)}: {unknown('limit', name, names)}")
            if found is None:
                raise InputError(f"--limit {shown(word)}: write a number, such as {name}={getattr(self, name)} or 4G")
            changed[name] = int(found[1]) * _UNITS[found[2]]
        return replace(self, **changed)


class Ended(Exception):  # noqa: N818  # it ends the reading, and what was read until then is still told
    """The reading of a file cannot go on.

    Attributes
    ----------
    offset : of the byte where, counted in what came out of compression; None where there is no such place
    """

    def __init__(self, what: str, offset: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset


class Damaged(Ended):
    """The file is not what it says that it is."""


class TooLarge(Ended):
    """The file may be sound, and takes more than a limit allows."""

    def __init__(self, limit: str, most: int, offset: int | None = None) -> None:
        super().__init__(f"more than {most:,} {_NOUNS[limit]}", offset)
        self.limit = limit


_NOUNS = {
    "opcodes": "pickle instructions",
    "objects": "values",
    "text": "bytes in one text",
    "texts": "bytes of text",
    "integer": "bytes in one integer",
    "depth": "levels within one another",
    "unpacked": "bytes after unpacking",
    "members": "files",
}
