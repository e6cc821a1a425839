"""A sandbox for real: what is tried in there comes to nothing, and what lies around it is untouched."""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness import terms
from harness.environments import Command, Folders, bubblewrap, control_group, local, sandboxed
from harness.environments.kind import Built
from harness.environments.lock import Lock
from harness.machine import processes

from tests.conftest import environment
from tests.live import escaping
from tests.live.conftest import ROOT

SANDBOXED = environment("x", kind="sandboxed")
NOBODY = 65534
#: One that an ordinary user may run, wherever the tests' own lies.
SYSTEM = Path("/usr/bin/python3")
ORDINARY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
IS_ROOT = os.geteuid() == 0


@pytest.fixture(autouse=True)
def possible() -> None:
    why = sandboxed.missing(dataclasses.replace(SANDBOXED, platform=local.tools.native_platform()))
    if why is not None:
        pytest.skip(why)


@pytest.fixture
def folders(tmp_path) -> Folders:
    """Below a folder that nobody else may enter, as a home is."""
    home = tmp_path / "home"
    made = Folders(stage=home / "stage", artifacts=home / "objects", scratch=home / "spool/x")
    for folder in (made.stage, made.artifacts, made.scratch):
        folder.mkdir(parents=True)
    (made.artifacts / "one").write_text("one")
    shutil.copy(escaping.__file__, made.stage / "__main__.py")
    home.chmod(0o700)
    return made


def started(monkeypatch, folders: Folders, *, ordinary: bool, memory: int = 256 * 1024**2) -> Command:
    """The command of a guest in an environment without packages."""
    if ordinary and IS_ROOT:
        if not SYSTEM.exists():
            pytest.skip(f"an ordinary user needs {SYSTEM}")
        monkeypatch.setattr(bubblewrap.os, "geteuid", lambda: NOBODY)
        monkeypatch.setattr(bubblewrap.os, "getegid", lambda: NOBODY)
        monkeypatch.setattr(control_group, "of", lambda *_: None)
        monkeypatch.setattr(control_group, "_LAUNCHER", (str(SYSTEM), *control_group._LAUNCHER[1:]))
        home = folders.stage.parent
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        for parent in list(home.parents)[:-2]:  # pytest's are its user's alone
            parent.chmod(0o755)
    place = folders.stage.parent / "environment"
    python = SYSTEM if ordinary and IS_ROOT else sys.executable
    subprocess.run([python, "-m", "venv", "--without-pip", place], check=True)

    def build(one, lock, **_):
        argv = (str(place / "bin/python"), "-I", str(folders.stage))
        return Built(environment=one, lock=lock, seconds=None, how="", command=Command(argv=argv))

    monkeypatch.setattr(local, "build", build)
    limits = terms.Limits(memory=memory)
    command = sandboxed.build(SANDBOXED, Lock(text=""), folders=folders, limits=limits).command
    return dataclasses.replace(command, argv=(*(ORDINARY if ordinary and IS_ROOT else ()), *command.argv))


def ended(command: Command, folders: Folders, *words: str) -> subprocess.CompletedProcess[str]:
    variables = {**command.variables, "TMPDIR": str(folders.scratch)}
    done = subprocess.run([*command.argv, *words], env=variables, capture_output=True, text=True, timeout=120, cwd="/")
    if command.after:
        processes.run(command.after, seconds=20)
    return done


class Listener:
    """Something of the host that waits for a connection; none may come."""

    def __init__(self, family: int, address: object) -> None:
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind(address)
        self.socket.listen()
        self.socket.setblocking(False)

    def touched(self) -> bool:
        try:
            self.socket.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def host(tmp_path):
    """What a hostile model may look for."""
    secret = tmp_path / "home/secret.txt"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text("secret")
    abstract, variable = f"canary-{os.getpid()}", f"CANARY={os.urandom(8).hex()}"
    path = tmp_path / "home/socket"
    inet = Listener(socket.AF_INET, ("127.0.0.1", 0))
    listeners = [inet, Listener(socket.AF_UNIX, "\0" + abstract), Listener(socket.AF_UNIX, str(path))]
    name, _, value = variable.partition("=")
    other = subprocess.Popen(["sleep", "600"], env={name: value})
    yield SimpleNamespace(
        secret=secret, abstract=abstract, variable=variable, socket=path, listeners=listeners, other=other,
        port=inet.socket.getsockname()[1],
    )  # fmt: skip
    other.kill()
    other.wait()
    for one in listeners:
        one.socket.close()


