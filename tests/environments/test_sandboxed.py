"""How guests are started in sandboxes: the commands alone. tests/live/test_sandboxed.py tries to get out of one."""

from __future__ import annotations

import base64
import errno
import json
import os
import struct
import sys
from pathlib import Path

import pytest

from harness import terms
from harness.environments import (
    Command,
    Folders,
    bubblewrap,
    container_engine,
    contained,
    control_group,
    launcher,
    local,
    sandboxed,
    system_calls,
)
from harness.environments.kind import Built
from harness.environments.lock import Lock

from tests.conftest import environment

SANDBOXED = environment("x", kind="sandboxed")
LIMITS = terms.Limits(memory=1024**3)
GROUP = control_group.Group(folder=Path("/sys/fs/cgroup/x"), memory=5)


@pytest.fixture
def python(tmp_path) -> Path:
    """That of a virtual environment: a link to a link to one in a home, whose folder has a second name."""
    home = tmp_path / "home"
    real = home / "pythons/3.12.4"
    for part in ("bin", "lib", "share"):
        (real / part).mkdir(parents=True)
    (home / "private").mkdir()
    (real / "bin/python3.12").touch()
    (real / "bin/python").symlink_to("python3.12")
    (home / "pythons/3.12").symlink_to("3.12.4")
    (home / "x/bin").mkdir(parents=True)
    (home / "x/bin/python").symlink_to(home / "pythons/3.12/bin/python")
    (home / "x/pyvenv.cfg").write_text(f"home = {home}/pythons/3.12/bin\nversion = 3.12.4\n")
    return home / "x/bin/python"


@pytest.fixture
def composed(python, monkeypatch, tmp_path):
    """Compose a guest's command, as a user and with a control group or none."""

    def compose(user: int, group: control_group.Group | None = None) -> Command:
        def build(one, lock, **_):
            argv = (str(python), "-I", "stage")
            return Built(environment=one, lock=lock, seconds=None, how="reused", command=Command(argv=argv))

        monkeypatch.setattr(local, "build", build)
        monkeypatch.setattr(bubblewrap.os, "chown", lambda *_: None)
        monkeypatch.setattr(bubblewrap.os, "geteuid", lambda: user)
        monkeypatch.setattr(control_group, "of", lambda *_: group)
        folders = Folders(stage=tmp_path / "stage", artifacts=tmp_path / "objects", scratch=tmp_path / "scratch")
        return sandboxed.build(SANDBOXED, Lock(text=""), folders=folders, limits=LIMITS).command

    return compose


def pairs(argv: tuple[str, ...], word: str) -> list[tuple[str, str]]:
    return [(argv[i + 1], argv[i + 2]) for i in range(len(argv) - 2) if argv[i] == word]


@pytest.mark.parametrize("user", [0, 1000])
def test_a_guest_sees_its_environment_and_its_python_and_nothing_else_of_a_home(composed, tmp_path, user) -> None:
    argv = composed(user).argv
    home = tmp_path / "home"
    read = {there for _, there in pairs(argv, "--ro-bind")}
    assert {place for place in read if place.startswith(str(tmp_path))} == {
        str(home / "x"),
        *(str(home / "pythons" / name / part) for name in ("3.12", "3.12.4") for part in ("bin", "lib")),
        str(tmp_path / "stage"), str(tmp_path / "objects"),
    }  # fmt: skip
    system = {place for place in read if not place.startswith(str(tmp_path))}
    assert "/usr" in system
    of_java = {name for name in system if name.startswith("/etc/java-")}  # the settings of a Java that is installed
    known = {f"/{name}" for name in bubblewrap.SYSTEM} | {"/etc/ld.so.cache", "/etc/alternatives"}
    assert system - of_java <= known
    assert pairs(argv, "--bind") == [(str(tmp_path / "scratch"),) * 2]
    assert argv[-3:] == (str(home / "x/bin/python"), "-I", "stage")
    assert argv[argv.index("--seccomp") + 1] == str(sandboxed._FILTER) == str(json.loads(argv[4])["descriptor"])
    assert ("/usr/bin/setpriv" in argv) == (user == 0)


def test_a_prefix_that_is_the_whole_machine_shows_nothing_more(tmp_path) -> None:
    (tmp_path / "x/bin").mkdir(parents=True)
    (tmp_path / "x/bin/python").symlink_to("/bin/true")
    (tmp_path / "x/pyvenv.cfg").write_text("home = /bin\n")
    view = bubblewrap.of_this_machine(sandboxed.shown(tmp_path / "x/bin/python"))
    assert set(view.more) <= {tmp_path / "x", *bubblewrap._SETTINGS}


def test_the_group_is_made_by_the_command_and_removed_after_it(composed) -> None:
    command = composed(1000, GROUP)
    order = json.loads(command.argv[4])
    assert command.argv[:4] == (sys.executable, "-I", "-S", launcher.__file__)
    assert order["group"] == str(GROUP.folder)
    assert order["settings"]["memory.max"] == order["settings"]["memory.memsw.limit_in_bytes"] == "5"
    assert base64.b64decode(order["bytes"]) == system_calls.compiled(os.uname().machine)
    assert command.argv[5] == "prlimit"
    assert command.after[-2:] == ("remove", str(GROUP.folder))
    without = composed(1000)
    assert json.loads(without.argv[4])["group"] is None
    assert without.after == ()


