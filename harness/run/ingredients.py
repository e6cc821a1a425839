"""What an outcome depends on, and the key that is made of it: equal keys, equal outcomes.

A key that left something out would lie: an outcome of something else would stand in the table. So all that is known
goes in, and where not everything is known there is no key. Only names and times are left out.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import signal
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.environments.stage import GUEST_NODE
from harness.machine import hardware
from harness.machine.tools import GUEST
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from harness.config.plan import Plan
    from harness.store.rows import FitRow
    from harness.terms import Artifact, Case, Cell, Environment, Format, Tolerance

#: Of the keys themselves: another one where they are made in another way.
VERSION = 1
#: Statuses that the same ingredients give again. Time and memory ran out on one machine, on one day.
_LASTING = frozenset(Status) - {Status.TIMEOUT, Status.OOM, Status.NOT_RUN, Status.NO_ARTIFACT, Status.CRASH}
#: What a process does to itself. Any other end may have come from outside.
_OWN_SIGNALS = frozenset({signal.SIGSEGV, signal.SIGILL, signal.SIGFPE})
#: Errors by which the machine tells that it lacks something: space, files, processes, rights.
_OF_MACHINE = frozenset(
    {"OSError", "PermissionError", "BlockingIOError", "InterruptedError", "TimeoutError", "BrokenPipeError",
     "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "ConnectionAbortedError", "MemoryError"}
)  # fmt: skip


def may_be_kept(row: Mapping[str, Any]) -> bool:
    """Whether the same ingredients would give this outcome again, as far as anybody can tell."""
    if row.get("error_type") in _OF_MACHINE:
        return False
    if row["status"] == Status.CRASH:
        return row.get("signal") in _OWN_SIGNALS
    return row["status"] in _LASTING


def of_environment(environment: Environment, holding: Mapping[str, Any], plan: Plan) -> str:
    """The key of what is the same for all that an environment writes and loads in a run."""
    limits = asdict(plan.profile.limits)
    del limits["build_seconds"], limits["rescue_share"]  # they change no outcome
    return _digest(
        {
            "version": VERSION,
            "kind": environment.kind,
            "platform": environment.platform,
            "options": environment.options,
            "wheels": [(one.name, one.version, one.digest) for one in environment.wheels],
            "modules": [(one.name, one.digest) for one in environment.modules],
            "holding": {name: value for name, value in holding.items() if name != "stage"},
            "machine": hardware.computing(),
            "guest": guest_digest(),
            # Each guest imports what all formats need before it forks.
            "formats": sorted(_of_format(item) for item in plan.profile.formats),
            "produces": environment.produces,
            "limits": limits,
        }
    )


def of_facts(environment_key: str, holding: Mapping[str, Any]) -> str:
    """The key of what a guest tells of its environment."""
    return _digest([environment_key, holding["stage"]])


def of_artifact(environment_key: str, artifact: Artifact, plan: Plan) -> str | None:
    """The key of an artifact; None of a user's own file, of which nothing is kept."""
    case = plan.cases[artifact.case]
    if case.given is not None:
        return None
    item = _of_format(plan.formats[artifact.format])
    profile = plan.profile
    return _digest(["artifact", environment_key, _of_case(case), profile.seed, profile.compare, item, judging_digest()])


def of_cell(environment_key: str, cell: Cell, written: Mapping[str, Any], fit: FitRow, plan: Plan) -> str | None:
    """The key of a cell, by its consumer's key, its artifact's row and its fit's.

    None of a user's own file, and where a fit of an older release does not tell what it is held against.
    """
    case, item = plan.cases[cell.artifact.case], plan.formats[cell.artifact.format]
    if case.given is not None or "reference_sha256" not in fit:
        return None
    tolerances = (*plan.profile.tolerances, *item.tolerances)
    held = [
        "cell",
        environment_key,
        written["sha256"],
        fit["reference_sha256"],
        _of_case(case),  # what an artifact names is looked up in the case's file
        _of_format(item),
        [item.partial, item.converts],
        cell.reader,
        plan.profile.trusted_types,
        _of_tolerances(tolerances),
        judging_digest(),
    ]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def _of_case(case: Case) -> list[Any]:
    beside = [name for name, _ in case.beside]  # their contents are in the digest
    return [case.name, case.module, case.function, case.estimator, case.digest, beside]


@functools.lru_cache(maxsize=1024)
def _of_tolerances(tolerances: tuple[Tolerance, ...]) -> str:
    """The same for all cells of a format, so it is worked out once."""
    return _digest([asdict(one) for one in tolerances])


def _of_format(item: Format) -> str:
    return json.dumps([item.name, item.module, item.options, item.digest], sort_keys=True)


@functools.cache
def guest_digest() -> str:
    """The sha256 of the code that runs in environments, without the cases: each of those has its own."""
    files = [path for path in GUEST.rglob("*.py") if path.parent.name != "cases" or path.name == "__init__.py"]
    return _digest_of_files([*files, *GUEST_NODE.glob("*.mjs")])


@functools.cache
def judging_digest() -> str:
    """The sha256 of what makes an outcome of a guest's answer."""
    package = GUEST.parent
    run = ("answered", "dumping", "environment_session", "guest_process", "loading", "recorder", "session")
    names = ["terms.py", "messages.py", "errors.py", "store/rows.py", *(f"run/{name}.py" for name in run)]
    code = _digest_of_files([*(package / "judging").rglob("*.py"), *(package / name for name in names)])
    return _digest([code, platform.python_version(), np.__version__])


def _digest_of_files(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        found.update(f"{path.relative_to(GUEST.parent)}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
