"""Whoever builds an environment ends with the program that wants it, also where that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.environments import control_group, local
from harness.environments.lock import Lock
from harness.machine import processes
from harness.terms import Limits

from tests.conftest import environment

ROOT = Path(__file__).parents[2]
NOXFILE = """
import nox, sys


@nox.session(venv_backend="none")
def build(session):
    session.run(sys.executable, "-c", "import os, sys, time; print(os.getpid(), file=open(sys.argv[1], 'w'), flush=True); time.sleep(600)", session.posargs[0], external=True)
"""
HOST = """
import os, sys
from harness.environments import control_group
from harness.machine import processes
nox = (sys.executable, "-m", "nox", "--noxfile", sys.argv[1], "--session", "build", "--", sys.argv[2])
processes.run(control_group.launched(nox, ends=sys.argv[3] == "True"), seconds=600)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("ends", [True, False])
def test_what_nox_has_started_ends_with_a_host_that_is_killed(tmp_path, ends) -> None:
    """Also without it, to see that it would go on."""
    noxfile, told = tmp_path / "noxfile.py", tmp_path / "pid"
    noxfile.write_text(NOXFILE)
    host = subprocess.Popen([sys.executable, "-c", HOST, noxfile, told, str(ends)], cwd=ROOT)
    deadline = time.monotonic() + 120
    while not (told.exists() and told.read_text().endswith("\n")):
        assert host.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    builder = int(told.read_text())
    host.send_signal(signal.SIGKILL)
    host.wait()
    try:
        deadline = time.monotonic() + (120 if ends else 1.5)
        while alive(builder) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert alive(builder) is not ends
    finally:
        if alive(builder):
            processes.kill(builder)


def test_environments_are_built_so(monkeypatch) -> None:
    begun = []

    def run(words, **_):
        begun.append(words)
        return processes.Completed(code=0, stdout="", stderr="", seconds=0.0)

    monkeypatch.setattr(local, "_interpreter", lambda _: Path(sys.executable))
    monkeypatch.setattr(local.processes, "run", run)
    local._run_session(environment("x"), Lock(text=""), Limits(), None)
    (words,) = begun
    assert words[:5] == control_group.launched((), ends=True)
    assert words[6:8] == ("-m", "nox")
