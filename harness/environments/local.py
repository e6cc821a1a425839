"""Virtual environments on this machine: each is made by one nox session, with uv.

The session's name is ``environment-NAME``. It installs the lock, wheels only and by hash, into a folder that is named
by what it is to hold: environment, kind, platform, Python and lock. So two that differ never share one, whatever their
names and matrices. A stamp within says which interpreter it was made with; while that holds, it is used as it is.

Its wheels may come from a further index, which a variable names: those of the night, which are no releases.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from filelock import FileLock
from pydantic import AfterValidator, Field

from harness.environments import (
    Command,
    LackingError,
    NotReadyError,
    control_group,
    file_states,
    from_source,
    keys,
    own_wheels,
    variables,
)
from harness.environments import lock as locks
from harness.environments.kind import Built, Kind, Session
from harness.environments.lock import Lock
from harness.errors import MachineError, shown
from harness.files import replace_text, writing
from harness.machine import interpreters, processes, tools
from harness.terms import AsOf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import nox

    from harness.environments import Folders
    from harness.terms import Environment, Limits

_STAMP = "persistence-matrix.json"


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
    return locks.resolve(environment, asked=requirements(environment), variables=index(environment))


def index(environment: Environment) -> dict[str, str]:
    """The variables that give uv an environment's further index. Raises LackingError when nobody says which."""
    name = Keys.read(environment).index
    if name is None:
        return {}
    url = os.environ.get(name)
    if not url:
        raise LackingError(f"nobody says which index it is to be had from: set the variable {name}")
    # Of a package that both have, the newer one counts, and development versions do.
    return {"UV_INDEX": url, "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_PRERELEASE": "allow"}


