"""Runtimes without Python: Node.js and what npm installs, built by the same nox sessions as the local environments.

The wheel with Node.js needs some place, so there is a virtual environment around it; its Python is never started.
"""

from __future__ import annotations

import dataclasses
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from harness.environments import Command, keys, local, npm
from harness.environments import lock as locks
from harness.environments.kind import Built, Kind, Session
from harness.errors import shown

if TYPE_CHECKING:
    import datetime as dt

    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits

FLOOR = 20


def _node(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d(\.\d{1,3}){0,2}", text):
        raise ValueError(f'{shown(text)} is not a version of Node.js such as "24" or "24.19.0"')
    if int(text.partition(".")[0]) < FLOOR:
        raise ValueError(f"{text} is below the guest's floor, {FLOOR}")
    return text


def _npm_package(text: str) -> str:
    """A name and perhaps a version or its beginning; nothing that npm would fetch from elsewhere than its registry."""
    name = r"[a-z0-9~][a-z0-9._~-]*"
    if not re.fullmatch(rf"(@{name}/)?{name}(@[\^~]?\d+(\.[0-9A-Za-z.+-]+)?)?", text):
        raise ValueError(f'{shown(text)} is not a package of npm such as "onnxruntime-node@1.30.0"')
    return text


Node = Annotated[keys.Word, AfterValidator(_node), keys.json_type("string", "number", examples=["24"])]
NpmPackage = Annotated[
    keys.Word, AfterValidator(_npm_package), keys.json_type("string", examples=["onnxruntime-node@1.30.0"])
]


class Keys(keys.Keys):
    """Its own keys in matrix.yaml."""

    node: Node = Field(description="The version of Node.js.")
    npm: tuple[NpmPackage, ...] = Field(description="The packages of npm.")


def requirements(environment: Environment) -> list[str]:
    """See `Kind`."""
    return [npm.WHEEL + locks.pinned(Keys.read(environment).node)]


def details(environment: Environment) -> tuple[str, ...]:
    """See `Kind`."""
    return Keys.read(environment).npm


def lock(environment: Environment) -> Lock:
    """See `Kind`."""
    wanted = Keys.read(environment).npm

    def add(text: str, until: dt.date | None) -> str:
        return npm.locked(text, wanted, until=until)

    return locks.resolve(environment, asked=requirements(environment), more=locks.More(packages=wanted, add=add))


def packages(lock: Lock) -> dict[str, str]:
    """See `Kind`."""
    return lock.packages | npm.versions(lock.text)


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`."""
    built = local.build(environment, lock, folders=folders, limits=limits)
    location = Path(built.command.argv[0]).parent.parent
    argv = (npm.node(location), folders.stage / "guest_node/main.mjs", npm.folder(location))
    command = Command(argv=tuple(map(str, argv)), variables=built.command.variables)
    return dataclasses.replace(built, command=command)


def session(environment: Environment) -> Session:
    """See `Kind`."""
    return local.installing(environment, partial(lock, environment), more=npm.prepared)


KIND = Kind(
    name="node",
    plain=True,
    keys=Keys,
    needs=("name",),
    refuses=("scikit-learn", "python", "numpy", "packages", "modules"),
    missing=local.missing,
    requirements=requirements,
    details=details,
    lock=lock,
    packages=packages,
    build=build,
    forget=local.forget,
    held=local.held,
    session=session,
)
