"""Virtual environments on this machine: each is one nox session with the uv backend.

The session's name is ``environment-NAME``. It installs the lock, wheels only and by hash, and leaves a stamp with
its Python and the lock's digest; while the stamp holds, the environment is used as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import Built, Command, NotReadyError, variables
from harness.environments import lock as lock_files
from harness.files import replace_text
from harness.machine import interpreters, processes, tools

if TYPE_CHECKING:
    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits


def missing(environment: Environment) -> str | None:
    """See `harness.environments.Kind`. Its Python may be: an environment that is there needs no other."""
    if environment.platform != tools.native_platform():
        return f"this machine is {tools.native_platform()}: a local environment cannot be {environment.platform}"
    return None


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.Kind`."""
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
    """See `harness.environments.Kind`."""
    unstamp(environment.name)


def stamp(name: str, lock_text: str, location: str) -> None:
    """Called by the nox session when everything is installed."""
    path = _stamp_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    python = Path(location).absolute() / "bin/python"
    path.write_text(json.dumps({"python": str(python), "lock": hashlib.sha256(lock_text.encode()).hexdigest()}))


def unstamp(name: str) -> None:
    """Called by the nox session before anything is installed: a half-built environment is none."""
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
    path = replace_text(lock_files.wanted(environment), lock.text)
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
