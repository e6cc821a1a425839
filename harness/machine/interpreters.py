"""Finds Pythons: under pyenv, on PATH, and uv's own.

python-discovery does not serve instead. Of pyenv's versions it finds only those that are activated, and it may answer
with the virtual environment that the harness runs in.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path

from packaging.version import InvalidVersion, Version

from harness.machine import processes, tools

DOWNLOAD_SECONDS = 120.0
#: What a Python says of itself; for every Python 3.
_DESCRIPTION = """
import json, platform, sys, sysconfig
print(json.dumps({
    "version": platform.python_version(), "implementation": platform.python_implementation(), "build": sys.version,
    "flags": getattr(sys, "abiflags", ""), "platform": sysconfig.get_platform(),
    "libc": " ".join(platform.libc_ver(sys.executable)),
}))
"""


@functools.cache
def find(minor: str) -> Path | None:
    """The interpreter for a minor version such as "3.12", or None.

    pyenv's versions are tried first and by path: its shims on PATH exist for every version and run for few.
    """
    for candidate in [*_installed_by_pyenv(minor), *_on_path(minor), *_installed_by_uv(minor)]:
        if _answers(candidate, minor):
            return candidate
    return None


def find_or_download(minor: str) -> Path | None:
    """Like `find`; if there is none, ask uv to install one of its own, which needs a network."""
    found = find(minor)
    if found is None and obtainable(minor):
        env = {**os.environ, "UV_HTTP_RETRIES": "0"}  # without a network, one try is enough
        processes.run([tools.uv(), "python", "install", minor, "--no-bin"], seconds=DOWNLOAD_SECONDS, env=env)
        find.cache_clear()
        found = find(minor)
    return found


def obtainable(minor: str) -> bool:
    """Whether there is one, or uv may download one."""
    return os.environ.get("UV_PYTHON_DOWNLOADS", "automatic") in ("automatic", "1", "true") or find(minor) is not None


def missing(minor: str) -> str:
    """The message for a Python that is missing: what to do."""
    return (
        f"no Python {minor} on PATH, under pyenv or among uv's own: "
        f"install it with `uv python install {minor}` or `pyenv install {minor}`"
    )


def _installed_by_pyenv(minor: str) -> list[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return sorted((root / "versions").glob(f"{minor}.*/bin/python"), key=_age, reverse=True)


def _age(python: Path) -> Version:
    try:
        return Version(python.parent.parent.name)
    except InvalidVersion:  # such as 3.13.0t, which is built without the global lock
        return Version("0")


def _on_path(minor: str) -> list[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    return [folder / f"python{minor}" for folder in folders if folder.name != "shims"]


def _installed_by_uv(minor: str) -> list[Path]:
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    root = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    return sorted(root.glob(f"cpython-{minor}.*/bin/python{minor}"), reverse=True)


def describe(python: Path) -> dict[str, str] | None:
    """What an interpreter says of itself: version, implementation, build, flags, platform; None: it does not run."""
    if not python.exists():
        return None
    try:
        # Without site, which would run what packages in a virtual environment bring as .pth files.
        told = json.loads(processes.run([python, "-I", "-S", "-c", _DESCRIPTION], seconds=20).stdout)
    except (OSError, ValueError):
        return None
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else None


def _answers(candidate: Path, minor: str) -> bool:
    """Whether it is a CPython of that minor as wheels are built for: no debug build, none without the global lock."""
    told = describe(candidate)
    # "m" is Python's own allocator, which every build before 3.8 says that it has.
    if told is None or told["implementation"] != "CPython" or told["flags"] not in ("", "m"):
        return False
    return told["version"].startswith(f"{minor}.")
