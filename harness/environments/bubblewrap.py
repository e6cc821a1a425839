"""What a guest sees, and what it may do: composed for Debian's bubblewrap.

Some folders of a system, the packages, the guest's code and the artifacts, to be read; one folder to be written to. No
network, no other process, no device, no capability, and no way to get one.
"""

from __future__ import annotations

import functools
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.machine import processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.environments import Folders

NOBODY = 65534
#: A terminal takes what is typed into it by any process of its session, hence a session of its own.
_ALONE = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--new-session")
#: Root must become somebody else, outside as well: whoever is root to the kernel owns /proc/sys in every namespace.
_AS_ROOT = ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
_BECOME_NOBODY = ("/usr/bin/setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
#: An ordinary user stays who it is to the kernel; nobody is what the guest sees.
_AS_USER = ("--unshare-user", "--disable-userns", "--uid", str(NOBODY), "--gid", str(NOBODY), "--cap-drop", "ALL")
#: The programs that make a sandbox, and the packages that have them.
_PROGRAMS = {"bwrap": "bubblewrap", "prlimit": "util-linux", "setpriv": "util-linux"}
#: What is not the root's in a sandbox.
_OWN = frozenset({"proc", "dev", "sys", "tmp", "run"})
_DEVICES = ("null", "zero", "full", "random", "urandom")
#: What programs take for granted, beside devices: the names of a process's own input and output.
_LINKS = {"fd": "/proc/self/fd", **{f"std{name}": f"/proc/self/fd/{i}" for i, name in enumerate(("in", "out", "err"))}}
#: Without it, onnxruntimes of some years end themselves while they are imported, and nobody knows how many there are.
_PROCESSORS = Path("/sys/devices/system/cpu")
_EVERYBODYS = ("/tmp", "/dev/shm")  # noqa: S108  # the sandbox's own, in memory
_PROBE_SECONDS = 20.0
#: What becomes of this machine's root. Of /etc a program sees single files, and of nothing else anything.
SYSTEM = frozenset({"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"})
_SETTINGS = (Path("/etc/ld.so.cache"), Path("/etc/alternatives"), *sorted(Path("/etc").glob("java-*-openjdk")))


@dataclass(frozen=True, kw_only=True)
class View:
    """What of this machine is shown, to be read only, beside what tasks name.

    Attributes
    ----------
    root : the folder whose parts become ``/``.
    parts : the names of those that do; None: all that a sandbox has not of its own.
    more : files and folders by the place where they are shown.
    """

    root: Path
    parts: frozenset[str] | None = None
    more: Mapping[Path, Path] = field(default_factory=dict)


def of_this_machine(places: Iterable[Path]) -> View:
    """The libraries and programs of this machine's system, and further files and folders where they are."""
    system = {place for place in places if place.parts[1:2] != () and place.parts[1] in SYSTEM}
    more = [place for place in (*places, *_SETTINGS) if place.exists() and place not in system]
    return View(root=Path("/"), parts=SYSTEM, more={place: place for place in more})


def user() -> tuple[int, int]:
    """Who a guest is, and its group: whoever started the harness, unless that is root."""
    return os.geteuid() or NOBODY, os.getegid() or NOBODY


def give(scratch: Path) -> None:
    """Make the folder that a guest works in, and make it the guest's."""
    scratch.mkdir(parents=True, exist_ok=True)
    os.chown(scratch, *user())


def missing() -> list[str]:
    """The packages of Debian that this machine lacks for a sandbox."""
    return sorted({package for program, package in _PROGRAMS.items() if shutil.which(program) is None})


def refused() -> str | None:
    """Why this machine makes no sandbox although all programs are there; None: it does."""
    return _refused(os.geteuid())


@functools.cache
def _refused(user: int) -> str | None:  # noqa: ARG001  # another user, another answer
    usr = View(root=Path("/"), parts=frozenset({"usr", "bin", "lib", "lib64"}))
    try:
        done = processes.run([*_composed(("/usr/bin/true",), view=usr)], seconds=_PROBE_SECONDS)
    except OSError as error:
        return str(error)
    return None if done.code == 0 else " ".join(done.stderr.split())[-300:] or "it says nothing"


def sandboxed(
    program: tuple[str | Path, ...], *, view: View, folders: Folders, memory: int, filter_from: int | None = None
) -> tuple[str, ...]:
    """The command that runs a program in a sandbox.

    Parameters
    ----------
    program : what is run, as it is called in there.
    view : what is seen beside ``folders``.
    folders : shown where they are.
    memory : bytes of its own that each process may have. An emulator passes no such limit on to the kernel that a guest
        sets to itself, but is bound by its own.
    filter_from : the open file that says which system calls are refused; None: none is.
    """
    words: list[str | Path] = [] if filter_from is None else ["--seccomp", str(filter_from)]
    for here in (folders.stage, folders.artifacts):
        words += [] if here is None else _shown({here: here})
    if folders.scratch is not None:
        give(folders.scratch)
        words += [*_parents(folders.scratch), "--bind", folders.scratch, folders.scratch, "--chdir", folders.scratch]
    return tuple(map(str, ("prlimit", f"--data={memory}", *_composed(program, view=view, words=words))))


def _composed(
    program: tuple[str | Path, ...], *, view: View, words: Iterable[str | Path] = ()
) -> tuple[str | Path, ...]:
    is_root = os.geteuid() == 0
    argv: list[str | Path] = ["bwrap", "--die-with-parent", *_ALONE, *(_AS_ROOT if is_root else _AS_USER)]
    argv += [*_parts(view), "--proc", "/proc", *_devices()]
    argv += [*_parents(_PROCESSORS), "--ro-bind-try", _PROCESSORS, _PROCESSORS]
    argv += [word for place in _EVERYBODYS for word in ("--perms", "1777", "--tmpfs", place)]
    argv += [*_shown(view.more), *words, "--remount-ro", "/dev", "--remount-ro", "/", "--"]
    return (*argv, *(_BECOME_NOBODY if is_root else ()), *program)


def _parts(view: View) -> list[str]:
    """The parts of a root, read-only. Not the root as a whole: then there would be no place for other folders in it."""
    words = []
    for entry in sorted(view.root.iterdir()):
        place = f"/{entry.name}"
        if entry.name in _OWN or (view.parts is not None and entry.name not in view.parts):
            continue
        if entry.is_symlink():
            words += ["--symlink", str(entry.readlink()), place]
        elif entry.is_dir():
            words += ["--ro-bind", str(entry), place]
    return words


def _devices() -> list[str]:
    """A ``/dev`` with less than bubblewrap's own, which has terminals."""
    words = ["--perms", "0755", "--tmpfs", "/dev"]
    words += [word for name in _DEVICES for word in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")]
    return words + [word for name, target in _LINKS.items() for word in ("--symlink", target, f"/dev/{name}")]


def _shown(places: Mapping[Path, Path]) -> list[str | Path]:
    """By place: what is shown there."""
    words: list[str | Path] = []
    for there, here in places.items():
        words += [*_parents(there), "--ro-bind", here, there]
    return words


def _parents(folder: Path) -> list[str]:
    """The folders around one; bubblewrap's own would be nobody else's to enter."""
    return [word for place in reversed(folder.parents[:-1]) for word in ("--perms", "0755", "--dir", str(place))]
