"""Finds Pythons: under pyenv, on PATH, and uv's own.

python-discovery does not serve instead. Of pyenv's versions it finds only those that are activated, and it may answer
with the virtual environment that the harness runs in.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

from harness.machine import processes, tools

DOWNLOAD_SECONDS = 120.0


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
    return sorted((root / "versions").glob(f"{minor}.*/bin/python"), reverse=True)


def _on_path(minor: str) -> list[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    return [folder / f"python{minor}" for folder in folders if folder.name != "shims"]


def _installed_by_uv(minor: str) -> list[Path]:
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    root = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    return sorted(root.glob(f"cpython-{minor}.*/bin/python{minor}"), reverse=True)


def _answers(candidate: Path, minor: str) -> bool:
    if not candidate.exists():
        return False
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return processes.run([candidate, "-I", "-c", program], seconds=20).stdout.strip() == minor
    except OSError:
        return False
