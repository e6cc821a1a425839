"""Whether any file of a folder has changed: by their sizes and times, without reading them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What Python writes while it runs, and what says of a folder that it is whole.
_LEFT_OUT = ("__pycache__", "persistence-matrix.json")


def digest(folder: Path) -> str:
    """The sha256 of every file's name, size, time of change and, for a link, of where it leads."""
    found = hashlib.sha256()
    for line in sorted(_states(str(folder), "")):
        found.update(line.encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def _states(folder: str, within: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in _LEFT_OUT:
                continue
            name = within + entry.name
            if entry.is_symlink():
                yield f"{name}\0{Path(entry.path).readlink()}\n"
            elif entry.is_dir():
                yield from _states(entry.path, name + "/")
            else:
                status = entry.stat(follow_symlinks=False)
                yield f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n"
