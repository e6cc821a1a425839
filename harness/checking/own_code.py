"""Modules of a user's that a model file needs: which they are, and which of them defines a class of ``__main__``."""

from __future__ import annotations

import ast
import contextlib
from typing import TYPE_CHECKING

from harness.config import beside
from harness.config.source_files import misnamed, parse
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MAIN = "__main__."
_NAMES = 5  # in one message


def modules(code: Path, needed: Iterable[str] = ()) -> list[Path]:
    """The modules and packages of a folder, or the one that is named. Raises InputError for none.

    Packages without ``__init__.py`` are taken where the file needs them, or what is taken imports them: any folder
    looks like one. So is the folder itself.

    Parameters
    ----------
    needed : the names that a file needs, in full.
    """
    names = {name.partition(".")[0] for name in needed}
    if not code.is_dir() or _is_package(code):
        found = [code] if code.suffix == ".py" or _is_package(code) else []
    elif code.name in names and not any((code / f"{code.name}{ending}").exists() for ending in ("", ".py")):
        found = [code] if beside.importable(code) else []
    else:
        found = _within(code, names)
    if not found:
        raise InputError(f"{code}: there is no module such as own.py in it, and no package that the file needs")
    return found


def _within(folder: Path, names: set[str]) -> list[Path]:
    """What of a folder can be imported, and is not only a folder; and of other folders those that are needed."""
    places = [path for path in sorted(folder.iterdir()) if not misnamed(path.name.removesuffix(".py"), path.name)]
    found = [path for path in places if path.suffix == ".py" or _is_package(path)]
    folders = [path for path in places if path.is_dir() and path not in found]
    names = names.union(*map(_imported, found))
    while taken := [path for path in folders if path.name in names and beside.importable(path)]:
        found += taken
        folders = [path for path in folders if path not in taken]
        names = names.union(*map(_imported, taken))
    return found


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def _imported(place: Path) -> set[str]:
    """The first part of each name that a module or package imports."""
    names: set[str] = set()
    for _, path in _every([place]):
        with contextlib.suppress(InputError):  # a script of Python 2 imports nothing here
            names |= set(beside.imported(parse(path)[1]))
    return names


def of_main(code: Path, needed: Iterable[str]) -> dict[str, str]:
    """By each name of ``__main__`` that a file needs, the module that defines it. Nothing is imported.

    Raises
    ------
    InputError : none defines one of them, or several do.
    """
    needed = list(needed)
    names = [name.removeprefix(_MAIN).partition(".")[0] for name in needed if name.startswith(_MAIN)]
    if not names:
        return {}
    defined: dict[str, list[str]] = {}
    for module, path in _every(modules(code, needed)):
        for name in _definitions(parse(path)[1]):
            defined.setdefault(name, []).append(module)
    lacking = [name for name in names if name not in defined]
    if lacking:
        told = ", ".join(map(shown, lacking[:_NAMES]))
        raise InputError(f"{code}: no module in it defines {told}, which the model's own script did (__main__)")
    for name in names:
        if len(defined[name]) > 1:
            told = ", ".join(defined[name][:_NAMES])
            raise InputError(f"{code}: several define {shown(name)}: {told}; give the right one, --code FILE.py")
    return {name: defined[name][0] for name in names}


def _every(places: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Each module by its full name."""
    for place in places:
        if place.is_file():
            yield place.stem, place
            continue
        for path in sorted(place.rglob("*.py")):
            parts = [place.name, *path.relative_to(place).with_suffix("").parts]
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _definitions(tree: ast.Module) -> Iterator[str]:
    """What a module defines at its top: classes, functions and values."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
