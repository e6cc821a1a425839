"""The one door: what goes through it and that nothing stays behind it."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from harness.machine import processes


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_output_and_code() -> None:
    done = processes.run([sys.executable, "-c", "import sys; print('é'); sys.exit(3)"], seconds=20)
    assert (done.code, done.stdout) == (3, "é\n")


def test_it_sees_no_input() -> None:
    assert processes.run(["cat"], seconds=20).code == 0


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(OSError, match="no-such-program"):
        processes.run(["/no-such-program"], seconds=1)


def test_the_deadline_takes_the_whole_session(monkeypatch) -> None:
    monkeypatch.setattr(processes, "TERM_SECONDS", 0.2)
    # A child in a process group of its own, as a shell with job control would start it, that does not heed TERM.
    stubborn = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); pid = os.fork()\n"
        "if pid: print(pid, flush=True)\nelse: os.setpgid(0, 0)\n"
        "time.sleep(100)"
    )
    done = processes.run([sys.executable, "-c", stubborn], seconds=1.0)
    assert done.code is None
    assert done.seconds < 10
    deadline = time.monotonic() + 5  # the kernel takes its time to carry out a KILL
    while alive(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(int(done.stdout))
    assert not processes._LIVE


def test_a_failure_of_one_worker_ends_what_the_others_wait_for() -> None:
    outcomes: list[BaseException] = []
    threads = threading.active_count()  # other tests may have some

    def wait_long() -> None:
        try:
            processes.run(["sleep", "100"], seconds=100)
        except processes.StoppedError as error:
            outcomes.append(error)
            try:
                processes.start(["sleep", "100"], env=dict(os.environ), cwd=None, log=None)  # type: ignore[arg-type]
            except processes.StoppedError as again:
                outcomes.append(again)

    def interrupted() -> None:
        with processes.workers(2) as pool:
            for _ in range(4):
                pool.submit(wait_long)
            while len(processes._LIVE) < 2:
                time.sleep(0.01)
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - started < 10
    assert len(outcomes) >= 4  # of the two that were at work; others may have begun meanwhile
    assert not processes._LIVE
    assert threading.active_count() == threads
    assert processes.run(["true"], seconds=20).code == 0  # the door is open again


#: Leaves a process in a session of its own, with no variables, tells its number, and is killed.
LEAVER = """
import os, signal
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(1, b"%d\\n" % os.getpid())
        os.execve("/bin/sleep", ["sleep", "600"], {})
    os._exit(0)
os.wait()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nothing_is_left_of_what_hid_and_killed_its_guest(tmp_path) -> None:
    since = processes.booted()
    with (tmp_path / "log").open("wb") as log:
        process = processes.start([sys.executable, "-c", LEAVER], env={}, cwd=tmp_path, log=log)
    assert process.stdin is not None
    assert process.stdout is not None
    left = int(process.stdout.readline())
    process.wait()
    assert alive(left)
    processes.end_orphans(processes.booted() + 1)
    assert alive(left)  # what is older is another's
    processes.end_orphans(since)
    assert not alive(left)
    process.stdin.close()
    process.stdout.close()
    processes.stop(process)


def test_the_output_of_a_guest_cannot_be_opened_by_another(tmp_path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = processes.start(["cat"], env=dict(os.environ), cwd=tmp_path, log=log)
    with pytest.raises(OSError, match="No such device"):
        os.open(f"/proc/{process.pid}/fd/1", os.O_WRONLY)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"heard")
    process.stdin.close()
    assert process.stdout.read(5) == b"heard"
    process.stdout.close()
    processes.stop(process)
