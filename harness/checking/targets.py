"""The environments that a model file is to work in, from the user's words: 1.9, 1.4..1.9, requirements.txt, .venv."""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from packaging.requirements import Requirement
from packaging.version import Version

from harness.checking import existing, pins, wanted
from harness.checking.existing import Existing
from harness.config import lock_files
from harness.errors import InputError, shown
from harness.inspection import packages
from harness.terms import AsOf, minor_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from harness.checking.wanted import Wanted
    from harness.checking.writer import Writer
    from harness.config.lock_files import LockFile
    from harness.terms import Environment

    Target: TypeAlias = Wanted | Existing

IMAGE = "image:"
#: What may be a target, for people.
KNOWN = (
    "a release such as 1.9, a range such as 1.4..1.9, a requirements or lock file, the folder of an environment such "
    "as .venv, a program python, or image:NAME"
)
_LOCKS = frozenset({".txt", ".lock", ".in", ".toml", ".yml", ".yaml"})
#: What a file pins may be newer than its scikit-learn.
_TODAY = str(AsOf.NEWEST)
#: What scikit-learn stands on, and how it is called in a sentence.
_BENEATH = {"numpy": "NumPy", "scipy": "SciPy", "joblib": "joblib"}
_RELEASE = re.compile(r"\d+\.\d+(\.\d+)?(rc\d+)?")


def of(words: Sequence[str], writer: Writer, known: dict[str, Environment]) -> list[Target]:
    """The targets, the oldest first, without the writer's own environment. None named: each minor from the writer's on.

    Raises
    ------
    InputError : a word is none of those, or names a release that nobody knows or an environment without scikit-learn.
    MachineError : an image or interpreter that is named cannot be had here.
    """
    found: list[Target] = []
    for word in dict.fromkeys(words or [f"{writer.environment.minor}.."]):
        found += named(word, writer.packages, known)
    own = writer.environment.name
    others = _told_apart([one for one in found if isinstance(one, Existing) or one.name != own], {own})
    return sorted(others, key=lambda one: Version(one.scikit_learn))


def _told_apart(found: list[Target], names: set[str]) -> Iterator[Target]:
    """Each once; what differs and has the same name, or one that is taken, gets a number."""
    for one in dict.fromkeys(found):
        numbered = (f"{one.name}-{number}" for number in itertools.count(2))
        name = next(name for name in itertools.chain([one.name], numbered) if name not in names)
        names.add(name)
        yield one if name == one.name else replace(one, label=name)


def named(word: str, packages: Sequence[str], known: dict[str, Environment]) -> Sequence[Target]:
    """The environments that one word names, each with some packages. Raises what `of` raises."""
    if word.startswith(IMAGE):
        return [existing.of_image(word, word.removeprefix(IMAGE))]
    if _is_range(word) or _RELEASE.fullmatch(word):
        return [wanted.of_release(one, known, packages=packages) for one in releases("--to", word, known)]
    path = Path(word)
    if path.suffix in _LOCKS:
        return [_of_file(path, known)]
    if path.exists() or path.is_symlink():
        is_program = path.is_dir() or path.is_symlink() or os.access(path, os.X_OK)
        return [existing.of_interpreter(word) if is_program else _of_file(path, known)]
    raise InputError(f"--to {shown(word)} is none of these: {KNOWN}")


def releases(option: str, word: str, known: dict[str, Environment]) -> list[str]:
    """The releases that a word names: one, or each minor of a range such as 1.4..1.9.

    Parameters
    ----------
    option : for messages.

    Raises
    ------
    InputError : it is neither, or no release lies between.
    """
    if not _is_range(word):
        return [_release(option, word, word)]
    first, _, last = word.partition("..")
    low = _release(option, first or next(iter(known)), word)
    high = _release(option, last, word) if last else None
    minors = [one for one in wanted.minors(known) if Version(one) >= Version(minor_of(low))]
    minors = [one for one in minors if high is None or Version(one) <= Version(high)]
    if not minors:
        every = ", ".join(wanted.minors(known))
        raise InputError(f"{option} {shown(word)}: no release lies between; known are {every}")
    return minors


def _is_range(word: str) -> bool:
    return ".." in word and os.sep not in word  # ../requirements.txt is none


def _release(option: str, word: str, whole: str) -> str:
    if not _RELEASE.fullmatch(word):
        raise InputError(f"{option} {shown(whole)}: {shown(word)} is no release such as 1.4")
    return word


def _of_file(path: Path, known: dict[str, Environment]) -> Wanted:
    lock = lock_files.read(path)
    return _of_requirements(path, known) if lock.tool == "pip" else _of_lock(lock, known)


def _of_lock(lock: LockFile, known: dict[str, Environment]) -> Wanted:
    """What a lock holds for one Python: its own, or the one of the release. Nothing of the user's own is installed."""
    releases = lock.held().get("scikit-learn", ())
    if len(releases) != 1:
        held = f"scikit-learn {' and '.join(releases)}, for several Pythons" if releases else "no scikit-learn"
        raise InputError(f"{lock.path}: it locks {held}: one release is needed, as `uv export --python 3.12` writes it")
    release = wanted.of_release(releases[0], known)
    python = minor_of(lock.python) if lock.python is not None else release.python
    known_names = packages.listed() if lock.tool == "conda" else None  # conda's other names are not those of PyPI
    local = {pin.name for pin in lock.pins if not pin.is_released}
    others = [
        f"{name}=={versions[0]}"
        for name, versions in lock.held(python).items()
        if name not in {"scikit-learn", "python", *local} and (known_names is None or name in known_names)
    ]
    release = wanted.of_release(releases[0], known, packages=others)
    found = replace(release, python=python, as_of=_TODAY, label=wanted.label(lock.path.name))
    return _with_what_is_unnamed(found, lock.path, {Requirement(one).name for one in others})


def _of_requirements(path: Path, known: dict[str, Environment]) -> Wanted:
    found = pins.read(path)
    own = found.pop("scikit-learn", None)
    if own is None:
        raise InputError(f"{path}: it does not pin scikit-learn: a line such as scikit-learn==1.9.1 is needed")
    others = tuple(str(one) for one in found.values())
    release = wanted.of_release(pins.exact(own, str(path)), known, packages=others)
    return _with_what_is_unnamed(replace(release, as_of=_TODAY, label=wanted.label(path.name)), path, found)


def _with_what_is_unnamed(one: Wanted, path: Path, named: Container[str]) -> Wanted:
    """The same with what scikit-learn stands on and a file does not name: today's NumPy breaks yesterday's release."""
    lacking = tuple(name for name in _BENEATH if name not in named)
    if not lacking:
        return one
    told = " or ".join(filter(None, (", ".join(_BENEATH[name] for name in lacking[:-1]), _BENEATH[lacking[-1]])))
    note = f"{path.name} names no {told}: taken as of the day of scikit-learn {one.scikit_learn}; pin yours"
    return replace(one, numpy=None, of_its_day=lacking, notes=(note,))