def everything(folder: Path, but: Path) -> dict[str, tuple[int, int]]:
    """What lies in a folder, with what would tell of a change."""
    paths = [path for path in folder.rglob("*") if but not in (path, *path.parents)]
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in paths}


@pytest.mark.parametrize("ordinary", [False, True], ids=["as whoever runs the tests", "as an ordinary user"])
def test_a_hostile_guest_finds_no_way_out(monkeypatch, folders, host, ordinary) -> None:
    command = started(monkeypatch, folders, ordinary=ordinary)
    home = folders.stage.parent
    python = home / "environment/bin/python"
    told = {
        "secrets": [str(host.secret), "/etc/passwd", "/etc/shadow", "/root/.bashrc", "/home/x/.profile", str(ROOT / "README.md"),
                    "/var/log/dpkg.log", "/run/utmp", "/sys/class/net/lo", "/proc/kcore", "/proc/1/root/etc/passwd"],
        "closed": ["/new", "/usr/new", "/etc/new", "/dev/new", "/run/new", str(python), str(folders.stage / "new"),
                   str(folders.artifacts / "one"), str(folders.artifacts / "new"), str(Path(sys.base_prefix) / "lib/new"),
                   "/proc/sys/kernel/core_pattern", "/proc/sys/user/max_user_namespaces", "/proc/sysrq-trigger",
                   "/proc/1/mem"],
        "variable": host.variable, "port": host.port, "abstract": host.abstract, "socket": str(host.socket),
        "pid": host.other.pid,
    }  # fmt: skip
    before = everything(home, but=folders.scratch)
    shared = set(os.listdir("/dev/shm"))
    done = ended(command, folders, json.dumps(told))
    found = json.loads(done.stdout or "null")
    assert found is not None, done.stderr
    assert {name: how for name, how in found["outcomes"].items() if how.startswith("done")} == {}
    assert len(found["outcomes"]) > 50
    assert not found["secret"]
    assert found["processes"] <= 3
    assert found["here"].startswith("done")
    status = found["status"]
    assert set(status["Uid"]) == set(status["Gid"]) == {str(NOBODY)}
    assert int(status["CapEff"][0], 16) == 0
    assert status["Seccomp"] == ["2"]
    roots = found["roots"]
    assert set(roots["/dev"]) == {"fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"}
    shown = {"alternatives", "ld.so.cache"}
    assert all(name in shown or fnmatch.fnmatch(name, "java-*-openjdk") for name in roots["/etc"])
    assert roots["/sys"] == ["devices"]
    assert not {"home", "run", "var", "mnt", "opt", "boot", "srv"} & set(roots["/"]) - {
        *home.parts,
        *Path(sys.base_prefix).parts,
    }
    # Around it.
    assert everything(home, but=folders.scratch) == before
    assert host.other.poll() is None
    assert not any(one.touched() for one in host.listeners)
    assert set(os.listdir("/dev/shm")) <= shared
    alive = folders.scratch / "alive"
    size = alive.stat().st_size
    time.sleep(0.3)
    assert alive.stat().st_size == size  # it ended with the guest


def test_files_in_memory_count_for_the_whole_tree(monkeypatch, folders) -> None:
    if sandboxed.unlimited():
        pytest.skip(str(sandboxed.unlimited()))
    monkeypatch.setattr(sandboxed, "BASE_MEMORY", 64 * 1024**2)
    (folders.stage / "__main__.py").write_text(
        "with open('/dev/shm/large', 'wb') as file:\n"
        "    for _ in range(48):\n        file.write(bytes(4 << 20))\n"
        "print('all')\n"
    )
    command = started(monkeypatch, folders, ordinary=False, memory=64 * 1024**2)
    done = ended(command, folders)
    assert done.returncode != 0
    assert "all" not in done.stdout
    large = started(monkeypatch, folders, ordinary=False, memory=512 * 1024**2)
    done = ended(large, folders)
    assert done.stdout == "all\n", done.stderr
    group = json.loads(command.argv[4])["group"]
    assert not Path(group).exists()
