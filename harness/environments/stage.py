"""The guests as a folder that any environment can run: the package, the user's case files, a start, Node.js's part."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from harness.machine import tools
from harness.machine.tools import GUEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GUEST_NODE = GUEST.with_name("guest_node")
_START = "from guest.__main__ import main\n\nraise SystemExit(main())\n"


def stage(files: Mapping[str, Path]) -> Path:
    """Copy the guest, whole, into a folder named by its content; return the folder.

    ``files``, a user's cases and formats and what lies beside them, by their names here: they lie beside the package,
    importable in every environment. What they define is pickled by reference, as any deployed code is.
    """
    sources = {f"guest/{path.relative_to(GUEST)}": path for path in sorted(GUEST.rglob("*.py"))}
    sources |= {f"guest_node/{path.name}": path for path in sorted(GUEST_NODE.glob("*.mjs"))}
    sources |= files
    contents = {name: path.read_bytes() for name, path in sources.items()} | {"__main__.py": _START.encode()}
    digest = hashlib.sha256()
    for name, content in sorted(contents.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    folder = tools.workspace() / ".harness" / "stages" / digest.hexdigest()[:16]
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
        shutil.rmtree(part, ignore_errors=True)
        for name, content in contents.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(content)
        try:
            part.rename(folder)
        except OSError:  # another process was faster
            if not folder.exists():
                raise
            shutil.rmtree(part, ignore_errors=True)
    return folder
