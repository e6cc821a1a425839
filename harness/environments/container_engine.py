"""Docker or Podman, and the images that it has."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from harness.environments import NotReadyError
from harness.machine import processes

if TYPE_CHECKING:
    from harness.environments.roots import Root

PROGRAMS = ("docker", "podman")
PULL_SECONDS = 300.0
BUILD_SECONDS = 300.0
ANSWER_SECONDS = 30.0


def program() -> str | None:
    """Where it is; Docker, if there are both."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def missing() -> str | None:
    """Why there is none to be used, and what to do about it."""
    found = program()
    if found is None:
        return "there is neither Docker nor Podman: `apt-get install docker.io`"
    done = ask("version", "--format", "{{.Server.Version}}")
    if done.code == 0:
        return None
    words = " ".join(done.stderr.split())[-300:]
    return (
        f"{Path(found).name} is there and its engine does not answer ({words}): `systemctl start docker` or `dockerd &`"
    )


def of_root(root: Root, platform: str) -> str:
    """The name of an image that is the root, made now where it is not there. Raises NotReadyError."""
    name = f"persistence-root:{root.recipe.name}"
    with FileLock(root.place / "image.lock"):
        inspected = ask("image", "inspect", name)
        if inspected.code != 0:
            _make(root, platform, name)
    return name


def pulled(image: str, platform: str) -> str:
    """A registry's image by its digest, fetched now where it is not there. Raises NotReadyError."""
    if _known(image, platform) is None:
        done = processes.run([_program(), "pull", "--quiet", "--platform", platform, image], seconds=PULL_SECONDS)
        if done.code != 0:
            words = " ".join(done.stderr.split())[-300:] if done.code is not None else "no answer"
            raise NotReadyError(
                f"the image {image} for {platform} is not here and could not be fetched ({words}): "
                f"`docker pull --platform {platform} {image}` where there is a registry; kind rootfs needs none"
            )
    return _known(image, platform) or image


def _known(image: str, platform: str) -> str | None:
    """The digest of an image that is here, for that platform; its id if it never was in a registry."""
    facts = _facts(image, platform)
    return None if facts is None else str((facts["RepoDigests"] or [facts["Id"]])[0])


def held(image: str, platform: str) -> str | None:
    """The id of an image that is here, for that platform; None: it is not here. Nothing is fetched."""
    facts = _facts(image, platform)
    return None if facts is None else str(facts["Id"])


def _facts(image: str, platform: str) -> dict[str, Any] | None:
    done = ask("image", "inspect", image)
    if done.code != 0:
        return None
    facts: dict[str, Any] = json.loads(done.stdout)[0]
    # Of linux/arm/v7 it tells no more.
    return facts if f"{facts['Os']}/{facts['Architecture']}" == "/".join(platform.split("/")[:2]) else None


def _make(root: Root, platform: str, name: str) -> None:
    """The builder labels the image with its architecture, which ``docker import`` gets wrong."""
    with tempfile.TemporaryDirectory(dir=root.place.parent) as place:
        packed: list[str | Path] = ["tar", "--create", "--file", f"{place}/root.tar", "--directory", root.folder]
        done = processes.run([*packed, "--exclude=./dev/*", "."], seconds=BUILD_SECONDS)
        if done.code == 0:
            Path(place, "Dockerfile").write_text("FROM scratch\nADD root.tar /\n")
            # The builder that every engine has; the other one is a package of its own.
            variables = {**os.environ, "DOCKER_BUILDKIT": "0"}
            command = (_program(), "build", "--quiet", "--platform", platform, "--tag", name, place)
            done = processes.run(command, seconds=BUILD_SECONDS, env=variables)
    if done.code != 0:
        words = " ".join(done.stderr.split())[-300:] if done.code is not None else "no answer"
        raise NotReadyError(f"no image could be made of the root {root.recipe.name}: {words}")


def ask(*words: str, seconds: float = ANSWER_SECONDS) -> processes.Completed:
    """Run a command of the engine."""
    return processes.run([_program(), *words], seconds=seconds)


def _program() -> str:
    found = program()
    if found is None:
        raise NotReadyError(str(missing()))
    return found
