"""A copy of the project for the commands of one page, and what they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests import wheels

from .pages import ROOT, Block

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEFT_OUT = {".git", ".nox", ".venv", "_build", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def copy(folder: Path) -> Path:
    """The project as a fresh clone has it: of the runs, only the one that is kept."""

    def left_out(path: str, names: list[str]) -> set[str]:
        of_runs = {name for name in names if re.match(r"\d{8}T", name)} if Path(path).name == "results" else set()
        return {name for name in names if name in _LEFT_OUT or name.endswith(".egg-info")} | of_runs

    target = folder / "project"
    shutil.copytree(ROOT, target, ignore=left_out)
    programs = folder / "bin"
    programs.mkdir()
    for name, words in {"python": "", "nox": "-m nox", "persistence-matrix": "-m harness"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (programs / name).chmod(0o755)
    return target


def write_files(project: Path, blocks: Iterable[Block]) -> None:
    for block in blocks:
        write_file(project, block)


def write_own(project: Path) -> None:
    """What a reader has of their own where a page speaks of it: data, wheels, a module."""
    for name in ("prices.csv", "tables/one.csv", "v3/own.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("")
    for version in ("1.0", "2.0"):
        wheels.make(project / "dist", "own", version, "")


def write_file(project: Path, block: Block) -> None:
    if "file" in block.marks:
        path = project / block.marks["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)


def call(command: str, project: Path, *, seconds: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell in the copy, with this interpreter as ``python``."""
    kept = {name: value for name, value in os.environ.items() if name not in {"HARNESS_MATRIX", "HARNESS_NATIVE"}}
    path = f"{project.parent / 'bin'}{os.pathsep}{kept['PATH']}"
    given = {"PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": str(project), "NOX_SCRIPT_MODE": "none"}
    return subprocess.run(
        ["bash", "-c", command], cwd=project, env={**kept, **given, **variables},
        capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip


def shown(text: str, project: Path) -> list[str]:
    """What a command printed, without what differs from time to time."""
    text = text.replace(f"{project}/", "").replace(str(project), ".")
    text = re.sub(r"\b\d+(\.\d+)? s\b", "N s", text)
    text = re.sub(r"\b\d{8}T\d{6}Z-([\w-]+)-[0-9a-f]{4}\b", r"RUN-\1", text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def agrees(expected: list[str], printed: list[str]) -> bool:
    """Whether what is shown is what was printed. A line ``...`` stands for any lines, ``…`` at an end for the rest."""
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        elif line.endswith("…"):
            pattern += re.escape(line[:-1].rstrip()) + r".*\n"
        else:
            pattern += re.escape(line.rstrip()) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None
