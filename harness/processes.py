"""The one door to processes: argument lists, an explicit environment, a deadline, no shell."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Every process that is running now, so that an interrupted run leaves none behind.
_LIVE: set[subprocess.Popen[bytes] | subprocess.Popen[str]] = set()

TERM_SECONDS = 5.0  # how long a process may take to end by itself before it is killed


@dataclass(frozen=True, kw_only=True)
class Completed:
    code: int | None  # None: it was stopped at its deadline
    stdout: str
    stderr: str
    seconds: float


def run(
    argv: Sequence[str | Path],
    *,
    seconds: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Completed:
    """Run to the end or to the deadline; the whole process group goes with it.

    Raises OSError when the program cannot be started.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    code: int | None = None
    _LIVE.add(process)
    try:
        out, err = process.communicate(timeout=seconds)
        code = process.returncode
    except subprocess.TimeoutExpired:
        stop(process)
        out, err = process.communicate()
    except BaseException:
        stop(process)
        raise
    finally:
        _LIVE.discard(process)
    return Completed(code=code, stdout=out, stderr=err, seconds=time.monotonic() - started)


def start(argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, with pipes to its input and output and its errors going to ``log``."""
    process = subprocess.Popen(
        [str(word) for word in argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=dict(env),
        cwd=cwd,
        start_new_session=True,
        bufsize=0,
    )
    _LIVE.add(process)
    return process


def stop_all() -> None:
    """Stop every process that was started here and still runs."""
    for process in list(_LIVE):
        stop(process)


def stop(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """TERM to its group, a deadline, then KILL to all that is left of its session."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        try:
            process.wait(TERM_SECONDS)
        except subprocess.TimeoutExpired:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
    for pid in _members(process.pid):
        _signal(pid)
    _LIVE.discard(process)


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _signal(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _members(session: int) -> list[int]:
    """Processes that are still in a session: children in groups of their own whose leader is gone."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended while we looked
                continue
            if int(fields[3]) == session:
                found.append(int(entry.name))
    return found