def test_the_places_of_groups_are_read_from_what_the_kernel_tells(tmp_path) -> None:
    first = "9:name=systemd:/\n4:memory:/a/b\n1:cpu:/\n0::/\n"
    assert list(control_group.places(first, tmp_path)) == [tmp_path / "memory/a/b"]
    second = "0::/user.slice/app.slice/terminal.scope\n"
    assert list(control_group.places(second, tmp_path)) == []
    parent = tmp_path / "user.slice/app.slice"
    (parent / "terminal.scope").mkdir(parents=True)
    (parent / "terminal.scope/cgroup.subtree_control").write_text("\n")
    (parent / "cgroup.subtree_control").write_text("cpu memory pids\n")
    assert list(control_group.places(second, tmp_path)) == [parent]


def test_what_is_missing_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(local, "missing", lambda _: None)
    monkeypatch.setattr(contained, "missing", lambda: "there is neither Docker nor Podman")
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None if name == "bwrap" else f"/usr/bin/{name}")
    told = sandboxed.missing(SANDBOXED)
    assert told == (
        "this machine lacks bubblewrap for a sandbox: `apt-get install bubblewrap`; Docker or Podman would do, too"
    )
    with monkeypatch.context() as there:
        there.setattr(contained, "missing", lambda: None)
        assert sandboxed.missing(SANDBOXED) is None
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(bubblewrap, "refused", lambda: "setting up uid map: Permission denied")
    assert "(setting up uid map: Permission denied)" in str(sandboxed.missing(SANDBOXED))
    monkeypatch.setattr(bubblewrap, "refused", lambda: None)
    assert sandboxed.missing(SANDBOXED) is None
    monkeypatch.setattr(system_calls.platform, "machine", lambda: "s390x")
    assert "this machine is s390x" in str(sandboxed.missing(SANDBOXED))


def test_without_bubblewrap_a_container_shows_the_same_and_nothing_more(python, monkeypatch, tmp_path) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(sandboxed, "_makes_none", lambda: "no bubblewrap")
    monkeypatch.setattr(container_engine, "_program", lambda: "/usr/bin/docker")
    monkeypatch.setattr(container_engine, "program", lambda: "/usr/bin/docker")
    monkeypatch.setattr(container_engine, "held", lambda name, platform: f"sha256:{name}{platform}")
    monkeypatch.setattr(container_engine, "ask", lambda *words, **_: asked.append(words))
    monkeypatch.setattr(bubblewrap, "give", lambda scratch: None)
    inner = Command(argv=(str(python), "-I", "stage"), variables={"PYTHONHASHSEED": "0"})
    built = Built(environment=SANDBOXED, lock=Lock(text=""), seconds=None, how="reused", command=inner)
    folders = Folders(stage=tmp_path / "stage", artifacts=tmp_path / "objects", scratch=tmp_path / "scratch")
    places = sandboxed.shown(python)
    found = sandboxed.inside(built, places, folders=folders, limits=LIMITS)
    words = found.command.argv
    assert found.how == "reused, in an empty container" and words[-3:] == (str(python), "-I", "stage")
    mounts = [
        dict(part.partition("=")[::2] for part in word.split(",")) for word in words if word.startswith("type=bind")
    ]
    own = {str(tmp_path / name) for name in ("stage", "objects", "scratch")}
    seen = {one["dst"] for one in mounts}
    view = bubblewrap.of_this_machine(places)
    assert seen - own <= {*map(str, view.more), *(f"/{name}" for name in bubblewrap.SYSTEM)}
    assert {str(place) for place in view.more} <= seen and str(python.parents[2] / "private") not in seen
    assert [one["dst"] for one in mounts if "readonly" not in one] == [str(tmp_path / "scratch")]
    assert "--network" in words and words[words.index("--network") + 1] == "none" and "--read-only" in words
    assert words[words.index("--pull") + 1] == "never" and ("run" not in {one[0] for one in asked})
    assert found.command.after[1] == "rm"


ALLOWED = 0x7FFF0000


def answer(machine: str, number: int, first: int = 0, architecture: int | None = None) -> int:
    """What the filter answers to a call: the steps that it has are few."""
    told = system_calls._ARCHITECTURES[machine] if architecture is None else architecture
    data = struct.pack("<IIQQ", number, told, 0, first)
    program = list(struct.iter_unpack("<HBBI", system_calls.compiled(machine)))
    at = held = 0
    while True:
        code, then, otherwise, value = program[at]
        if code == system_calls._RETURN:
            return value
        if code == system_calls._LOAD:
            (held,) = struct.unpack_from("<I", data, value)
            at += 1
        else:
            met = {system_calls._IS: held == value, system_calls._FROM: held >= value, system_calls._HAS: held & value}
            at += 1 + (then if met[code] else otherwise)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_refuses_what_leads_out_and_nothing_else(machine) -> None:
    which = list(system_calls._ARCHITECTURES).index(machine)
    refused = {numbers[which] for numbers in system_calls._REFUSED.values()}
    special = {system_calls._CLONE[which], system_calls._CLONE3[which], system_calls._SOCKET[which]}
    for number in set(range(470)) - special:
        assert (answer(machine, number) != ALLOWED) == (number in refused), number
    clone, clone3, socket = (
        which_of[which] for which_of in (system_calls._CLONE, system_calls._CLONE3, system_calls._SOCKET)
    )
    assert answer(machine, clone3) & 0xFFFF == errno.ENOSYS
    assert answer(machine, clone, 0x01200011) == ALLOWED  # fork
    assert answer(machine, clone, 0x003D0F00) == ALLOWED  # a thread
    for flag in (0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert answer(machine, clone, flag | 17) & 0xFFFF == errno.EPERM
    families = {family for family in range(46) if answer(machine, socket, family) == ALLOWED}
    assert families == {1, 2, 10, 16}
    assert answer(machine, 0, architecture=0x40000003) == 0x80000000  # i386 has other numbers
    if machine == "x86_64":
        assert answer(machine, 0x40000000 | 272) & 0xFFFF == errno.EPERM
