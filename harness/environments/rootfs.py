"""Environments in a root of Debian packages, of this machine's architecture or, by qemu-user, of another.

Packages are PyPI's wheels, which lie beside the root, or Debian's own, which are in it. bubblewrap shows the guest the
root and little else.
"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from harness.environments import Built, Command, bubblewrap, debian, roots, variables, wheels
from harness.machine import platforms

if TYPE_CHECKING:
    from pathlib import Path

    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.environments.roots import Root
    from harness.terms import Environment, Limits

#: Bytes that a guest holds before it starts, with every library, under an emulator: the limit of memory is above that.
#: No emulator passes on the limit that a guest sets to itself.
BASE_MEMORY = 1536 * 1024**2
_REGISTER = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc; update-binfmts --enable"


def missing(environment: Environment) -> str | None:
    """See `harness.environments.Kind`."""
    packages = [] if shutil.which("bwrap") else ["bubblewrap"]
    return lacking(environment.platform, [*roots.missing(debian.recipe(environment)), *packages])


def lacking(platform: str, packages: list[str]) -> str | None:
    """What to do about packages of Debian that this machine lacks, and about programs that it cannot run."""
    if not platforms.can_run(platform):
        packages = [*packages, "qemu-user-static", "binfmt-support"]
    if not packages:
        return None
    told = f"this machine lacks {', '.join(packages)}: `apt-get install {' '.join(packages)}`"
    if "binfmt-support" in packages:  # they may be there, and the kernel know nothing of it
        told += f"; where they are installed: `{_REGISTER}`"
    return told


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.Kind`."""
    started = time.monotonic()
    root, packages = parts(environment, lock, limits)
    python = root.recipe.python
    argv = bubblewrap.sandboxed(
        (f"/usr/bin/python{python}", "-I", folders.stage),
        root=root.folder,
        folders=folders,
        more={} if packages is None else {packages: roots.site(python)},
        memory=limits.memory + BASE_MEMORY,
    )
    return Built(
        environment=environment,
        lock=lock,
        seconds=None if packages is None else time.monotonic() - started,  # Debian's were there: they are the lock
        how=f"root {root.recipe.name}, {'Debian' if packages is None else 'wheels unpacked by uv'}, bubblewrap",
        command=Command(argv=argv, variables=variables_of(environment)),
    )


def forget(environment: Environment, lock: Lock) -> None:
    """See `harness.environments.Kind`."""
    if environment.source == "debian":
        shutil.rmtree(roots.made(debian.recipe(environment)).place, ignore_errors=True)
    else:
        wheels.forget(environment, lock)


def parts(environment: Environment, lock: Lock, limits: Limits) -> tuple[Root, Path | None]:
    """The root, and the folder with the wheels if its packages are not Debian's. Raises NotReadyError."""
    root = roots.made(debian.recipe(environment))
    debian.check(lock.text, root)
    if environment.source == "debian":
        return root, None
    site = roots.site(root.recipe.python)
    return root, wheels.unpacked(environment, lock, site=site, seconds=limits.build_seconds)


def variables_of(environment: Environment) -> dict[str, str]:
    """What the guest sees. The scripts that make Debian's BLAS the one of the root have not run."""
    found = variables.of_guest(environment)
    if environment.source == "debian":
        libraries = f"/usr/lib/{platforms.OF[environment.platform].libraries}"
        found["LD_LIBRARY_PATH"] = f"{libraries}/blas:{libraries}/lapack"
    return found
