"""Environments in a root of Debian packages, of this machine's architecture or, by qemu-user, of another.

Packages are PyPI's wheels, which lie beside the root, or Debian's own, which are in it. bubblewrap shows the guest the
root and little else.
"""

from __future__ import annotations

import dataclasses
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from harness.environments import Command, NotReadyError, bubblewrap, debian, keys, roots, variables, wheels
from harness.environments.kind import Built, Kind, Session
from harness.environments.lock import Lock, resolve
from harness.errors import one_of
from harness.machine import platforms
from harness.machine.platforms import SUITES
from harness.terms import AsOf

if TYPE_CHECKING:
    import nox

    from harness.environments import Folders
    from harness.environments.roots import Recipe, Root
    from harness.terms import Environment, Limits

SOURCES = ("pypi", "debian")
Suite = Annotated[
    keys.Word, AfterValidator(one_of("suite of Debian", SUITES)), keys.json_type("string", enum=list(SUITES))
]
Source = Annotated[
    keys.Word, AfterValidator(one_of("source of packages", SOURCES)), keys.json_type("string", enum=list(SOURCES))
]

#: Bytes that a guest holds before it starts, with every library, under an emulator: the limit of memory is above that.
#: No emulator passes on the limit that a guest sets to itself.
BASE_MEMORY = 1536 * 1024**2
_REGISTER = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc; update-binfmts --enable"


class Keys(keys.Keys):
    """Its own keys in matrix.yaml."""

    suite: Suite | None = Field(default=None, description="Debian's; if not given, python says which.")
    source: Source = Field(default="pypi", description="PyPI's wheels or Debian's own packages.")

    @property
    def from_debian(self) -> bool:
        return self.source == "debian"


def check(item: keys.Included, own: Keys) -> None:
    """See `Kind`."""
    pythons = ", ".join(f"{name} has {python}" for name, python in SUITES.items())
    if own.suite is None and item.python not in SUITES.values():
        raise ValueError(f"a root needs a suite of Debian, or the python of one: {pythons}")
    if own.suite is not None and item.python not in (None, SUITES[own.suite]):
        raise ValueError(f"{own.suite} has no Python {item.python}: {pythons}")
    if own.from_debian and (item.as_of or item.scikit_learn is None):
        raise ValueError("Debian's own packages have no as_of, and are there for a scikit-learn")
    if own.from_debian and any(map(keys.is_wheel, item.packages)):
        raise ValueError("Debian's own packages are no wheels: name your code under modules")
    if not own.from_debian:
        wheels.check(item.platform, hint="; Debian has its own: source: debian")


def complete(environment: Environment) -> Environment:
    """See `Kind`. The suite and the Python follow from each other; what Debian has is of no day."""
    own = Keys.read(environment)
    suite = own.suite or next(name for name, python in SUITES.items() if python == environment.python)
    found = Keys.model_construct(suite=suite, source=own.source)
    made = dataclasses.replace(environment, python=SUITES[suite], options=found.options())
    return dataclasses.replace(made, as_of=AsOf.NEWEST, tools=()) if own.from_debian else made


def recipe(environment: Environment) -> Recipe | None:
    """The root of an environment, with its packages where they are Debian's; None: it has no root."""
    own = Keys.read(environment)
    if own.suite is None:
        return None
    return roots.recipe(own.suite, environment.platform, debian.packages(environment) if own.from_debian else ())


def needed(environment: Environment) -> Recipe:
    """The same. Raises NotReadyError where there is none."""
    found = recipe(environment)
    if found is None:
        raise NotReadyError(f"{environment.name} has no suite, and so no root")
    return found


def details(environment: Environment) -> tuple[str, ...]:
    """See `Kind`."""
    own = Keys.read(environment)
    return (*(["Debian's own packages"] if own.from_debian else []), *([f"in {own.suite}"] if own.suite else []))


def lock(environment: Environment) -> Lock:
    """See `Kind`. Of Debian's own packages the root is the lock: it is made for that."""
    if not Keys.read(environment).from_debian:
        return resolve(environment)
    return Lock(text=debian.locked(environment, roots.made(needed(environment))))


def foresee(environment: Environment) -> None:
    """See `Kind`. To know what Debian has, a root would have to be made."""
    if not Keys.read(environment).from_debian:
        resolve(environment)


def missing(environment: Environment) -> str | None:
    """See `Kind`."""
    return lacking(environment.platform, [*roots.missing(needed(environment)), *bubblewrap.missing()])


def lacking(platform: str, packages: list[str]) -> str | None:
    """What to do about packages of Debian that this machine lacks, and about programs that it cannot run."""
    if not platforms.can_run(platform):
        packages = [*packages, "qemu-user-static", "binfmt-support"]
    if not packages:
        return None
    message = f"this machine lacks {', '.join(packages)}: `apt-get install {' '.join(packages)}`"
    if "binfmt-support" in packages:  # they may be there, and the kernel know nothing of it
        message += f"; where they are installed: `{_REGISTER}`"
    return message


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`."""
    started, reused = time.monotonic(), wheels.are_there(environment, lock)
    root, packages = parts(environment, lock, limits)
    python = root.recipe.python
    argv = bubblewrap.sandboxed(
        (f"/usr/bin/python{python}", "-I", folders.stage),
        view=bubblewrap.View(root=root.folder, more={} if packages is None else {Path(roots.site(python)): packages}),
        folders=folders,
        memory=limits.memory + BASE_MEMORY,
    )
    return Built(
        environment=environment,
        lock=lock,
        # Debian's were there: they are the lock.
        seconds=None if packages is None or reused else time.monotonic() - started,
        how=f"root {root.recipe.name}, {'Debian' if packages is None else 'wheels unpacked by uv'}, bubblewrap",
        command=Command(argv=argv, variables=variables_of(environment)),
    )


def forget(environment: Environment, lock: Lock) -> None:
    """See `Kind`."""
    if Keys.read(environment).from_debian:
        shutil.rmtree(roots.made(needed(environment)).place, ignore_errors=True)
    else:
        wheels.forget(environment, lock)


def parts(environment: Environment, lock: Lock, limits: Limits) -> tuple[Root, Path | None]:
    """The root, and the folder with the wheels if its packages are not Debian's. Raises NotReadyError."""
    root = roots.made(needed(environment))
    debian.check(lock.text, root)
    if Keys.read(environment).from_debian:
        return root, None
    site = roots.site(root.recipe.python)
    return root, wheels.unpacked(environment, lock, site=site, seconds=limits.build_seconds)


def variables_of(environment: Environment) -> dict[str, str]:
    """What the guest sees. The scripts that make Debian's BLAS the one of the root have not run."""
    found = variables.of_guest(environment)
    if Keys.read(environment).from_debian:
        libraries = f"/usr/lib/{platforms.OF[environment.platform].libraries}"
        found["LD_LIBRARY_PATH"] = f"{libraries}/blas:{libraries}/lapack"
    return found


def session(environment: Environment) -> Session:
    """See `Kind`."""

    def run(session: nox.Session) -> None:
        session.run(sys.executable, "-m", "harness", "rootfs", "build", environment.name, external=True)

    description = f"Make the root of {environment.name}, of Debian's packages."
    return Session(description=description, run=run, python=None)


KIND = Kind(
    name="rootfs",
    keys=Keys,
    check=check,
    complete=complete,
    missing=missing,
    details=details,
    lock=lock,
    foresee=foresee,
    build=build,
    forget=forget,
    session=session,
)
