"""Packages by name and version, and nothing else: in the words of a command, or in a requirements file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from harness.config import requirement_files
from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: To an installer ==1.2 is ==1.2.0. Elsewhere here 1.2 means the newest of that minor.
_MINOR = re.compile(r"(?<![=~<>!])==\d+\.\d+(?![.\w*])")


def of(words: Iterable[str]) -> dict[str, Requirement]:
    """The requirements that words are, by name. Raises InputError for anything but a name with versions."""
    found: dict[str, Requirement] = {}
    for word in words:
        one = _requirement(word, shown(word))
        if one.marker:
            raise InputError(f"{shown(word)}: only a package with its version is taken")
        found[_name(one)] = one
    return found


def read(path: Path) -> dict[str, Requirement]:
    """The requirements of a file by name, and of those that it names with ``-r``, narrowed by those of ``-c``.

    Other options, hashes, comments, and what is for other machines are left out.

    Raises
    ------
    InputError : there is no such file, or one has something else in it, such as a URL.
    """
    found: dict[str, Requirement] = {}
    constraints: dict[str, Requirement] = {}
    for line in requirement_files.lines(path):
        one = _requirement(line.text, f"{line.where}: {shown(line.text)}")
        if one.marker is None or one.marker.evaluate():
            one.marker = None
            one.specifier = SpecifierSet(_MINOR.sub(r"\g<0>.0", str(one.specifier)))
            (constraints if line.constrains else found)[_name(one)] = one
    for name, one in constraints.items():
        if name in found:
            found[name].specifier &= one.specifier
        elif name in requirement_files.NEEDED:
            found[name] = one
    return found


def exact(requirement: Requirement, where: str) -> str:
    """The one version that a requirement allows. Raises InputError for another, with what to write instead."""
    pinned = [one.version for one in requirement.specifier if one.operator == "=="]
    if len(pinned) != 1 or pinned[0].endswith("*"):
        raise InputError(f"{where}: {shown(requirement)} is not one release: pin it, {requirement.name}==X.Y.Z")
    return pinned[0]


def _requirement(text: str, where: str) -> Requirement:
    try:
        one = Requirement(text)
    except InvalidRequirement:
        raise InputError(f"{where} is no requirement such as scikit-learn==1.2.2") from None
    if one.url:
        raise InputError(f"{where}: only packages of the index are taken, no URLs")
    return one


def _name(requirement: Requirement) -> str:
    return requirement.name.lower().replace("_", "-")