def limited(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`."""
    built = build(environment, lock, folders=folders, limits=limits)
    return control_group.limited(built, folders=folders, limits=limits)


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """As `limited`, with the plain command of a guest: other kinds run it in another way."""
    place, seconds = folder(environment, lock), None
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock")):  # another command may be at it
        python = ready(environment, lock)
        if python is None:
            seconds = _run_session(environment, lock, limits, folders.matrix)
            python = ready(environment, lock)
    if python is None:
        raise NotReadyError(f"nox session environment-{environment.name} ended well and left no Python")
    return Built(
        environment=environment,
        lock=lock,
        seconds=seconds,
        how="reused: same lock" if seconds is None else "built by nox with uv",
        command=Command(argv=(str(python), "-I", str(folders.stage)), variables=variables.of_guest(environment)),
    )


def forget(environment: Environment, lock: Lock) -> None:
    """See `Kind`."""
    (folder(environment, lock) / _STAMP).unlink(missing_ok=True)


def folder(environment: Environment, lock: Lock) -> Path:
    """Where an environment lies that holds a lock."""
    held = [environment.name, environment.kind, environment.platform, environment.python, lock.digest]
    return _folders() / f"{environment.name}-{hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]}"


def ready(environment: Environment, lock: Lock) -> Path | None:
    """The Python of an environment that is there, whole, and still has the interpreter that it was made with."""
    place = folder(environment, lock)
    python = place / "bin/python"
    stamped = _stamped(place)
    return python if stamped and stamped["interpreter"] == interpreters.describe(python) else None


def held(environment: Environment, lock: Lock) -> dict[str, Any] | None:
    """See `Kind`: its interpreter, and its files where they are no longer those that were installed."""
    if "LD_LIBRARY_PATH" in variables.of_guest(environment):  # nobody knows what lies there
        return None
    place = folder(environment, lock)
    stamped = _stamped(place)
    if not stamped:
        return None
    now = file_states.digest(place)
    return {"interpreter": stamped["interpreter"], "files": None if now == stamped.get("files") else now}


def _folders() -> Path:
    return tools.workspace() / ".harness" / "environments"


def _stamped(place: Path) -> dict[str, Any]:
    """What the stamp in a folder says; nothing where there is none, or not a whole one."""
    try:
        held = json.loads((place / _STAMP).read_text())
    except (OSError, ValueError):
        return {}
    whole = isinstance(held, dict) and isinstance(held.get("interpreter"), dict)
    return held if whole else {}


def stamp(place: Path, environment: Environment) -> None:
    """Say that everything is installed; remove what the same environment of the same matrix held before."""
    told = interpreters.describe(place / "bin/python")
    said = {"environment": environment.name, "matrix": os.environ.get("HARNESS_MATRIX", ""), "interpreter": told}
    said["files"] = file_states.digest(place)
    replace_text(place / _STAMP, json.dumps(said))
    for other in _folders().iterdir():
        held = _stamped(other)
        if other != place and all(held.get(key) == said[key] for key in ("environment", "matrix")):
            shutil.rmtree(other, ignore_errors=True)


def session(environment: Environment) -> Session:
    """See `Kind`."""
    return installing(environment, partial(lock, environment), variables=partial(index, environment))


def installing(
    environment: Environment,
    lock: Callable[[], Lock],
    *,
    variables: Callable[[], Mapping[str, str]] = dict,
    more: Callable[[str, Path], tuple[str, ...]] | None = None,
) -> Session:
    """A session that makes a virtual environment of its own Python, or of any if it has none, and installs a lock.

    Parameters
    ----------
    lock : makes it, where the session is given no file with one.
    variables : for uv.
    more : a further command, of the lock's text and the place of the virtual environment.
    """

    def run(session: nox.Session) -> None:
        try:
            python = _interpreter(environment.python)
            given = Path(session.posargs[0]).resolve() if session.posargs else None
            file = given or replace_text(locks.wanted(environment), lock().text)
        except (NotReadyError, MachineError) as error:
            session.error(str(error))
        held = Lock(text=file.read_text())
        try:
            text, links = from_source.installable(held.text, locks.wheels(environment, held))
        except (NotReadyError, MachineError) as error:
            session.error(str(error))
        named = replace_text(file.with_name(f"{file.name}.installable"), text)
        place = folder(environment, held)
        shutil.rmtree(place, ignore_errors=True)
        uv = tools.uv()
        # Of uvx the noxfile lies in uv's cache, and uv refuses to work from there.
        session.chdir(tools.workspace())
        session.run(uv, "venv", "--quiet", "--no-project", "--python", str(python), str(place), external=True)
        sync = (uv, "pip", "sync", "--quiet", "--python", str(place / "bin/python"), "--require-hashes", *links)
        sync = (*sync, "--only-binary", ":all:", *own_wheels.options(environment))
        session.run(*sync, str(named), external=True, env={**variables()})
        if more is not None:
            session.run(*more(file.read_text(), place), external=True)
        stamp(place, environment)

    return Session(description=f"Build {environment.name}: wheels only, by hash.", run=run, python=None)


def _run_session(environment: Environment, lock: Lock, limits: Limits, matrix: Path | None) -> float:
    _interpreter(environment.python)  # found, or downloaded, before nox is asked
    path = replace_text(locks.wanted(environment), lock.text)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "nox",
        "--noxfile",
        tools.NOXFILE,
        "--non-interactive",
    ]
    command += ["--envdir", tools.workspace(), "--session", f"environment-{environment.name}"]
    command += ["--", path]
    # The noxfile is a program of its own: this is how it is told which matrix.
    variables = {"NOX_SCRIPT_MODE": "none", "NO_COLOR": "1"}
    variables |= {} if matrix is None else {"HARNESS_MATRIX": str(matrix)}
    started = time.monotonic()
    # After a kill of this process it would go on, beside the one of a run that is resumed.
    ending = control_group.launched(tuple(map(str, command)), ends=True)
    done = processes.run(ending, seconds=limits.build_seconds, env={**os.environ, **variables})
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
        raise LackingError(interpreters.missing(minor))
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
    build=limited,
    forget=forget,
    held=held,
    session=session,
)
