"""Virtual environments on this machine: each is one nox session with the uv backend.

The session's name is ``environment-NAME``. It installs the lock, wheels only and by hash, and leaves a stamp with
its Python and the lock's digest; while the stamp holds, the environment is used as it is.

Its wheels may come from a further index, which a variable names: those of the night, which are no releases.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from harness.environments import Command, NotReadyError, UnreachableError, keys, variables
from harness.environments import lock as locks
from harness.environments.kind import Built, Kind, Session
from harness.errors import shown
from harness.files import replace_text
from harness.machine import interpreters, processes, tools
from harness.terms import AsOf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import nox

    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", text):
        raise ValueError(f"{shown(text)} is not the name of an environment variable such as NIGHTLY_WHEELS_INDEX")
    return text


class Keys(keys.Keys):
    """Its own keys in matrix.yaml."""

    index: (
        Annotated[keys.Word, AfterValidator(_variable), keys.json_type("string", examples=["NIGHTLY_WHEELS_INDEX"])]
        | None
    ) = Field(
        default=None,
        description="The environment variable with a further index, of wheels that are no releases; as_of: newest.",
    )


def check(item: keys.Included, own: Keys) -> None:
    """See `Kind`."""
    if own.index is not None and (item.as_of is not AsOf.NEWEST or item.name is None):
        raise ValueError("an environment with an index needs a name and as_of: newest: what is no release has no day")


def missing(environment: Environment) -> str | None:
    """See `Kind`. Its Python may be missing: an environment that is there needs no other."""
    if environment.platform != tools.native_platform():
        return f"this machine is {tools.native_platform()}: a local environment cannot be {environment.platform}"
    return None


def doubt(environment: Environment) -> str | None:
    """See `Kind`."""
    if environment.python is None or interpreters.find(environment.python) is not None:
        return None
    hope = " (a run tries to download it)" if interpreters.obtainable(environment.python) else ""
    return interpreters.missing(environment.python) + hope


def requirements(environment: Environment) -> list[str]:
    """See `Kind`. A further index has wheels that go on under other versions: those, or whatever comes after them."""
    further = Keys.read(environment).index is not None
    return locks.requirements(environment, (lambda version: f">={version}.dev0") if further else None)


def lock(environment: Environment) -> Lock:
    """See `Kind`."""
    return locks.resolve(environment, asked=requirements(environment), variables=_index(environment))


def _index(environment: Environment) -> dict[str, str]:
    """The variables that give uv an environment's further index. Raises UnreachableError when nobody says which."""
    name = Keys.read(environment).index
    if name is None:
        return {}
    url = os.environ.get(name)
    if not url:
        raise UnreachableError(f"nobody says which index it is to be had from: set the variable {name}")
    # Of a package that both have, the newer one counts, and development versions do.
    return {"UV_INDEX": url, "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PRERELEASE": "allow"}


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`."""
    python = _stamped(environment.name, lock)
    seconds = None
    if python is None:
        seconds = _run_session(environment, lock, limits, folders.matrix)
        python = _stamped(environment.name, lock)
        if python is None:
            raise NotReadyError(f"nox session environment-{environment.name} ended well and left no Python")
    return Built(
        environment=environment,
        lock=lock,
        seconds=seconds,
        how="reused: same lock" if seconds is None else "built by nox with uv",
        command=Command(argv=(str(python), "-I", str(folders.stage)), variables=variables.of_guest(environment)),
    )


def forget(environment: Environment, lock: Lock) -> None:  # noqa: ARG001  # whatever the lock: the place is one
    """See `Kind`."""
    unstamp(environment.name)


def session(environment: Environment) -> Session:
    """See `Kind`."""
    return installing(environment, partial(lock, environment), variables=partial(_index, environment))


def installing(
    environment: Environment,
    lock: Callable[[], Lock],
    *,
    variables: Callable[[], Mapping[str, str]] = dict,
    more: Callable[[str, Path], tuple[str, ...]] | None = None,
) -> Session:
    """A session that installs a lock under the environment's own Python, or any if it has none.

    Parameters
    ----------
    lock : makes it, where the session is given no file with one.
    variables : for uv.
    more : a further command, of the lock's text and the place of the virtual environment.
    """

    def run(session: nox.Session) -> None:
        file = Path(session.posargs[0]) if session.posargs else replace_text(locks.wanted(environment), lock().text)
        unstamp(environment.name)
        command: tuple[str, ...] = ("uv", "pip", "sync", "--quiet", "--require-hashes", "--only-binary", ":all:")
        session.run_install(*command, str(file), external=True, env={**variables()})
        if more is not None:
            session.run_install(*more(file.read_text(), Path(session.virtualenv.location)), external=True)
        stamp(environment.name, file.read_text(), session.virtualenv.location)

    python = environment.python and str(interpreters.find(environment.python) or environment.python)
    description = f"Build {environment.name}: wheels only, by hash."
    return Session(description=description, run=run, python=python or sys.executable)


def stamp(name: str, lock_text: str, location: str) -> None:
    """Say that everything is installed."""
    path = _stamp_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    python = Path(location).absolute() / "bin/python"
    path.write_text(json.dumps({"python": str(python), "lock": hashlib.sha256(lock_text.encode()).hexdigest()}))


def unstamp(name: str) -> None:
    """Take that back: a half-built environment is none."""
    _stamp_path(name).unlink(missing_ok=True)


def _stamp_path(name: str) -> Path:
    return tools.workspace() / ".harness" / "stamps" / f"{name}.json"


def _stamped(name: str, lock: Lock) -> Path | None:
    try:
        held = json.loads(_stamp_path(name).read_text())
        python = Path(held["python"])
    except (OSError, ValueError, KeyError):
        return None
    return python if held.get("lock") == lock.digest and python.exists() else None


def _run_session(environment: Environment, lock: Lock, limits: Limits, matrix: Path | None) -> float:
    interpreter = _interpreter(environment.python)
    path = replace_text(locks.wanted(environment), lock.text)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "nox",
        "--noxfile",
        tools.ROOT / "noxfile.py",
        "--non-interactive",
    ]
    command += ["--envdir", tools.workspace(), "--session", f"environment-{environment.name}"]
    command += ["--", path]
    # The noxfile is a program of its own: this is how it is told which matrix and which interpreter.
    variables = {"NOX_SCRIPT_MODE": "none", "NO_COLOR": "1", "HARNESS_INTERPRETER": str(interpreter)}
    variables |= {} if matrix is None else {"HARNESS_MATRIX": str(matrix)}
    started = time.monotonic()
    done = processes.run(command, seconds=limits.build_seconds, env={**os.environ, **variables})
    if done.code is None:
        raise NotReadyError(f"building took longer than {limits.build_seconds:.0f} s (limits.build_seconds)")
    if done.code != 0:
        raise NotReadyError(f"nox could not build it: {_last_words(done)}")
    return time.monotonic() - started


def _interpreter(minor: str | None) -> Path:
    """Whose environment it will be. A runtime without Python lies in one all the same, and any will do."""
    if minor is None:
        return Path(sys.executable)
    interpreter = interpreters.find_or_download(minor)
    if interpreter is None:
        raise NotReadyError(interpreters.missing(minor))
    return interpreter


def _last_words(done: processes.Completed) -> str:
    lines = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith("nox >")]
    return " ".join((telling or lines)[-6:])[:800]


KIND = Kind(
    name="local",
    plain=True,
    keys=Keys,
    needs=("python",),
    check=check,
    missing=missing,
    doubt=doubt,
    requirements=requirements,
    lock=lock,
    build=build,
    forget=forget,
    session=session,
)
