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
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import launcher
from harness.machine import processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.environments import Folders
    from harness.environments.kind import Built
    from harness.terms import Limits

_MOUNTED = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
#: Bytes that a guest holds itself, with every library, beside what a model may.
BASE_MEMORY = 1024 * 1024**2
_DESCRIPTOR = 9
_PROCESSES = 512  # of a guest and all that it starts
_PROBE_SECONDS = 20.0
_ASKING = threading.Lock()
_LAUNCHER = (sys.executable, "-I", "-S", str(Path(launcher.__file__)))


@dataclass(frozen=True, kw_only=True)
class Group:
    """One that a command makes and joins. Nobody else's has its name."""

    folder: Path
    memory: int
    processes: int | None = _PROCESSES  # None: as many as it likes

    @property
    def settings(self) -> dict[str, str]:
        """By file, of both versions of control groups. What may be swapped out is not held in other memory instead."""
        memory = str(self.memory)
        first = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
        most = {} if self.processes is None else {"pids.max": str(self.processes)}
        return {**first, "memory.max": memory, "memory.swap.max": "0", **most}

    @property
    def removal(self) -> tuple[str, ...]:
        """The command that removes it, when all in it has ended."""
        return (*_LAUNCHER, "remove", str(self.folder))


def of(scratch: Path | None, memory: int, processes: int | None = _PROCESSES) -> Group | None:
    """The group of the guest that works in a folder; None where there can be none."""
    parent = _parent(os.geteuid())
    if parent is None:
        return None
    name = hashlib.sha256(str(scratch).encode()).hexdigest()[:16]
    return Group(folder=parent / f"persistence-matrix-{name}", memory=memory, processes=processes)


def missing() -> str | None:
    """What to say where there is none."""
    if _parent(os.geteuid()) is not None:
        return None
    return "no control group can be had here: memory is limited for each process, and watched for all of a guest's"


def limited(built: Built, *, folders: Folders, limits: Limits) -> Built:
    """An environment of this machine with its guests in a group, where there may be one.

    Their shared memory is their own, and ends with them. What they read of files counts in the group, too, as long as
    nobody needs that memory: hence twice the limit.
    """
    group = of(folders.scratch, 2 * limits.memory + BASE_MEMORY, processes=None)
    argv = launched(built.command.argv, group=group, shared=2 * limits.memory)
    command = replace(built.command, argv=argv, after=() if group is None else group.removal)
    how = built.how if group is not None else f"{built.how}, no control group"
    return replace(built, how=how, command=command)


def launched(
    argv: tuple[str, ...],
    *,
    group: Group | None = None,
    content: bytes | None = None,
    descriptor: int = _DESCRIPTOR,
    shared: int | None = None,
    ends: bool = False,
) -> tuple[str, ...]:
    """The command that runs another in a group, which may read some bytes from a descriptor.

    Parameters
    ----------
    shared : bytes of files that it may have in shared memory of its own; None: it has everybody's.
    ends : whether it is interrupted when this process ends, however that does.
    """
    order: launcher.Order = {
        "group": None if group is None else str(group.folder),
        "settings": {} if group is None else group.settings,
        "bytes": None if content is None else base64.b64encode(content).decode(),
        "descriptor": descriptor,
        "ends": ends,
        "shared": shared,
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


def _parent(user: int) -> Path | None:
    """The first place where it can be done; whoever asks at the same time waits for the same answer."""
    with _ASKING:
        return _tried(user)


@functools.cache
def _tried(user: int) -> Path | None:  # noqa: ARG001  # another user, another answer
    """Found by doing it."""
    try:
        told = _OWN.read_text()
    except OSError:
        return None
    for place in places(told):
        group = Group(folder=place / f"persistence-matrix-{os.getpid()}", memory=1 << 30)
        probe = launched(("true",), group=group)
        done = processes.run(probe, seconds=_PROBE_SECONDS)
        processes.run(group.removal, seconds=_PROBE_SECONDS, tidying=True)
        if done.code == 0:
            return place
    return None
