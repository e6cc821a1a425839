"""Programs and folders that the harness works with."""

from __future__ import annotations

import functools
import os
import platform
import shutil
from pathlib import Path

from harness.errors import MachineError

#: The checkout: noxfile.py and matrix.yaml stand beside the package.
ROOT = Path(__file__).resolve().parents[2]
#: The package that runs inside environments, as source.
GUEST = Path(__file__).resolve().parents[1] / "guest"


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
    """Where environments, resolved locks and the staged guest are kept between runs: ``.nox``."""
    return Path(os.environ.get("NOXENVDIR", ROOT / ".nox")).resolve()


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
