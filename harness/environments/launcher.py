"""Becomes another program, after what that cannot be told by its arguments.

``python -I -S launcher.py JSON PROGRAM ARGUMENT...`` joins a control group of its own, and lets the program read some
bytes from a descriptor. ``launcher.py remove GROUP`` removes the group when all in it has ended. It needs the standard
library alone, and says on its error output why it could not.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from pathlib import Path
from typing import TypedDict

_TRIES, _PAUSE = 100, 0.05  # what is being killed is in its group for some time


class Order(TypedDict):
    """What is to be done before."""

    group: str | None  # a folder of a control group, which is made
    settings: dict[str, str]  # by file of the folder; one that this kernel has not is left out
    bytes: str  # in base64
    descriptor: int  # where the program reads them


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
    content = os.memfd_create("bytes")
    os.write(content, base64.b64decode(order["bytes"]))
    os.lseek(content, 0, os.SEEK_SET)
    os.dup2(content, order["descriptor"])
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # a shell is what we don't want


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
