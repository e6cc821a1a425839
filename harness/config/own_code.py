"""Wheels and modules of a user's own that environments name by their files. They are read as bytes, never imported."""

from __future__ import annotations

import hashlib
import re
import zipfile
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

from harness.config import beside
from harness.config.document_words import at, words
from harness.config.source_files import misnamed
from harness.environments.keys import is_wheel
from harness.errors import InputError
from harness.terms import OwnCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.config.problems import Place, Problem
    from harness.config.yaml_document import Document, Plain


def check(document: Document, problems: list[Problem]) -> dict[str, OwnCode]:
    """The wheels and modules of a matrix, by how it names them; what is wrong is added to the problems."""
    found: dict[str, OwnCode] = {}
    for place, word in _words(document.value):
        if word in found:
            continue
        try:
            found[word] = read(document.path.parent / word, word)
        except InputError as error:
            problems.append(document.problem(place, str(error)))
    return found


def read(path: Path, word: str) -> OwnCode:
    """A wheel, or a module or package, by its content. Raises InputError."""
    if is_wheel(word):
        if not path.is_file():
            raise InputError(f"there is no file {path}; build it with `pip wheel --no-deps`")
        name, version, *_ = parse_wheel_filename(path.name)
        return OwnCode(name=name, version=str(version), digest=_sha256(path), path=str(path.absolute()))
    files = beside.importable(path)
    if not files:
        raise InputError(f"{path} is neither a module such as own.py nor a package, a folder of modules")
    if wrong := misnamed(path.stem, word):
        raise InputError(wrong)
    beside.check_size(files)
    return OwnCode(name=path.stem, version=None, digest=beside.digest(files), path=str(path.absolute()))


def modules_given(value: Plain, own: Mapping[str, OwnCode]) -> frozenset[str]:
    """The modules that environments get from the packages and modules that they ask for, as far as that can be said."""
    asked = (word for key in ("packages", "tools") for _, word in _of_environments(value, key) if not is_wheel(word))
    names = [re.split(r"[^A-Za-z0-9._-]", word, maxsplit=1)[0] for word in asked]
    for one in own.values():
        names += [one.name] if one.version is None else [one.name, *_top_level(one.path)]
    return frozenset(re.sub(r"[._-]+", "_", name).lower() for name in names)


def _words(value: Plain) -> Iterator[tuple[Place, str]]:
    yield from ((place, word) for place, word in _of_environments(value, "packages") if is_wheel(word))
    yield from _of_environments(value, "modules")


def _of_environments(value: Plain, key: str) -> Iterator[tuple[Place, str]]:
    """The words under a key of all environments, or of one."""
    included = at(value, ("environments", "include"))
    count = len(included) if isinstance(included, list) else 0
    places: list[Place] = [("environments", key), *(("environments", "include", i, key) for i in range(count))]
    return ((place, word) for holder in places for place, word in words(value, holder))


def _top_level(path: str) -> Iterable[str]:
    """What a wheel can be imported as."""
    try:
        with zipfile.ZipFile(path) as wheel:
            tops = {name.partition("/")[0] for name in wheel.namelist()}
    except (OSError, zipfile.BadZipFile):
        return ()  # uv says so when it installs it
    return {name.removesuffix(".py") for name in tops if not name.endswith((".dist-info", ".data"))}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
