"""Shared memory that is a guest's alone: counted, cleared after each child, and gone with the guest."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from harness import terms
from harness.environments import Command, Folders, control_group, launcher, local
from harness.environments.kind import Built
from harness.environments.lock import Lock
from harness.guest import shared_memory

from tests.conftest import environment

SUPERVISED = Path(__file__).parents[1] / "guest/supervised.py"
SYSTEM = Path("/usr/bin/python3")  # one that an ordinary user may run, wherever the tests' own lies
ORDINARY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
LIMITS = {"seconds": 20, "memory": 64 << 20}


def own(*argv: object, group: control_group.Group | None = None) -> tuple[str, ...]:
    command = control_group.launched(tuple(map(str, argv)), group=group, shared=2 * LIMITS["memory"])
    if subprocess.run(own_or_not(command), capture_output=True, text=True, check=True).stdout != "True\n":
        pytest.skip("this machine lets nobody have a shared memory of its own")
    return command


def own_or_not(command: tuple[str, ...]) -> tuple[str, ...]:
    told = f"import runpy; print(runpy.run_path({str(shared_memory.__file__)!r})['is_own']())"
    return (*command[:4], json.dumps({**json.loads(command[4]), "group": None}), sys.executable, "-c", told)


def served(command: tuple[str, ...], folder: Path, *deeds: str) -> dict[str, dict]:
    """Events of a supervisor by the deed, each in a child of its own."""
    variables = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=variables
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        tasks = [[{"id": deed, "deed": deed, "module": "unheard_of"}] for deed in deeds]
        process.stdin.write(json.dumps({"do": "load", "batches": tasks, "limits": LIMITS}) + "\n")
        process.stdin.flush()
        found = {}
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "done":
                break
            found[event["id"]] = event
        process.stdin.close()
        process.wait(20)
    return found


def test_what_nobody_maps_counts(tmp_path) -> None:
    found = served(own(sys.executable, "-I", SUPERVISED), tmp_path, "fill_shared_memory", "good")
    assert (found["fill_shared_memory"]["event"], found["fill_shared_memory"]["memory"]) == ("died", True)
    assert found["good"]["event"] == "cell"


def test_no_child_finds_what_another_left(tmp_path) -> None:
    found = served(own(sys.executable, "-I", SUPERVISED), tmp_path, "leave_in_shared_memory", "list_shared_memory")
    assert found["leave_in_shared_memory"]["answer"] == ["folder", "left"]
    assert found["list_shared_memory"]["answer"] == []


LEAVING = """
import ctypes, os, sys
open("/dev/shm/" + sys.argv[1], "w").write("x")
assert ctypes.CDLL(None).shmget(int(sys.argv[2]), 4096, 0o1666) >= 0
print(os.getuid(), os.path.exists("/dev/shm/" + sys.argv[1]))
"""


@pytest.mark.parametrize("ordinary", [False, True], ids=["whoever runs the tests", "an ordinary user"])
def test_nothing_of_it_is_left(ordinary, tmp_path) -> None:
    name, key = f"left-{uuid.uuid4()}", uuid.uuid4().int % 2**30 + 1
    python, before = sys.executable, ()
    user = os.geteuid()
    if ordinary:
        if user != 0 or not SYSTEM.exists():
            pytest.skip("only root can be another user")
        python, before, user = str(SYSTEM), ORDINARY, 65534
    copy = tmp_path / "launcher.py"
    copy.write_text(Path(launcher.__file__).read_text())
    for folder in (tmp_path, *list(tmp_path.parents)[:-2]):  # pytest's are its user's alone
        folder.chmod(0o755)
    order = json.loads(own("true")[4])
    command = (*before, python, "-I", "-S", copy, json.dumps(order), python, "-c", LEAVING, name, str(key))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{user} True\n"
    assert not Path("/dev/shm", name).exists()
    assert all(int(line.split()[0]) != key for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:])


def test_where_it_cannot_be_had_the_program_runs_all_the_same(monkeypatch, capfd) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "unshare")

    class Become(Exception):  # noqa: N818  # what the launcher does at its end
        pass

    def become(*_: object) -> None:
        raise Become

    order = json.loads(control_group.launched(("true",), group=None, shared=1 << 20)[4])
    monkeypatch.setattr(launcher, "_call", refused)
    monkeypatch.setattr(launcher.os, "execvp", become)
    monkeypatch.setattr(sys, "argv", ["launcher.py", json.dumps(order), "true"])
    with pytest.raises(Become):
        launcher.main()


def test_both_sides_call_it_the_same() -> None:
    assert launcher.MARK == shared_memory._NAME
    assert not shared_memory.is_own()  # this process has everybody's
    assert shared_memory.held() == 0


@pytest.mark.parametrize("has_groups", [True, False])
def test_a_local_guest_has_one_and_a_group_or_its_row_says_so(monkeypatch, tmp_path, has_groups) -> None:
    def build(one, lock, **_):
        return Built(environment=one, lock=lock, seconds=None, how="made", command=Command(argv=("python", "-I")))

    monkeypatch.setattr(local, "build", build)
    monkeypatch.setattr(control_group, "_parent", lambda _: tmp_path if has_groups else None)
    limits = dataclasses.replace(terms.Limits(), memory=1 << 30)
    folders = Folders(stage=tmp_path, scratch=tmp_path / "spool")
    built = local.KIND.build(environment("x"), Lock(text=""), folders=folders, limits=limits)
    order = json.loads(built.command.argv[4])
    assert built.command.argv[5:] == ("python", "-I")
    assert order["shared"] == 2 << 30
    assert (order["group"] is not None, bool(built.command.after)) == (has_groups, has_groups)
    assert built.how == ("made" if has_groups else "made, no control group")
    if has_groups:
        assert (order["settings"]["memory.max"], "pids.max" in order["settings"]) == (str(3 << 30), False)


def test_a_group_ends_what_no_look_sees(tmp_path) -> None:
    """Memory that has no name and is not mapped: only a control group counts it."""
    group = control_group.of(tmp_path, 96 << 20)
    if group is None:
        pytest.skip(str(control_group.missing()))
    hoard = "import os; f = os.memfd_create('x')\nfor _ in range(64): os.write(f, bytes(4 << 20))\nprint('all')"
    done = subprocess.run(own(sys.executable, "-c", hoard, group=group), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-9, "")
    subprocess.run(group.removal, check=True)
    assert not group.folder.exists()
