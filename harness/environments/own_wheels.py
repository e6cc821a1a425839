"""A user's own wheels: resolved as files, and locked by version and hash like any other package.

A lock names no folder of this machine. To install it, uv is shown a folder with a copy of each wheel, named by its
digest. So a package of the same name on an index is never taken for it.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import LackingError
from harness.files import writing
from harness.machine import tools

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.terms import Environment, OwnCode


def asked_as_files(environment: Environment, asked: Iterable[str]) -> list[str]:
    """Requirements, those of the user's wheels as the files that meet them. Raises LackingError."""
    files = {wheel.requirement: f"{wheel.name} @ {_copy(wheel).as_uri()}" for wheel in environment.wheels}
    return [files.get(requirement, requirement) for requirement in asked]


def pinned(environment: Environment, lock: str) -> str:
    """What uv has resolved, with the user's wheels as pins with hashes."""
    for wheel in environment.wheels:
        found = re.compile(rf"^{re.escape(wheel.name)} @ \S+( \\)?(\n    --hash=\S+( \\)?)*", re.MULTILINE)
        lock = found.sub(f"{wheel.requirement} \\\\\n    --hash=sha256:{wheel.digest}", lock)
    return lock


def options(environment: Environment) -> list[str]:
    """What uv is told so that it finds them. Raises LackingError."""
    return [word for wheel in environment.wheels for word in ("--find-links", str(_copy(wheel).parent))]


def _copy(wheel: OwnCode) -> Path:
    """The wheel alone in a folder that is named by its digest."""
    source = Path(wheel.path)
    place = tools.workspace() / ".harness" / "own" / wheel.digest[:32] / source.name
    if not place.exists():
        try:
            data = source.read_bytes()
        except OSError as error:
            raise LackingError(f"its wheel {source.name} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != wheel.digest:
            raise LackingError(f"its wheel {source.name} was changed after the plan was made: give the command again")
        with writing(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f"{place.name}.{os.getpid()}.part")
            part.write_bytes(data)
            part.replace(place)
    return place
