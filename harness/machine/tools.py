"""Programs and folders that the harness works with."""

from __future__ import annotations

import functools
import os
import platform
import shutil
from pathlib import Path

import platformdirs

from harness.errors import MachineError

_PACKAGE = Path(__file__).resolve().parents[1]
#: What the package lies in: the checkout, or the folder of installed packages.
ROOT = _PACKAGE.parent
#: Whether this is a checkout, where noxfile.py and matrix.yaml stand beside the package.
IS_CHECKOUT = all((ROOT / name).is_file() for name in ("noxfile.py", "pyproject.toml", "matrix.yaml"))
#: The default matrix: the checkout's, or the copy that the wheel carries within the package.
MATRIX = (ROOT if IS_CHECKOUT else _PACKAGE) / "matrix.yaml"
#: Sessions of nox that build environments.
NOXFILE = _PACKAGE / "noxfile.py"
#: The package that runs inside environments, as source.
GUEST = _PACKAGE / "guest"


@functools.cache
def uv() -> str:
    """The path of uv. Raises MachineError if it is not installed."""
    try:
        from uv import find_uv_bin  # noqa: PLC0415

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
        if found is None:
            raise MachineError('uv is not installed; `pip install "nox[uv]"` brings it') from None
        return found


def workspace() -> Path:
    """Where environments, resolved locks and the staged guest are kept between runs.

    It is ``.nox`` in a checkout, and the user's cache otherwise. The variable NOXENVDIR names another.
    """
    return Path(os.environ.get("NOXENVDIR") or (ROOT / ".nox" if IS_CHECKOUT else cache())).resolve()


def cache() -> Path:
    """The user's folder for what can be made again."""
    return platformdirs.user_cache_path("persistence-matrix", appauthor=False)


#: Names the folder or URL where outcomes are kept for later runs, as `--cache` does.
OUTCOMES_VARIABLE = "PERSISTENCE_MATRIX_CACHE"
#: Instead of one: nothing is kept or reused.
NO_OUTCOMES = "none"


def outcomes() -> Path:
    """Where outcomes are kept for later runs, where nobody says: in the user's cache, for all checkouts."""
    return cache() / "outcomes"


def processors() -> int:
    return len(os.sched_getaffinity(0))


def quiet_processor() -> int | None:
    """The processor that measurements run on; None if there is only one. Not the first: it gets most interrupts."""
    allowed = os.sched_getaffinity(0)
    return max(allowed) if len(allowed) > 1 else None


_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7"} | dict.fromkeys(
    ("i386", "i486", "i586", "i686", "x86"), "386"
)


def native_platform() -> str:
    """The platform of this machine, as in ``matrix.yaml``: such as ``linux/amd64``."""
    return platform_of(platform.system(), platform.machine())


def platform_of(system: str, machine: str) -> str:
    """A platform as in ``matrix.yaml``, from what Python calls a machine's system and its processor."""
    return f"{system.lower()}/{_ARCHITECTURES.get(machine.lower(), machine.lower())}"
