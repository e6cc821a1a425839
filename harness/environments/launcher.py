"""Becomes another program, after what that cannot be told by its arguments.

``python -I -S launcher.py JSON PROGRAM ARGUMENT...`` joins a control group, has shared memory of its own, and lets the
program read some bytes from a descriptor, each where it is told to. ``launcher.py remove GROUP`` removes the group when
all in it has ended. It needs the standard library alone, and says on its error output why it could not.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TypedDict

#: What a guest's own /dev/shm is called in /proc/self/mountinfo.
MARK = "persistence-matrix"
_NEWNS, _NEWIPC, _NEWUSER = 0x20000, 0x8000000, 0x10000000  # see unshare(2)
_NOSUID, _NODEV, _PRIVATE = 2, 4, 0x4000 | 0x40000  # see mount(2)
_PDEATHSIG = 1  # see prctl(2)
_TRIES, _PAUSE = 100, 0.05  # what is being killed is in its group for some time


class Order(TypedDict):
    """What is to be done before."""

    group: str | None  # a folder of a control group, which is made
    settings: dict[str, str]  # by file of the folder; one that this kernel has not is left out
    bytes: str | None  # in base64
    descriptor: int  # where the program reads them
    ends: bool  # whether it is interrupted when its parent ends, however that does
    shared: int | None  # bytes that its own /dev/shm has; None: it has everybody's


def main() -> None:
    """See the module."""
    if sys.argv[1] == "remove":
        remove(Path(sys.argv[2]))
        return
    order: Order = json.loads(sys.argv[1])
    if order["group"] is not None:
        group = Path(order["group"])
        remove(group)  # that of a run that was killed
        group.mkdir()
        for name, value in order["settings"].items():
            if (group / name).exists():
                (group / name).write_text(value)
        (group / "cgroup.procs").write_text(str(os.getpid()))
    if order["ends"]:
        _call("prctl", _PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if order["shared"] is not None:
        with contextlib.suppress(OSError):  # a machine that lets nobody have it
            share_nothing(order["shared"])
    if order["bytes"] is not None:
        content = os.memfd_create("bytes")
        os.write(content, base64.b64decode(order["bytes"]))
        os.lseek(content, 0, os.SEEK_SET)
        os.dup2(content, order["descriptor"])
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # a shell is what we don't want


def share_nothing(size: int) -> None:
    """Have a /dev/shm and System V memory that end with this process and its children. Raises OSError."""
    user, group = os.geteuid(), os.getegid()
    _call("unshare", (0 if user == 0 else _NEWUSER) | _NEWNS | _NEWIPC)
    if user != 0:  # it stays who it is
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_text(text)
    _call("mount", None, b"/", None, _PRIVATE, None)  # nobody else sees what is mounted from here on
    options = f"mode=1777,size={size}".encode()
    _call("mount", MARK.encode(), b"/dev/shm", b"tmpfs", _NOSUID | _NODEV, options)


def _call(name: str, *words: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*words) != 0:
        raise OSError(ctypes.get_errno(), name)


def remove(group: Path) -> None:
    """Remove a control group that nobody is in, or will soon be."""
    for left in reversed(range(_TRIES)):
        try:
            group.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            if not left:
                raise
            time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
