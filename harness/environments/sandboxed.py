"""Virtual environments as `local` has them, whose guests run in a sandbox: for models that nobody trusts.

bubblewrap shows a guest its environment, the Python below it, the system's libraries, and what its tasks name. The
kernel refuses it what could lead out, and a control group limits what it and all that it starts may hold. Without
bubblewrap, Docker or Podman shows it the same.
"""

from __future__ import annotations

import dataclasses
import platform
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import Command, bubblewrap, contained, control_group, local, system_calls
from harness.environments.kind import Built, Kind, Session

if TYPE_CHECKING:
    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits

BASE_MEMORY = control_group.BASE_MEMORY
#: Of a Python that is not the system's. Its prefix may be somebody's home.
_OF_PYTHON = ("bin", "lib", "lib64")
_FILTER = 9  # the descriptor that bubblewrap reads it from


def missing(environment: Environment) -> str | None:
    """See `Kind`. It holds for every kind that has sandboxes of this machine."""
    lacking = local.missing(environment)
    if lacking is not None or _makes_none() is None:
        return lacking
    return None if contained.missing() is None else f"{_makes_none()}; Docker or Podman would do, too"


def _makes_none() -> str | None:
    """Why bubblewrap makes no sandbox here; None: it does."""
    packages = bubblewrap.missing()
    if packages:
        return f"this machine lacks {', '.join(packages)} for a sandbox: `apt-get install {' '.join(packages)}`"
    return system_calls.missing() or _refusal()


def _refusal() -> str | None:
    why = bubblewrap.refused()
    if why is None:
        return None
    return (
        f"bubblewrap makes no sandbox here ({why}): it must be 0.8 or newer, and "
        "either the kernel lets you make user namespaces, or root runs the harness"
    )


def unlimited() -> str | None:
    """A sentence where memory is not limited for a guest and all that it starts as one; None where it is."""
    return control_group.missing()


def build(environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
    """See `harness.environments.kind.Build`."""
    built = local.build(environment, lock, folders=folders, limits=limits)
    return inside(built, shown(Path(built.command.argv[0])), folders=folders, limits=limits)


def inside(built: Built, places: list[Path], *, folders: Folders, limits: Limits) -> Built:
    """The same environment with its guests in sandboxes, which see these files and folders, and what tasks name."""
    view = bubblewrap.of_this_machine(places)
    if _makes_none() is not None:
        command = contained.command(built.command, built.environment, view=view, folders=folders, limits=limits)
        return dataclasses.replace(built, how=f"{built.how}, in an empty container", command=command)
    memory = limits.memory + BASE_MEMORY
    argv = bubblewrap.sandboxed(
        built.command.argv,
        view=view,
        folders=folders,
        memory=memory,
        filter_from=_FILTER,
    )
    filter_ = system_calls.compiled(platform.machine())
    group = control_group.of(folders.scratch, memory)
    command = Command(
        argv=control_group.launched(argv, group=group, content=filter_, descriptor=_FILTER),
        variables=built.command.variables,
        after=() if group is None else group.removal,
    )
    limited = "no control group" if group is None else "a control group"
    return dataclasses.replace(built, how=f"{built.how}, bubblewrap, {limited}", command=command)


def shown(python: Path) -> list[Path]:
    """The folders of the Python of a virtual environment.

    Each name on the way to the real one counts: a Python finds its library by any of them.
    """
    home = _home(python.parent.parent) / "python"
    return [python.parent.parent, *parts([*prefixes(python), *prefixes(home)])]


def parts(prefixes: list[Path]) -> list[Path]:
    """What a Python with these prefixes needs of them."""
    return [prefix / part for prefix in prefixes for part in _OF_PYTHON]


def _home(place: Path) -> Path:
    """Where a virtual environment says that its Python lies."""
    for line in (place / "pyvenv.cfg").read_text().splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home":
            return Path(value.strip())
    return place / "bin"


def prefixes(python: Path) -> list[Path]:
    """Of every file that a name leads to by links, and of the last without links among its folders."""
    found = []
    while python.is_symlink():
        python = python.parent / python.readlink()
        found.append(python.parent.parent)
    return [*found, python.parent.parent, python.resolve().parent.parent]


def session(environment: Environment) -> Session:
    """See `Kind`. Guests cannot write beside the packages, so these are compiled now."""
    return local.installing(
        environment, partial(local.lock, environment), variables=partial(local.index, environment), more=_compiling
    )


def _compiling(_: str, place: Path) -> tuple[str, ...]:
    """The command that does it. Tests are most of some packages, and no model needs them."""
    compiling = (
        "import compileall, re, sys; compileall.compile_dir(sys.argv[1], quiet=2, rx=re.compile('/tests/'), workers=0)"
    )
    return (str(place / "bin/python"), "-I", "-S", "-c", compiling, str(place / "lib"))


KIND = Kind(
    name="sandboxed",
    keys=local.Keys,
    needs=local.KIND.needs,
    check=local.check,
    missing=missing,
    doubt=local.doubt,
    requirements=local.requirements,
    lock=local.lock,
    build=build,
    forget=local.forget,
    session=session,
)
