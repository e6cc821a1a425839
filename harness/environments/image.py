"""A container image that is here, with its own Python and packages: nothing is fetched, installed or written into it.

Its lock is what it holds, with its id. Guests run in it as in those of `docker`: without network and rights.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from harness.environments import (
    LackingError,
    UnusableError,
    container_engine,
    docker,
    installed,
    keys,
    rootfs,
    variables,
)
from harness.environments.kind import Built, Kind
from harness.terms import AsOf, Limits

if TYPE_CHECKING:
    from harness.environments import Folders
    from harness.environments.installed import Installed
    from harness.environments.lock import Lock
    from harness.terms import Environment

_NAMES = ("python", "python3")
_NOT_FOUND = 127
#: What its lock begins with.
_ID, _PROGRAM = "image ", "run by "


class Keys(keys.Keys):
    """Its own keys in matrix.yaml."""

    # None is what `docker` has, too: the same key means the same. It must be given.
    image: docker.Image | None = Field(description="Its name, with or without a digest, or its id.")

    @property
    def name(self) -> str:
        return str(self.image)


def complete(environment: Environment) -> Environment:
    """See `Kind`. Nothing is installed, of no day."""
    return replace(environment, as_of=AsOf.NEWEST, packages=(), wheels=(), tools=(), days=(), from_source=())


def missing(environment: Environment) -> str | None:
    """See `Kind`."""
    lacking = container_engine.missing() or rootfs.lacking(environment.platform, [])
    if lacking is not None:
        return lacking
    try:
        identity(Keys.read(environment).name, environment.platform)
    except LackingError as error:
        return str(error)
    return None


def identity(image: str, platform: str) -> str:
    """The id of an image that is here. Raises LackingError where it is not."""
    found = container_engine.held(image, platform)
    if found is None:
        raise LackingError(
            f"the image {image} for {platform} is not here, and none is fetched for you: `docker pull {image}`, "
            "or build it; `docker image ls` lists those that are here"
        )
    return found


def held(image: str, platform: str) -> Installed:
    """What an image's Python holds. Raises NotReadyError where it has none, or it does not run."""
    found = identity(image, platform)
    options = ["run", *docker.confined(platform, Limits()), "--workdir", "/"]
    for name in _NAMES:
        words = [*options, "--entrypoint", name, found, *installed.WORDS]
        done = container_engine.ask(*words, seconds=installed.SECONDS)
        if done.code != _NOT_FOUND:
            return installed.parsed(done, of=f"the image {image}")
    raise UnusableError(f"the image {image} has no Python: there is neither {' nor '.join(_NAMES)} on its PATH")


def lock(environment: Environment) -> Lock:
    """See `Kind`."""
    own = Keys.read(environment).name
    found, told = identity(own, environment.platform), held(own, environment.platform)
    return told.lock(f"{_ID}{found}", f"{_PROGRAM}{told.executable}")


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`. An image is what its id says: nothing need be read of it again."""
    image = Keys.read(environment).name
    found = identity(image, environment.platform)
    first, second = (*lock.text.splitlines(), "", "")[:2]
    if first != f"# {_ID}{found}":
        raise UnusableError(f"the image {image} is no longer what it was: {found} instead of {first[len(_ID) + 2 :]}")
    given = variables.of_guest(environment)
    del given["PATH"]  # the image has its own
    words = docker.variables_given(given)
    # Without bytecode: nothing of it can be written.
    words += ["--entrypoint", second.removeprefix(f"# {_PROGRAM}"), found, "-I", "-B", str(folders.stage)]
    return Built(
        environment=environment,
        lock=lock,
        seconds=None,
        how=f"container of {image}, {found}",
        command=docker.started(environment, words, folders=folders, limits=limits),
    )


def forget(environment: Environment, lock: Lock) -> None:
    """See `Kind`. There is nothing to forget: it is not ours."""


def details(environment: Environment) -> tuple[str, ...]:
    """See `Kind`."""
    return (f"as {Keys.read(environment).name} is",)


KIND = Kind(
    name="image",
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
