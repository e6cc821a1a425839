"""The environments that a model file is to work in, from the user's words: 1.9, 1.4..1.9, requirements.txt."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from harness.checking import pins, wanted
from harness.errors import InputError, shown
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.checking.wanted import Wanted
    from harness.checking.writer import Writer
    from harness.terms import Environment

_RELEASE = re.compile(r"\d+\.\d+(\.\d+)?(rc\d+)?")


def of(words: Sequence[str], writer: Writer, known: dict[str, Environment]) -> list[Wanted]:
    """The targets, the oldest first, without the writer's own environment. None named: each minor from the writer's on.

    Raises
    ------
    InputError : a word is none of those, or names a release that nobody knows.
    """
    found: list[Wanted] = []
    for word in words or [f"{writer.environment.minor}.."]:
        found += _of_word(word, writer, known)
    unique = {one.name: one for one in found if one.name != writer.environment.name}
    return sorted(unique.values(), key=lambda one: Version(one.scikit_learn))


def _of_word(word: str, writer: Writer, known: dict[str, Environment]) -> list[Wanted]:
    first, dots, last = word.partition("..")
    if dots:
        low = _release(first or next(iter(known)), word)
        high = _release(last, word) if last else None
        minors = [one for one in known if Version(one) >= Version(minor_of(low))]
        minors = [one for one in minors if high is None or Version(one) <= Version(high)]
        if not minors:
            raise InputError(f"--to {shown(word)}: no release lies between; known are {', '.join(known)}")
        return [wanted.of_release(one, known, packages=writer.packages) for one in minors]
    if _RELEASE.fullmatch(word):
        return [wanted.of_release(word, known, packages=writer.packages)]
    path = Path(word)
    if path.suffix in {".txt", ".lock", ".in"} or path.is_file():
        return [_of_requirements(path, known)]
    raise InputError(
        f"--to {shown(word)} is no release such as 1.9, no range such as 1.4..1.9 and no requirements file"
    )


def _release(word: str, whole: str) -> str:
    if not _RELEASE.fullmatch(word):
        raise InputError(f"--to {shown(whole)}: {shown(word)} is no release such as 1.4")
    return word


def _of_requirements(path: Path, known: dict[str, Environment]) -> Wanted:
    found = pins.read(path)
    release = re.search(r"==(\d[\w.]*)", found.get("scikit-learn", ""))
    if release is None:
        raise InputError(f"{path}: it does not pin scikit-learn: a line such as scikit-learn==1.9.1 is needed")
    others = tuple(text for name, text in found.items() if name != "scikit-learn")
    label = re.sub(r"[^A-Za-z0-9._-]", "-", path.name).strip("._-")[:60] or "requirements"
    return replace(wanted.of_release(release[1], known, packages=others), label=label)
