"""Environments in a root of Debian packages, of this machine's architecture or, by qemu-user, of another.

Packages are PyPI's wheels, which lie beside the root, or Debian's own, which are in it. bubblewrap shows the guest the
root, its packages, its code and the artifacts to be read, and one folder to be written to; and nothing else: no
network, no other process, no device, no capability, and no way to get one.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness import platforms
from harness.environments import Built, Command, debian, roots, variables, wheels

if TYPE_CHECKING:
    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.environments.roots import Root
    from harness.model import Environment, Limits

NOBODY = 65534
#: Bytes that a guest holds before it starts, with every library, under an emulator: the limit of memory is above that.
#: No emulator passes on the limit that a guest sets to itself.
BASE_MEMORY = 1536 * 1024**2
_REGISTER = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc; update-binfmts --enable"
#: What is not the root's in a sandbox.
_OWN = frozenset({"proc", "dev", "sys", "tmp", "run"})


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
    return Built(
        environment=environment,
        lock=lock,
        seconds=time.monotonic() - started,
        how=f"root {root.recipe.name}, {'Debian' if packages is None else 'wheels unpacked by uv'}, bubblewrap",
        command=Command(
            argv=_sandbox(root, packages, folders, limits),
            variables=variables_of(environment),
        ),
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


def _sandbox(root: Root, packages: Path | None, folders: Folders, limits: Limits) -> tuple[str, ...]:
    python = root.recipe.python
    argv: list[str | int | Path] = ["prlimit", f"--data={limits.memory + BASE_MEMORY}", "bwrap"]
    argv += ["--unshare-all", "--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--cap-drop", "ALL"]
    argv += ["--die-with-parent", *_shown(root.folder), "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108  # the sandbox's own
    shown = {folders.stage: folders.stage, folders.artifacts: folders.artifacts, packages: Path(roots.site(python))}
    argv += [word for here, there in shown.items() if here and there for word in ("--ro-bind", here, there)]
    if folders.scratch is not None:
        argv += ["--bind", folders.scratch, folders.scratch, "--chdir", folders.scratch]
    argv += ["--remount-ro", "/", "--", f"/usr/bin/python{python}", "-I", folders.stage]
    return tuple(map(str, argv))


def _shown(root: Path) -> list[str]:
    """The parts of a root, read-only. Not the root as a whole: then there would be no place for other folders in it."""
    words = []
    for entry in sorted(root.iterdir()):
        place = f"/{entry.name}"
        if entry.is_symlink():
            words += ["--symlink", str(entry.readlink()), place]
        elif entry.is_dir() and entry.name not in _OWN:
            words += ["--ro-bind", str(entry), place]
    return words
