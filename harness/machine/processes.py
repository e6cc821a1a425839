"""The only module that starts processes: argument lists, an explicit environment, a deadline, no shell."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Every process that is running now, so that an interrupted run leaves none behind.
_LIVE: set[subprocess.Popen[bytes] | subprocess.Popen[str]] = set()
_STARTING = threading.Lock()  # between a process that starts and the end of them all
_STOPPED = threading.Event()

TERM_SECONDS = 5.0  # how long a process may take to end by itself before it is killed


class StoppedError(Exception):
    """All processes were stopped and no more are started, so the last output of a process is no answer."""


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
    tidying: bool = False,
) -> Completed:
    """Run a program to its end or to its deadline; its whole process group ends with it.

    Parameters
    ----------
    argv : the program and its arguments.
    seconds : the deadline, from the start.
    env : all of its variables; None: those of this process.
    cwd : its folder; None: that of this process.
    tidying : run it even while all processes are being stopped, because it removes what they would leave behind.

    Raises
    ------
    OSError
        The program cannot be started.
    StoppedError
        All processes were stopped before it ended.
    """
    started = time.monotonic()
    with _STARTING:
        if not tidying:
            raise_if_stopped()
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
        if not tidying:
            _LIVE.add(process)
    code: int | None = None
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
    if not tidying:
        raise_if_stopped()
    return Completed(code=code, stdout=out, stderr=err, seconds=time.monotonic() - started)


def start(argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, with pipes to its input and output and its errors going to ``log``.

    Raises StoppedError.
    """
    with _STARTING:
        raise_if_stopped()
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


@contextlib.contextmanager
def workers(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that may start processes and wait for them.

    An exception in here, Ctrl-C too, stops every process, and no thread starts another: each gets StoppedError.
    """
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    except BaseException:
        _STOPPED.set()
        stop_all()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        _STOPPED.clear()


def raise_if_stopped() -> None:
    if _STOPPED.is_set():
        raise StoppedError


def stop_all() -> None:
    """Stop every process that was started here and still runs."""
    with _STARTING:
        living = list(_LIVE)
    for process in living:  # all of them first, so that they end at the same time
        if process.poll() is None:
            _signal_group(process.pid, signal.SIGTERM)
    for process in living:
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
        kill(pid)
    _LIVE.discard(process)


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def kill(pid: int) -> None:
    """KILL to a process that may have ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def each(name: str) -> Iterator[tuple[int, bytes]]:
    """The id of every process on this machine, with the content of a file of its folder in ``/proc``."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                content = (entry / name).read_bytes()
            except OSError:  # it ended while we looked, or is not ours
                continue
            yield int(entry.name), content


def _members(session: int) -> list[int]:
    """Processes that are still in a session: children in groups of their own whose leader is gone."""
    return [pid for pid, stat in each("stat") if int(stat.rpartition(b")")[2].split()[3]) == session]
