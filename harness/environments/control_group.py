"""Control groups: where this machine lets us limit the memory of a guest and all that it starts, as one.

What a model holds in files in memory counts there, and a burst is not missed. See cgroups(7).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import launcher
from harness.machine import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOUNTED = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_PROCESSES = 512  # of a guest and all that it starts
_PROBE_SECONDS = 20.0
_LAUNCHER = (sys.executable, "-I", "-S", str(Path(launcher.__file__)))


@dataclass(frozen=True, kw_only=True)
class Group:
    """One that a command makes and joins. Nobody else's has its name."""

    folder: Path
    memory: int

    @property
    def settings(self) -> dict[str, str]:
        """By file, of both versions of control groups. What may be swapped out is not held in other memory instead."""
        memory = str(self.memory)
        first = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
        return {**first, "memory.max": memory, "memory.swap.max": "0", "pids.max": str(_PROCESSES)}

    @property
    def removal(self) -> tuple[str, ...]:
        """The command that removes it, when all in it has ended."""
        return (*_LAUNCHER, "remove", str(self.folder))


def of(scratch: Path | None, memory: int) -> Group | None:
    """The group of the guest that works in a folder; None where there can be none."""
    parent = _parent(os.geteuid())
    if parent is None:
        return None
    name = hashlib.sha256(str(scratch).encode()).hexdigest()[:16]
    return Group(folder=parent / f"persistence-matrix-{name}", memory=memory)


def missing() -> str | None:
    """What to say where there is none."""
    if _parent(os.geteuid()) is not None:
        return None
    return "no control group can be had here: memory is limited for each process, and watched for all of a guest's"


def launched(argv: tuple[str, ...], *, group: Group | None, content: bytes, descriptor: int) -> tuple[str, ...]:
    """The command that runs another in a group, which may read some bytes from a descriptor."""
    order: launcher.Order = {
        "group": None if group is None else str(group.folder),
        "settings": {} if group is None else group.settings,
        "bytes": base64.b64encode(content).decode(),
        "descriptor": descriptor,
    }
    return (*_LAUNCHER, json.dumps(order), *argv)


def places(told: str, mounted: Path = _MOUNTED) -> Iterator[Path]:
    """Where a group with a limit of memory may be made, by what /proc/self/cgroup tells."""
    for line in told.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "memory" in controllers.split(","):  # the first version: each controller has a tree
            yield mounted / "memory" / path.lstrip("/")
        elif not controllers:  # the second: only a group without processes of its own gives controllers to others
            own = mounted / path.lstrip("/")
            yield from (place for place in (own, own.parent) if _gives_memory(place))


def _gives_memory(place: Path) -> bool:
    try:
        return "memory" in (place / "cgroup.subtree_control").read_text().split()
    except OSError:
        return False


@functools.cache
def _parent(user: int) -> Path | None:  # noqa: ARG001  # another user, another answer
    """The first place where it can be done, found by doing it."""
    try:
        told = _OWN.read_text()
    except OSError:
        return None
    for place in places(told):
        group = Group(folder=place / f"persistence-matrix-{os.getpid()}", memory=1 << 30)
        probe = launched(("true",), group=group, content=b"", descriptor=9)
        done = processes.run(probe, seconds=_PROBE_SECONDS)
        processes.run(group.removal, seconds=_PROBE_SECONDS, tidying=True)
        if done.code == 0:
            return place
    return None
