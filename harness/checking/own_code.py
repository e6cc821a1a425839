"""Modules of a user's that a model file needs: which they are, and which of them defines a class of ``__main__``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from harness.config.source_files import parse
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MAIN = "__main__."
_NAMES = 5  # in one message


def modules(code: Path) -> list[Path]:
    """The modules and packages at the top of a folder, or the one that is named. Raises InputError for none."""
    places = sorted(code.iterdir()) if code.is_dir() and not (code / "__init__.py").exists() else [code]
    found = [path for path in places if path.suffix == ".py" or (path / "__init__.py").is_file()]
    if not found:
        raise InputError(f"{code}: there is no module such as own.py in it, and no package, a folder with __init__.py")
    return found


def of_main(code: Path, needed: Iterable[str]) -> dict[str, str]:
    """By each name of ``__main__`` that a file needs, the module that defines it. Nothing is imported.

    Raises
    ------
    InputError : none defines one of them, or several do.
    """
    names = [name.removeprefix(_MAIN).partition(".")[0] for name in needed if name.startswith(_MAIN)]
    if not names:
        return {}
    defined: dict[str, list[str]] = {}
    for module, path in _every(modules(code)):
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
