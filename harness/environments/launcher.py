"""Becomes another program, after what that cannot be told by its arguments.

``python -I -S launcher.py JSON PROGRAM ARGUMENT...`` joins a control group of its own, and lets the program read some
bytes from a descriptor. It needs the standard library alone, and says on its error output why it could not.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import TypedDict


class Order(TypedDict):
    """What is to be done before."""

    group: str | None  # a folder of a control group, which is made
    settings: dict[str, str]  # by file of the folder; one that this kernel has not is left out
    bytes: str  # in base64
    descriptor: int  # where the program reads them


def main() -> None:
    """See the module."""
    order: Order = json.loads(sys.argv[1])
    if order["group"] is not None:
        group = Path(order["group"])
        group.mkdir(exist_ok=True)
        for name, value in order["settings"].items():
            if (group / name).exists():
                (group / name).write_text(value)
        (group / "cgroup.procs").write_text(str(os.getpid()))
    content = os.memfd_create("bytes")
    os.write(content, base64.b64decode(order["bytes"]))
    os.lseek(content, 0, os.SEEK_SET)
    os.dup2(content, order["descriptor"])
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # a shell is what we don't want


if __name__ == "__main__":
    main()
