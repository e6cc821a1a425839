"""What Pipenv locks: ``Pipfile.lock``, a file of JSON. Nothing is looked up or installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What is deployed first; a package that both sections have is locked in one version.
_SECTIONS = ("default", "develop")


class Locked(NamedTuple):
    """A package of the file."""

    name: str
    version: str | None  # "==1.26.4" is told as "1.26.4"
    markers: str | None
    is_released: bool  # comes from an index


def is_one(name: str, text: str) -> bool:
    """Whether a file is one of Pipenv's."""
    return name == "Pipfile.lock" or (text.lstrip().startswith("{") and '"pipfile-spec"' in text)


def packages(path: Path, text: str) -> tuple[list[Locked], str | None]:
    """Each package of the file, and the Python that it is for, if it tells one.

    Raises
    ------
    InputError : the file is damaged.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: it is damaged: {error}") from None
    meta = content.get("_meta") if isinstance(content, dict) else None
    if not isinstance(meta, dict):
        raise InputError(f"{path}: it has no `_meta`, as `pipenv lock` writes it: it is damaged")
    found = {one.name: one for section in reversed(_SECTIONS) for one in _of_section(path, section, content)}
    requires = meta.get("requires")
    told = requires if isinstance(requires, dict) else {}
    python = told.get("python_full_version") or told.get("python_version")
    return list(found.values()), python if isinstance(python, str) else None


def _of_section(path: Path, section: str, content: dict[str, object]) -> Iterator[Locked]:
    held = content.get(section, {})
    if not isinstance(held, dict):
        raise InputError(f"{path}: its section {section} names no packages: it is damaged")
    for name, entry in held.items():
        if not isinstance(entry, dict):
            raise InputError(f"{path}: its package {shown(name)} has no version: it is damaged")
        version, markers = entry.get("version"), entry.get("markers")
        yield Locked(
            name=name,
            version=version.removeprefix("==") if isinstance(version, str) else None,
            markers=markers if isinstance(markers, str) else None,
            is_released=not entry.keys() & {"git", "path", "file", "hg", "svn"},
        )
