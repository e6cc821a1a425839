"""What lies beside a user's file and is laid beside the guest with it: helpers that it imports, and data that it reads.

Files are read as text and bytes, never imported. Names are those of the folder that the guest sees.
"""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING

from harness.config.source_files import TAKEN, parse
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

MOST_BYTES = 256 * 1024**2  # of all files together: every machine of a run is sent a copy
_NOT_DATA = (".py", ".pyc")


def importable(path: Path) -> dict[str, Path]:
    """The files of a module ``own.py``, or of a package, which is a folder with modules in it; else nothing.

    A package need not have ``__init__.py``.
    """
    if path.suffix == ".py" and path.is_file():
        return {path.name: path}
    files = [file for file in _visible(path) if file.suffix != ".pyc"]
    if not any(file.suffix == ".py" for file in files):
        return {}
    return {str(file.relative_to(path.parent)): file for file in files}


def helpers(path: Path, tree: ast.Module, given: Collection[str] = ()) -> dict[str, Path]:
    """The modules and packages beside a file that it imports, and what those import in turn.

    Parameters
    ----------
    given : modules that environments have of their own: those are not taken from here.

    Raises
    ------
    InputError
        One of them is not Python.
    """
    found: dict[str, Path] = {}
    trees = [tree]
    while trees:
        for name in imported(trees.pop()):
            if name in TAKEN or name in given or name == path.stem:
                continue
            files = importable(path.with_name(f"{name}.py")) or importable(path.with_name(name))
            new = {name: file for name, file in files.items() if name not in found}
            found |= new
            trees += [parse(file)[1] for file in new.values() if file.suffix == ".py"]
    return found


def data(path: Path, homes: Iterable[Path]) -> dict[str, Path]:
    """The files that an entry of ``cases.data`` means, a file or a folder.

    Parameters
    ----------
    homes : the folders of case files. Each file keeps its place beside them.

    Raises
    ------
    InputError
        There is no such file, it lies beside no case file, or it is no data.
    """
    if not path.exists():
        raise InputError(f"there is no file {path}")
    home = home_of(path, homes)
    files = [path] if path.is_file() else [file for file in _visible(path) if file.suffix not in _NOT_DATA]
    if path.suffix in _NOT_DATA:
        raise InputError(f"{shown(path.name)} is no data: a module is found by its import")
    found = {str(file.relative_to(home)): file for file in files}
    if wrong := next((name for name in found if name.partition("/")[0] in ("guest", "guest_node")), None):
        raise InputError(f"{shown(wrong)} would lie among the guest's own files; rename it")
    return found


def home_of(path: Path, homes: Iterable[Path]) -> Path:
    """The folder of case files that a file lies in, the nearest. Raises InputError where it is in none."""
    around = [home for home in homes if path.is_relative_to(home) and path != home]
    if not around:
        raise InputError(f"{path} lies beside no file of cases.files: move it there, or into a folder beneath")
    return max(around, key=lambda home: len(home.parts))


def check_size(files: Mapping[str, Path]) -> None:
    """Raises InputError where files are too large to be copied to every machine."""
    size = sum(file.stat().st_size for file in files.values())
    if size > MOST_BYTES:
        raise InputError(f"{size:,} bytes lie beside the cases, more than {MOST_BYTES:,}")


def digest(files: Mapping[str, Path]) -> str:
    """The sha256 of files by name and content. Raises InputError."""
    found = hashlib.sha256()
    for name, file in sorted(files.items()):
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(f"{file}: cannot be read: {error.strerror}") from error
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def _visible(folder: Path) -> list[Path]:
    """The files of a folder and of those in it, without hidden ones and what Python has compiled."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return sorted(file for file in files if not _is_hidden(file.relative_to(folder).parts))


def _is_hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in parts)


def imported(tree: ast.Module) -> Iterator[str]:
    """The first part of each name that is imported absolutely, wherever that stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]
