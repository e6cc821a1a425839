"""Runtimes without Python: Node.js and what npm installs, built by the same nox sessions as the local environments.

The wheel with Node.js needs some place, so there is a virtual environment around it; its Python is never started.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import Built, Command, local, npm

if TYPE_CHECKING:
    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits


missing, forget = local.missing, local.forget  # it is built by the same sessions


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.Kind`."""
    built = local.build(environment, lock, folders=folders, limits=limits)
    location = Path(built.command.argv[0]).parent.parent
    argv = (npm.node(location), folders.stage / "guest_node/main.mjs", npm.folder(location))
    command = Command(argv=tuple(map(str, argv)), variables=built.command.variables)
    return dataclasses.replace(built, command=command)
