"""A filter of system calls (seccomp) for guests: what could lead out of a sandbox is refused by the kernel.

The sandbox stands without it. It closes what namespaces leave open: further user namespaces for a guest that root
started, keys of whoever started the harness, sockets to what is around a virtual machine. See seccomp(2).
"""

from __future__ import annotations

import errno
import platform
import struct

_NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW... that clone takes
_FAMILIES = (1, 2, 10, 16)  # of sockets: unix, inet, inet6, netlink; each is the sandbox's own network's
_X32 = 0x40000000  # calls of x86-64's second way to be called begin here
_KILL, _ERROR, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16  # offsets in seccomp_data, of the lower half of the first argument
_LOAD, _IS, _FROM, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
#: By what `platform.machine` says: the kernel's name of the architecture.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
#: By name: the numbers on x86-64 and on arm64.
_REFUSED = {
    # Other namespaces, and mounts.
    "unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41), "mount": (165, 40),
    "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    # Keys have no namespace.
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # Other processes.
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # The machine.
    "syslog": (103, 116), "acct": (163, 89), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "quotactl": (179, 60), "fanotify_init": (300, 262), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "sethostname": (170, 161), "setdomainname": (171, 162),
    # Much of the kernel that few programs need.
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
}  # fmt: skip
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)


def missing() -> str | None:
    """What to say where there is no filter for this machine's architecture."""
    machine = platform.machine()
    known = " and ".join(_ARCHITECTURES)
    return None if machine in _ARCHITECTURES else f"sandboxes are known for {known}, and this machine is {machine}"


def compiled(machine: str) -> bytes:
    """The filter, as the kernel and bubblewrap take it."""
    which = list(_ARCHITECTURES).index(machine)
    refuse = _error(errno.EPERM)
    steps = [_step(_LOAD, _ARCHITECTURE), *_unless(_IS, _ARCHITECTURES[machine], [_step(_RETURN, _KILL)])]
    steps += [_step(_LOAD, _NUMBER), *(_when(_FROM, _X32, [refuse]) if machine == "x86_64" else [])]
    for numbers in _REFUSED.values():
        steps += _when(_IS, numbers[which], [refuse])
    # Its flags lie in memory, where no filter can look; who is told that there is none takes clone.
    steps += _when(_IS, _CLONE3[which], [_error(errno.ENOSYS)])
    allow = _step(_RETURN, _ALLOW)
    cloning = [_step(_LOAD, _FIRST), *_when(_HAS, _NEW_NAMESPACES, [refuse]), allow]
    connecting = [_step(_LOAD, _FIRST), *(step for family in _FAMILIES for step in _when(_IS, family, [allow]))]
    steps += _when(_IS, _CLONE[which], cloning)
    steps += _when(_IS, _SOCKET[which], [*connecting, _error(errno.EAFNOSUPPORT)])
    return b"".join([*steps, allow])


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, value)


def _error(number: int) -> bytes:
    return _step(_RETURN, _ERROR | number)


def _when(code: int, value: int, steps: list[bytes]) -> list[bytes]:
    """Steps that are taken only where a condition holds."""
    return [_step(code, value, 0, len(steps)), *steps]


def _unless(code: int, value: int, steps: list[bytes]) -> list[bytes]:
    return [_step(code, value, len(steps), 0), *steps]
