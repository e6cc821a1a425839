"""A sandbox by Docker or Podman, where bubblewrap makes none: an empty container that is shown parts of this machine.

It shows what `bubblewrap` would. Its image has folders and links only, and is made here: none is fetched.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import Command, NotReadyError, container_engine, docker

if TYPE_CHECKING:
    from harness.environments import Folders
    from harness.environments.bubblewrap import View
    from harness.terms import Environment, Limits

missing = container_engine.missing
#: Where an engine puts its own first process, see `docker.confined`.
_ITS_OWN = frozenset({"sbin"})


def command(inner: Command, environment: Environment, *, view: View, folders: Folders, limits: Limits) -> Command:
    """The command that runs another in a container, which sees parts of this machine's root and what tasks name.

    Raises
    ------
    NotReadyError : the engine makes no image.
    """
    parts = [view.root / name for name in sorted((view.parts or frozenset()) - _ITS_OWN)]
    links = {one.name: str(one.readlink()) for one in parts if one.is_symlink()}
    shown = {Path("/", one.name): one for one in parts if one.is_dir() and not one.is_symlink()} | dict(view.more)
    words = docker.variables_given(inner.variables)
    for there, here in shown.items():
        words += ["--mount", f"type=bind,src={here},dst={there},readonly"]
    words += [_image(links, environment.platform), *map(str, inner.argv)]
    return docker.started(environment, words, folders=folders, limits=limits)


def _image(links: dict[str, str], platform: str) -> str:
    """The name of an image with these links at its root and nothing else, made now where it is not there."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, target in links.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
        place = tarfile.TarInfo("tmp")
        place.type, place.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(place)
    name = f"persistence-empty:{hashlib.sha256(packed.getvalue()).hexdigest()[:16]}"
    if container_engine.held(name, platform) is None:
        with tempfile.NamedTemporaryFile(suffix=".tar") as file:
            file.write(packed.getvalue())
            file.flush()
            done = container_engine.ask("import", "--platform", platform, file.name, name)
        if done.code != 0:
            raise NotReadyError(f"no empty image could be made: {' '.join(done.stderr.split())[-300:]}")
    return name
