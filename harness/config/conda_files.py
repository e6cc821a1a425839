"""What conda writes of an environment: environment.yml, ``conda list --export``, ``conda list --explicit``; conda-lock.

Of YAML it reads what conda writes, and nothing else: the plain install has no YAML library.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config import conda_lock_files
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EXPLICIT = "@EXPLICIT"
_NAME = r"(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*)"
#: ``conda-forge::numpy=1.26.4=py311h64a7726_0``; pip's lines have ``==``.
_SPEC = re.compile(rf"(?:\S+::)?{_NAME}(?:\[.*?\])?\s*(?:={{1,2}}\s*(?P<version>[A-Za-z0-9.!+_]+\*?)(?:=\S*)?)?")
_EXPORTED = re.compile(rf"{_NAME}=(?P<version>[^=\s]+)=\S*")
#: ``https://…/linux-64/numpy-1.26.4-py311h64a7726_0.conda``
_ADDRESS = re.compile(rf"\S*/{_NAME}-(?P<version>[^-/\s]+)-[^-/\s]+\.(?:conda|tar\.bz2)(?:#\S*)?")


def is_one(name: str, text: str) -> bool:
    """Whether a file is one of conda's."""
    if name.endswith((".yml", ".yaml")):
        return True
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return _EXPLICIT in lines or (bool(lines) and all(map(_EXPORTED.fullmatch, lines)))


def packages(path: Path, text: str) -> Iterator[tuple[str, str | None]]:
    """Each package with its version; None where the file tells none, or no single one.

    Raises
    ------
    InputError : it is none of what conda writes.
    """
    if path.name.endswith((".yml", ".yaml")):
        yield from conda_lock_files.packages(path, text) if conda_lock_files.is_one(text) else _of_yaml(path, text)
        return
    pattern = _ADDRESS if _EXPLICIT in text else _EXPORTED
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith(("#", "@")):
            found = pattern.fullmatch(stripped)
            if found is None:
                raise InputError(f"{path}, line {number}: {shown(stripped)} is no line of conda's")
            yield found["name"], found["version"]


def _of_yaml(path: Path, text: str) -> Iterator[tuple[str, str | None]]:
    inside, seen = False, False
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.partition(" #")[0].rstrip()
        item = plain.strip().removeprefix("- ").strip().strip("'\"")
        if not plain.strip() or plain.lstrip().startswith("#"):
            continue
        if not plain.startswith((" ", "-")):
            inside = plain == "dependencies:"
            seen = seen or inside
            continue
        if not inside or item == "pip:" or item.startswith("-"):
            continue
        found = _SPEC.fullmatch(item)
        name = re.match(_NAME, item.rpartition("::")[2])
        if name is None:
            raise InputError(
                f"{path}, line {number}: {shown(item)} is no package; `conda env export` writes such a file"
            )
        version = found["version"] if found is not None else None
        yield name["name"], None if version is None else version.removesuffix(".*").rstrip("*")
    if not seen:
        raise InputError(f"{path}: it has no list `dependencies:`, as `conda env export` writes it")
