"""A limit of memory while one file is read. For POSIX; whoever only asks or inspects does not import it."""

from __future__ import annotations

import contextlib
import resource
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Bytes that reading one table may take; one of a million cells takes less than half.
MOST_MEMORY = 4 * 1024**3
_STATUS = Path("/proc/self/status")
_BOUNDING = threading.Lock()  # a limit of memory is the whole process's


@contextlib.contextmanager
def bounded(name: object) -> Iterator[None]:
    """Let what is done within take `MOST_MEMORY` and no more: a small file may hold more than a machine has.

    Raises InputError, which names the file, where more is needed.
    """
    with _BOUNDING:
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = _held() + MOST_MEMORY
        if soft == resource.RLIM_INFINITY or most < soft:
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
        try:
            yield
        except MemoryError as error:
            most = MOST_MEMORY >> 20
            raise InputError(f"{name}: reading it takes more than {most} MiB of memory: take another copy") from error
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _held() -> int:
    """Bytes that count already, see getrlimit(2)."""
    lines = _STATUS.read_text().splitlines() if _STATUS.exists() else ()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
