"""The kinds of environments by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.environments import docker, local, node, rootfs

if TYPE_CHECKING:
    from harness.environments import Kind

OF: dict[str, Kind] = {"local": local, "node": node, "rootfs": rootfs, "docker": docker}
