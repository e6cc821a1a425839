"""What this machine can run, as its kernel says."""

from __future__ import annotations

import pytest

from harness.environments import rootfs
from harness.machine import platforms, tools


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """An amd64 machine whose kernel knows these handlers."""
    monkeypatch.setattr(tools, "native_platform", lambda: "linux/amd64")
    monkeypatch.setattr(platforms, "_HANDLERS", tmp_path)

    def knows(*handlers: str, state: str = "enabled") -> None:
        for handler in handlers:
            (tmp_path / handler).write_text(f"{state}\ninterpreter /usr/bin/{handler}-static\n")

    return knows


@pytest.mark.parametrize(
    ("platform", "handlers", "can_run", "is_emulated"),
    [
        ("linux/amd64", (), True, False),
        ("linux/amd64", ("qemu-x86_64",), True, False),
        ("linux/arm64", (), False, True),
        ("linux/arm64", ("qemu-aarch64",), True, True),
        ("linux/s390x", ("qemu-aarch64",), False, True),
        ("linux/386", (), True, False),  # the processor runs it
        ("linux/386", ("qemu-i386",), True, True),  # ... unless it is told to leave it to an emulator
    ],
)
def test_what_runs_and_how(kernel, platform, handlers, can_run, is_emulated) -> None:
    kernel(*handlers)
    assert (platforms.can_run(platform), platforms.is_emulated(platform)) == (can_run, is_emulated)


def test_a_handler_that_is_switched_off_is_none(kernel) -> None:
    kernel("qemu-s390x", state="disabled")
    assert not platforms.can_run("linux/s390x")


def test_what_is_lacking_is_told_with_the_command_that_mends_it(kernel) -> None:
    advice = rootfs.lacking("linux/s390x", ["mmdebstrap"])
    assert "`apt-get install mmdebstrap qemu-user-static binfmt-support`" in str(advice)
    assert "mount -t binfmt_misc" in str(advice)
    kernel("qemu-s390x")
    assert "qemu" not in str(rootfs.lacking("linux/s390x", ["mmdebstrap"]))
    assert rootfs.lacking("linux/s390x", []) is None
