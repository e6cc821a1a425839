"""The packages of a lock for another platform or root: unpacked here by uv, shown there to be read."""

from __future__ import annotations

import hashlib
import shutil
import sys
from typing import TYPE_CHECKING

from filelock import FileLock

from harness.environments import NotReadyError, bytecode, from_source, own_wheels
from harness.environments import lock as locks
from harness.errors import shown
from harness.files import replace_text, writing
from harness.machine import platforms, processes, tools

if TYPE_CHECKING:
    from pathlib import Path

    from harness.environments.lock import Lock
    from harness.terms import Environment


def check(platform: str, *, hint: str = "") -> None:
    """Whether there are wheels for a platform as matrix.yaml names it. Raises ValueError."""
    if platform != "native" and platforms.OF[platform].wheels is None:
        raise ValueError(f"PyPI has no wheels for {shown(platform)}{hint}")


def unpacked(environment: Environment, lock: Lock, *, site: str, seconds: float) -> Path:
    """A folder with the lock's packages, which its Python will find at ``site``. Raises NotReadyError."""
    place = _place(environment, lock)
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock")):
        if not place.exists():
            _unpack(environment, lock, place, site=site, seconds=seconds)
    return place


def are_there(environment: Environment, lock: Lock) -> bool:
    """Whether they were unpacked before."""
    return _place(environment, lock).exists()


def forget(environment: Environment, lock: Lock) -> None:
    shutil.rmtree(_place(environment, lock), ignore_errors=True)


def _unpack(environment: Environment, lock: Lock, place: Path, *, site: str, seconds: float) -> None:
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    text, options = from_source.installable(lock.text, locks.wheels(environment, lock))
    wanted = replace_text(place.with_name(f"{place.name}.txt"), text)
    # Any Python will do to install with: what is unpacked is for the one that is named.
    command: list[str | Path] = [tools.uv(), "pip", "install", "--quiet", "--python", sys.executable, "--target", part]
    command += ["--python-platform", str(platforms.OF[environment.platform].wheels)]
    command += ["--python-version", str(environment.python), "--require-hashes", "--only-binary", ":all:", "--no-deps"]
    done = processes.run([*command, *options, *own_wheels.options(environment), "-r", wanted], seconds=seconds)
    if done.code is None:
        raise NotReadyError(f"unpacking its packages took longer than {seconds:.0f} s (limits.build_seconds)")
    if done.code != 0:
        raise NotReadyError(f"uv could not unpack its packages: {' '.join(done.stderr.split())[-600:]}")
    bytecode.add([part], str(environment.python), root=part, shown_at=site)
    part.rename(place)


def _place(environment: Environment, lock: Lock) -> Path:
    key = f"{environment.platform} {environment.python}\n{lock.text}"
    return tools.workspace() / ".harness" / "wheels" / hashlib.sha256(key.encode()).hexdigest()[:16]
