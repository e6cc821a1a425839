"""Finds stored runs: all of a folder, the newest of a profile, the one that a word means."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from harness.errors import InputError
from harness.store.reading import read_run_json

#: The folder of the run that the repository keeps; it is used only if there is no other. Further ones that it keeps are
#: named for what they add: reference-parameters.
REFERENCE = "reference"
_TABLE = "cells.parquet"  # which a run has when it is finished


def runs(results: Path) -> list[Path]:
    """The runs in a folder, oldest first, without those that the repository keeps."""
    return [path for path in within(results) if not is_kept(path.name)]


def is_kept(name: str) -> bool:
    """Whether a folder of that name holds a run that the repository keeps."""
    return name == REFERENCE or name.startswith(f"{REFERENCE}-")


def kept(results: Path) -> list[Path]:
    """The runs in a folder that the repository keeps, the reference run first."""
    return [path for path in within(results) if is_kept(path.name)]


def within(folder: Path) -> list[Path]:
    """Every run in a folder. Hidden folders are left out: a kill left them, or they are being written."""
    return sorted(path.parent for path in folder.glob("*/run.json") if not path.parent.name.startswith("."))


def earlier(folder: Path, run: dict[str, Any]) -> Path | None:
    """The newest complete run of the same profile that is older and in the same folder, or None."""
    for path in reversed([path for path in runs(folder.parent) if path.name < folder.name]):
        try:
            stored = read_run_json(path)
        except InputError:
            continue
        if stored.get("profile") == run["profile"] and stored.get("complete"):
            return path
    return None


def sources(results: Path) -> list[Path]:
    """The runs that answer a question: the newest complete one of each profile, then those kept.

    If there is none of these, the newest run. Raises InputError if there is no run at all.
    """
    newest: dict[str, Path] = {}
    for path in reversed(runs(results)):
        with contextlib.suppress(InputError):  # of another schema version, for example
            stored = read_run_json(path)
            if stored.get("complete") and isinstance(stored.get("profile"), str):
                newest.setdefault(stored["profile"], path)
    return [*newest.values(), *kept(results)] or [find_run(results, None)]


def every(results: Path) -> list[Path]:
    """The finished runs that know something, the newest first, then those that the repository keeps.

    A run says nothing that a newer complete one of the same plan does not say.

    Raises
    ------
    InputError : there is none.
    """
    found, planned = [], set()
    for path in reversed(runs(results)):
        if not (path / _TABLE).exists():
            continue
        with contextlib.suppress(InputError):  # whoever reads it says what is wrong with it
            stored = read_run_json(path)
            merged = str(stored.get("kits") or "")  # which no other run of the plan knows of
            plan = stored["profile"], str(stored.get("matrix_digest")), stored.get("schema_version"), merged
            if plan in planned:
                continue
            planned |= {plan} if stored.get("complete") and stored.get("matrix_digest") else set()
        found.append(path)
    return [*found, *kept(results)] or [find_run(results, None)]


def find_run(results: Path, name: str | None) -> Path:
    """A run by its id, by the beginning of its id, by path; without a name the newest. Raises InputError.

    One that the repository keeps is found by its name, and the reference run if there is no other.
    """
    if name is not None and (Path(name) / "run.json").exists():
        return Path(name)
    found = [path for path in runs(results) if name is None or path.name.startswith(name)]
    if not found:
        found = [path for path in kept(results) if path.name == (name or REFERENCE)]
    if not found:
        raise InputError(f"{results}: no run {f'{name} ' if name else ''}is stored there; `nox -s matrix` makes one")
    if name is not None and len(found) > 1:
        raise InputError(f"{results}: {name} fits {len(found)} runs: {', '.join(path.name for path in found[:5])}")
    return found[-1]
