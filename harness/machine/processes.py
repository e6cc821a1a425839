"""The only module that starts processes: argument lists, an explicit environment, a deadline, no shell."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
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

_ENGINES_HELPERS = frozenset(
    {"conmon", "crun", "runc", "podman", "catatonit", "fuse-overlayfs", "slirp4netns", "pasta"}
)
_PR_SET_CHILD_SUBREAPER = 36  # see prctl(2)
_TICK = 0.02  # seconds; /proc counts in hundredths
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
    """Start a process in a session of its own, with ways to its input and output and its errors going to ``log``.

    Its output is a socket: a pipe could be opened through ``/proc`` by whatever else the user runs, a model among it.

    Raises StoppedError.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs, _STARTING:
        raise_if_stopped()
        adopt_orphans()
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.PIPE,
            stdout=theirs.fileno(),
            stderr=log,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            bufsize=0,
        )
        _LIVE.add(process)
        process.stdout = open(ours.detach(), "rb", buffering=0)  # noqa: SIM115  # closed by who has it
    return process


def adopt_orphans() -> None:
    """From here on a process becomes ours, not init's, when a process that came from here ends before it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(since: float) -> None:
    """KILL to what was left to us by processes that have ended, and all that came from it.

    Parameters
    ----------
    since : of the clock of `booted`; what began before it is not touched.
    """
    until = time.monotonic() + TERM_SECONDS  # it may fork faster than we kill
    with _STARTING:  # else a process that is being started would be taken for one
        while found := _orphans(since):
            for pid in found:
                kill(pid)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > until:
                return
            time.sleep(0.001)


def booted() -> float:
    """Seconds since the machine was started, as /proc counts the beginnings of processes."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _orphans(since: float) -> list[int]:
    ours = {process.pid for process in _LIVE}
    found = []
    for pid, stat in each("stat"):
        fields = stat.rpartition(b")")[2].split()
        is_child = int(fields[1]) == os.getpid() and pid not in ours
        began = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        if is_child and began >= since - _TICK and not _is_an_engines(pid):
            found.append(pid)
    return found


def _is_an_engines(pid: int) -> bool:
    """Whether it is a helper that a container engine leaves on purpose; containers of other guests hang on it."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name in _ENGINES_HELPERS
    except OSError:
        return False


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
