"""Environments in containers, by Docker or Podman: of a registry's image, or of the same root that `rootfs` would use.

The packages are unpacked by uv on this machine, so that nothing is installed under emulation. A container lives as long
as its guest and has its name from the guest's folder: whoever comes next finds what was left over, and removes it.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from harness.environments import Command, NotReadyError, bubblewrap, container_engine, keys, rootfs, roots, wheels
from harness.environments.kind import Built, Kind
from harness.errors import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits

PROCESSES = 512
_ASK_SECONDS = 120.0


def _image(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][A-Za-z0-9._/:-]*(@sha256:[0-9a-f]{64})?", text):
        raise ValueError(f'{shown(text)} is not an image such as "python:3.12-slim@sha256:..."')
    return text


Image = Annotated[keys.Word, AfterValidator(_image), keys.json_type("string", examples=["python:3.12-slim@sha256:..."])]


class Keys(keys.Keys):
    """Its own keys in matrix.yaml."""

    image: Image | None = Field(default=None, description="If not given, python:X.Y-slim.")


def check(item: keys.Included, own: Keys) -> None:
    """See `Kind`. A registry's image is one by its digest: a tag is another image tomorrow."""
    if own.image is not None and "@" not in own.image:
        raise ValueError(f"{shown(own.image)} is another image tomorrow; add its digest (`docker image ls --digests`)")
    wheels.check(item.platform)


def complete(environment: Environment) -> Environment:
    """See `Kind`."""
    image = Keys.read(environment).image or f"python:{environment.python}-slim"
    return replace(environment, options=Keys.model_construct(image=image).options())


def stand_in(environment: Environment) -> Environment | None:
    """See `Kind`. The same root in a container, under the same name, so that its cells are the same."""
    return None if rootfs.recipe(environment) is None else replace(environment, kind=KIND.name)


def missing(environment: Environment) -> str | None:
    """See `Kind`."""
    packages = [] if Keys.read(environment).image else roots.missing(rootfs.needed(environment))
    return container_engine.missing() or rootfs.lacking(environment.platform, packages)


def details(environment: Environment) -> tuple[str, ...]:
    """See `Kind`."""
    image = Keys.read(environment).image
    return rootfs.details(environment) if image is None else (f"in {image}",)


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`."""
    began, reused = time.monotonic(), wheels.are_there(environment, lock)
    packages: Path | None
    wanted = Keys.read(environment).image
    if wanted is None:
        root, packages = rootfs.parts(environment, lock, limits)
        image, site = container_engine.of_root(root, environment.platform), roots.site(root.recipe.python)
    else:
        image = container_engine.pulled(wanted, environment.platform)
        site = _site(image, environment)
        packages = wheels.unpacked(environment, lock, site=site, seconds=limits.build_seconds)
    given = {**rootfs.variables_of(environment), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    words = [*variables_given(given), *_packages(packages, site), image, f"python{environment.python}"]
    return Built(
        environment=environment,
        lock=lock,
        seconds=None if reused else time.monotonic() - began,
        how=f"container of {image}, {'Debian' if packages is None else 'wheels unpacked by uv'}",
        command=started(environment, [*words, "-I", str(folders.stage)], folders=folders, limits=limits),
    )


def started(environment: Environment, words: list[str], *, folders: Folders, limits: Limits) -> Command:
    """The command of a guest in a container of its own, which shows what tasks name.

    ``words`` are further options, the image, and what is run in it.
    """
    name = container(folders)
    remove = ("rm", "--force", "--volumes", name)
    container_engine.ask(*remove)  # of a run that was killed
    options = ["run", "--interactive", "--sig-proxy=false", "--name", name, *confined(environment.platform, limits)]
    return Command(
        argv=(str(container_engine.program()), *options, *_shown(folders), *words),
        variables=dict(os.environ),  # the client is a program of this machine; the guest's are among its words
        after=(str(container_engine.program()), *remove),
    )


def container(folders: Folders) -> str:
    """The name of the container whose guest works in these folders."""
    return f"persistence-{hashlib.sha256(str(folders.scratch).encode()).hexdigest()[:16]}"


def confined(platform: str, limits: Limits) -> list[str]:
    """What keeps a container in: no network, no rights, nothing of its root to be written, and limits."""
    memory = str(limits.memory + rootfs.BASE_MEMORY)
    words = ["--rm", "--pull", "never", "--log-driver", "none", "--platform", platform]
    # An emulator whose program has crashed ends itself by a signal, which a container's first process does not heed.
    words += ["--init", "--user", ":".join(map(str, bubblewrap.user()))]
    words += ["--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    return [*words, "--pids-limit", str(PROCESSES), "--memory", memory, "--memory-swap", memory]


def variables_given(given: Mapping[str, str]) -> list[str]:
    """The words that give a container its variables."""
    return [word for key, value in given.items() for word in ("--env", f"{key}={value}")]


def _packages(packages: Path | None, site: str) -> list[str]:
    return [] if packages is None else ["--mount", f"type=bind,src={packages},dst={site},readonly"]


def _shown(folders: Folders) -> list[str]:
    """The folders that it sees, all but its own to be read only."""
    words = ["--tmpfs", "/tmp"]  # noqa: S108  # the container's own
    for here in (folders.stage, folders.artifacts):
        words += ["--mount", f"type=bind,src={here},dst={here},readonly"] if here is not None else []
    if folders.scratch is not None:
        bubblewrap.give(folders.scratch)
        words += ["--mount", f"type=bind,src={folders.scratch},dst={folders.scratch}"]
        words += ["--workdir", str(folders.scratch), "--env", f"TMPDIR={folders.scratch}"]
    return words


def _site(image: str, environment: Environment) -> str:
    """Where the image's Python looks for packages."""
    code = "import site; print(site.getsitepackages()[0])"
    words = ["run", "--rm", "--pull", "never", "--platform", environment.platform, "--network", "none", image]
    done = container_engine.ask(*words, f"python{environment.python}", "-I", "-c", code, seconds=_ASK_SECONDS)
    if done.code != 0:
        words_ = " ".join(done.stderr.split())[-300:]
        raise NotReadyError(f"the image {image} has no Python {environment.python} that runs here: {words_}")
    return done.stdout.strip()


KIND = Kind(
    name="docker",
    keys=Keys,
    needs=("python",),
    check=check,
    complete=complete,
    stand_in=stand_in,
    missing=missing,
    details=details,
    lock=rootfs.lock,
    foresee=rootfs.foresee,
    build=build,
    forget=rootfs.forget,
)
