"""Bytecode of another platform's Python files: it is the same on all, so nothing need be compiled under emulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.machine import interpreters, processes

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 300.0


def add(folders: list[Path], minor: str, *, root: Path, shown_at: str = "/") -> None:
    """Compile what is in the folders, all within ``root``; nothing where this machine has no such Python.

    Tracebacks will name the files where guests see them. Files that no Python can compile, which some packages have as
    examples, are passed over.
    """
    python = interpreters.find(minor)
    if python is None:
        return
    # By content, not by time: a file's time may change on its way into an image.
    options: list[str | Path] = [
        "-q",
        "-q",
        "-j",
        "0",
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        root,
        "-p",
        shown_at,
    ]
    command: list[str | Path] = [python, "-I", "-m", "compileall"]
    processes.run([*command, *options, *folders], seconds=SECONDS)
