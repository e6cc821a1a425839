"""What a program sees that runs in a sandbox: composed for Debian's bubblewrap. A guest runs in a root.

The root, the packages, the guest's code and the artifacts, to be read; one folder to be written to. No network, no
other process, no device, no capability, and no way to get one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.environments import Folders

NOBODY = 65534
_ALONE = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
#: Root must become somebody else, outside as well: whoever is root to the kernel owns /proc/sys in every namespace.
_AS_ROOT = ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
_BECOME_NOBODY = ("/usr/bin/setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
_AS_USER = ("--unshare-user", "--cap-drop", "ALL")
#: What is not the root's in a sandbox.
_OWN = frozenset({"proc", "dev", "sys", "tmp", "run"})
_OWN_WORDS = ("--proc", "/proc", "--dev", "/dev")
#: Without it, onnxruntimes of some years end themselves while they are imported.
_PROCESSORS = Path("/sys/devices/system/cpu")
_EVERYBODYS = ("/tmp", "/dev/shm")  # noqa: S108  # the sandbox's own
#: Where programs of this machine find what they are linked to, beside /usr.
_LIBRARIES = ("bin", "lib", "lib32", "lib64", "sbin", "etc/ld.so.cache")


def user() -> tuple[int, int]:
    """Who a guest is, and its group: whoever started the harness, unless that is root."""
    return os.geteuid() or NOBODY, os.getegid() or NOBODY


def give(scratch: Path) -> None:
    """Make the folder that a guest works in, and make it the guest's."""
    scratch.mkdir(parents=True, exist_ok=True)
    os.chown(scratch, *user())


def sandboxed(
    program: tuple[str | Path, ...], *, root: Path, folders: Folders, more: dict[Path, str], memory: int
) -> tuple[str, ...]:
    """The command that runs a program of a root.

    Parameters
    ----------
    program : what is run, as it is called in there.
    root : the folder that becomes ``/``.
    folders : shown where they are.
    more : folders that are shown elsewhere.
    memory : bytes of its own that each process may have. An emulator passes no such limit on to the kernel that a guest
        sets to itself, but is bound by its own.
    """
    is_root = os.geteuid() == 0
    argv: list[str | Path] = ["prlimit", f"--data={memory}", "bwrap", "--die-with-parent", *_ALONE]
    argv += [*(_AS_ROOT if is_root else _AS_USER), *_parts(root), *_OWN_WORDS]
    argv += [*_parents(_PROCESSORS), "--ro-bind-try", _PROCESSORS, _PROCESSORS]
    argv += [word for place in _EVERYBODYS for word in ("--perms", "1777", "--tmpfs", place)]
    for here in (folders.stage, folders.artifacts):
        argv += [] if here is None else [*_parents(here), "--ro-bind", here, here]
    for here, there in more.items():
        argv += ["--ro-bind", here, there]
    if folders.scratch is not None:
        give(folders.scratch)
        argv += [*_parents(folders.scratch), "--bind", folders.scratch, folders.scratch, "--chdir", folders.scratch]
    argv += ["--remount-ro", "/", "--", *(_BECOME_NOBODY if is_root else ()), *program]
    return tuple(map(str, argv))


def _parts(root: Path) -> list[str]:
    """The parts of a root, read-only. Not the root as a whole: then there would be no place for other folders in it."""
    words = []
    for entry in sorted(root.iterdir()):
        place = f"/{entry.name}"
        if entry.is_symlink():
            words += ["--symlink", str(entry.readlink()), place]
        elif entry.is_dir() and entry.name not in _OWN:
            words += ["--ro-bind", str(entry), place]
    return words


def _parents(folder: Path) -> list[str]:
    """The folders around one; bubblewrap's own would be nobody else's to enter."""
    return [word for place in reversed(folder.parents[:-1]) for word in ("--perms", "0755", "--dir", str(place))]


def on_this_machine(
    program: tuple[str | Path, ...], *, shown: Iterable[Path], scratch: Path, memory: int
) -> tuple[str, ...]:
    """The command that runs a program of this machine, which sees its system's libraries and little else.

    Parameters
    ----------
    shown : files and folders that are shown where they are, to be read.
    scratch : the folder that it works in and may write to.
    memory : bytes of its own that each process may have, and that each file may have.
    """
    is_root = os.geteuid() == 0
    argv: list[str | Path] = [
        "prlimit",
        f"--data={memory}",
        f"--fsize={memory}",
        "bwrap",
        "--die-with-parent",
        "--new-session",
        *_ALONE,
    ]
    argv += [*(_AS_ROOT if is_root else _AS_USER), "--ro-bind", "/usr", "/usr", *_OWN_WORDS]
    for name in _LIBRARIES:
        place = Path("/", name)
        if place.is_symlink():
            argv += ["--symlink", place.readlink(), place]
        else:
            argv += ["--ro-bind-try", place, place]
    argv += [word for place in _EVERYBODYS for word in ("--perms", "1777", "--tmpfs", place)]
    for place in shown:
        argv += [*_parents(place), "--ro-bind", place, place]
    give(scratch)
    argv += [*_parents(scratch), "--bind", scratch, scratch, "--chdir", scratch, "--remount-ro", "/"]
    return tuple(map(str, [*argv, "--", *(_BECOME_NOBODY if is_root else ()), *program]))
