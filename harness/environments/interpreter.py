"""A Python that is there, with whatever it holds: nothing is resolved, installed or written into it.

Its lock is what it holds, so that a package that changes is noticed. A matrix trusts its models; for one that is not to
be trusted, guests run in sandboxes as those of `sandboxed`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from harness.environments import (
    Command,
    LackingError,
    UnusableError,
    control_group,
    installed,
    keys,
    local,
    sandboxed,
    variables,
)
from harness.environments.kind import Built, Kind
from harness.errors import shown
from harness.machine import processes
from harness.terms import AsOf

if TYPE_CHECKING:
    from harness.environments import Folders
    from harness.environments.installed import Installed
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits

#: Of a virtual environment: its folder may be a project's, with much else in it.
_OF_VIRTUAL = ("pyvenv.cfg", "share", "etc")


class Keys(keys.Keys):
    """Its own keys in matrix.yaml."""

    path: keys.Word = Field(
        description="The folder of a virtual or conda environment, or its program python; relative to this file."
    )
    sandbox: bool = Field(default=False, description="Whether guests run in bubblewrap, as those of kind sandboxed.")


def complete(environment: Environment) -> Environment:
    """See `Kind`. Nothing is installed, of no day."""
    return replace(environment, as_of=AsOf.NEWEST, packages=(), wheels=(), tools=(), days=(), from_source=())


def missing(environment: Environment) -> str | None:
    """See `Kind`."""
    own = Keys.read(environment)
    lacking = sandboxed.missing(environment) if own.sandbox else local.missing(environment)
    if lacking is not None:
        return lacking
    try:
        program(_place(environment))
    except LackingError as error:
        return str(error)
    return None


def program(place: Path) -> Path:
    """The Python of a folder, or the one that is named. Raises LackingError where there is none."""
    if not place.is_dir() and not place.is_symlink() and not place.exists():
        raise LackingError(f"there is nothing at {place}: name the folder of an environment, or its program python")
    names = [place / "bin/python", place / "bin/python3"] if place.is_dir() else [place]
    for name in names:
        if name.is_file():
            if not os.access(name, os.X_OK):
                raise LackingError(f"{name} is no program: name the folder of an environment, or its program python")
            return name
    broken = next((name for name in names if name.is_symlink()), None)
    if broken is not None:
        raise LackingError(f"{broken} leads to a Python that is gone ({broken.readlink()}): make the environment anew")
    raise LackingError(f"{place} has no bin/python: name the folder of an environment, or its program python")


def held(python: Path) -> Installed:
    """What a Python holds. Raises UnusableError where it does not run."""
    try:
        done = processes.run([python, *installed.WORDS], seconds=installed.SECONDS)
    except OSError as error:
        raise UnusableError(f"the Python of {python} does not run here: {error.strerror}") from None
    return installed.parsed(done, of=str(python))


def lock(environment: Environment) -> Lock:
    """See `Kind`."""
    return held(program(_place(environment))).lock()


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`."""
    python = program(_place(environment))
    found = held(python)
    other = installed.changes(lock, found.lock())
    if other:
        raise UnusableError(f"{Keys.read(environment).path} is no longer what it was: {', '.join(other[:5])}")
    # Without bytecode: it would be written beside the packages.
    argv = (str(found.executable), "-I", "-B", str(folders.stage))
    command = Command(argv=argv, variables=variables.of_guest(environment))
    how = f"{found.implementation} {found.python} that was there"
    built = Built(environment=environment, lock=lock, seconds=None, how=how, command=command)
    if not Keys.read(environment).sandbox:
        return control_group.limited(built, folders=folders, limits=limits)
    return sandboxed.inside(built, places(found), folders=folders, limits=limits)


def places(found: Installed) -> list[Path]:
    """What a sandbox shows of it: its packages, the Python below them, and what its packages are run from.

    Each name on the way to the real Python counts. No folder is shown that has somebody's whole home in it.
    """
    real = found.executable.resolve().parent.parent
    own, prefixes = [], [real, *found.base]
    if found.virtual is not None:
        own = [found.virtual / part for part in _OF_VIRTUAL]
        prefixes += [found.virtual, *sandboxed.prefixes(found.executable)]
    home = Path.home()
    return [*own, *sandboxed.parts(prefixes), *(one for one in found.sources if not home.is_relative_to(one))]


def forget(environment: Environment, lock: Lock) -> None:
    """See `Kind`. There is nothing to forget: it is not ours."""


def _place(environment: Environment) -> Path:
    return Path(environment.folder, Keys.read(environment).path).expanduser()


def details(environment: Environment) -> tuple[str, ...]:
    """See `Kind`."""
    return (f"as {shown(Keys.read(environment).path)} is",)


KIND = Kind(
    name="interpreter",
    plain=True,
    keys=Keys,
    needs=("name",),
    refuses=("packages", "as_of", "days"),
    complete=complete,
    missing=missing,
    details=details,
    lock=lock,
    build=build,
    forget=forget,
)
