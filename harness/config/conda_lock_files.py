"""What conda-lock writes: ``conda-lock.yml``, with the packages of several platforms.

Of YAML it reads what conda-lock writes, and nothing else: the plain install has no YAML library.
"""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING

from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KEY = re.compile(r"(?P<indent> *)(?P<dash>- +)?(?P<key>[A-Za-z_]+): *(?P<value>.*)")
_WANTED = ("name", "version", "platform")
_MACHINES = {"x86_64": "linux-64", "aarch64": "linux-aarch64", "ppc64le": "linux-ppc64le"}


def is_one(text: str) -> bool:
    """Whether a file of YAML is one of conda-lock's: it has a list ``package:``, and no ``dependencies:``."""
    return re.search(r"^package:\s*$", text, re.MULTILINE) is not None


def packages(path: Path, text: str) -> Iterator[tuple[str, str | None]]:
    """Each package with its version, for this machine; for the first platform that it has, if it has no other.

    Raises
    ------
    InputError : a package has no name or version, or there is none: the file is damaged.
    """
    found = list(_items(text))
    if not found or any(not one.get("name") or not one.get("version") for one in found):
        raise InputError(f"{path}: a package in it has no name or no version: it is damaged")
    platforms = list(dict.fromkeys(one.get("platform") for one in found))
    here = _MACHINES.get(platform.machine(), "linux-64")
    chosen = here if here in platforms else platforms[0]
    yield from ((one["name"], one["version"]) for one in found if one.get("platform") in {chosen, "noarch"})


def _items(text: str) -> Iterator[dict[str, str]]:
    """What each entry of the list says of itself; what lies deeper, such as its dependencies, is left out."""
    inside, depth = False, 0
    item: dict[str, str] | None = None
    for line in text.splitlines():
        found = _KEY.fullmatch(line.rstrip())
        if found is None:
            continue
        if not found["dash"] and not found["indent"]:
            inside = found["key"] == "package"
            continue
        column = len(found["indent"]) + len(found["dash"] or "")
        if inside and found["dash"] and (item is None or column == depth):
            if item is not None:
                yield item
            item, depth = {}, column
        if item is not None and inside and column == depth and found["key"] in _WANTED:
            item[found["key"]] = found["value"].strip("'\"")
    if item is not None:
        yield item
