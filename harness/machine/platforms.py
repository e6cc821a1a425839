"""The names that others have for platforms, and which platforms need an emulator on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.machine import tools

_HANDLERS = Path("/proc/sys/fs/binfmt_misc")
#: Platforms whose programs a processor runs besides its own.
_COMPATIBLE = {"linux/amd64": frozenset({"linux/386"})}

#: Debian's suites and their Pythons.
SUITES = {"bullseye": "3.9", "bookworm": "3.11", "trixie": "3.13", "forky": "3.14"}


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One platform's names."""

    debian: str  # its architecture
    libraries: str  # the folder in /usr/lib
    handler: str  # qemu-user's, under which the kernel knows it
    machines: tuple[str, ...]  # what programs are told by uname: on a kernel of 64 bits that one's, too
    bits: int = 64
    wheels: str | None = None  # uv's, where PyPI has wheels of scikit-learn


OF = {
    "linux/amd64": Platform(
        debian="amd64",
        libraries="x86_64-linux-gnu",
        handler="qemu-x86_64",
        machines=("x86_64",),
        wheels="x86_64-manylinux_2_28",
    ),
    "linux/arm64": Platform(
        debian="arm64",
        libraries="aarch64-linux-gnu",
        handler="qemu-aarch64",
        machines=("aarch64",),
        wheels="aarch64-manylinux_2_28",
    ),
    "linux/386": Platform(
        debian="i386",
        libraries="i386-linux-gnu",
        handler="qemu-i386",
        machines=("i386", "i486", "i586", "i686", "x86_64"),
        bits=32,
    ),
    "linux/s390x": Platform(debian="s390x", libraries="s390x-linux-gnu", handler="qemu-s390x", machines=("s390x",)),
    "linux/ppc64le": Platform(
        debian="ppc64el", libraries="powerpc64le-linux-gnu", handler="qemu-ppc64le", machines=("ppc64le",)
    ),
    "linux/arm/v7": Platform(
        debian="armhf",
        libraries="arm-linux-gnueabihf",
        handler="qemu-arm",
        machines=("armv7l", "armv8l", "aarch64"),
        bits=32,
    ),
    "linux/riscv64": Platform(
        debian="riscv64", libraries="riscv64-linux-gnu", handler="qemu-riscv64", machines=("riscv64",)
    ),
}


def is_emulated(platform: str) -> bool:
    """Whether its programs run under an emulator here, which a guest cannot find out."""
    native = tools.native_platform()
    return platform != native and (platform not in _COMPATIBLE.get(native, ()) or _is_handled(platform))


def can_run(platform: str) -> bool:
    """Whether the kernel starts its programs, natively or by an emulator."""
    return not is_emulated(platform) or _is_handled(platform)


def _is_handled(platform: str) -> bool:
    try:
        return (_HANDLERS / OF[platform].handler).read_text().startswith("enabled")
    except OSError:
        return False
