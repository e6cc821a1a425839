"""Makes a kit of a stored run: one zipapp of the guest and a bundle, for environments that no harness can reach.

What it is on the other side is said in `harness.guest.kit`; what comes back is read by `harness.engine.kit_facts`.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from harness.config import loading_rules
from harness.engine.kit_objects import Objects
from harness.errors import InputError, shown
from harness.files import writing
from harness.machine.tools import GUEST
from harness.terms import BUILT_IN_CASES, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.config.loading_rules import LoadingRules
    from harness.store import RunTables

VERSION = 1
#: Bytes of all objects, and how many: a program in an archive reads no larger one before Python 3.13.
_MOST_BYTES, _MOST_OBJECTS = 2 * 10**9, 60_000
_START = """\
import sys

if sys.version_info < (3, 6):
    sys.exit("this kit needs Python 3.6 or newer; this is " + sys.version.split()[0])

from guest.kit.program import main

sys.exit(main())
"""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which artifacts of a run a kit carries: names or patterns; none means every one."""

    producers: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Made:
    """A kit that was written."""

    path: Path
    run_id: str
    artifacts: int
    cells: int
    size_bytes: int
    private: bool  # whether models, rows or code of a user's own are in it


def task_id(artifact_id: str, reader: str) -> str:
    """What a kit calls a cell: the environment that it will come to has no name yet."""
    return f"{artifact_id}>{reader}"


def make(tables: RunTables, output: Path, chosen: Chosen, *, include_data: bool = False) -> Made:
    """Write a kit of a run.

    Parameters
    ----------
    include_data : whether rows of a user's own may be in it.

    Raises
    ------
    InputError : the run has no objects, or none that is chosen; rows of a user's own would be in it; it is too large.
    """
    rules = loading_rules.of_run(tables.run, tables.path)
    objects = Objects(tables.path)
    rows = list(_chosen(tables, chosen))
    fits = {row["artifact_id"]: objects.fit(json.loads(row["manifest"])["fitted_sha256"]) for row in rows}
    if not include_data:
        _refuse_rows(fits.values(), tables.path)
    tasks = [task for row in rows for task in _tasks(row, fits[row["artifact_id"]], rules)]
    code = _code(fits.values(), rules, {row["format"] for row in rows}, objects)
    manifest = {
        "kit": VERSION,
        "run_id": tables.run["run_id"],
        "profile": tables.run["profile"],
        "seconds": max(60.0, 2 * rules.seconds),  # nobody knows how slow the other machine is
        "formats": sorted({task["module"] for task in tasks}),
        "tasks": tasks,
    }
    carried = sorted({task[key] for task in tasks for key in ("sha256", "inputs_sha256")})
    _write(output, manifest, code, carried, objects)
    return Made(
        path=output,
        run_id=str(tables.run["run_id"]),
        artifacts=len(rows),
        cells=len(tasks),
        size_bytes=output.stat().st_size,
        private=any(task["private"] for task in tasks),
    )


def _chosen(tables: RunTables, chosen: Chosen) -> Iterator[dict[str, Any]]:
    wanted = {"producer": chosen.producers, "case": chosen.cases, "format": chosen.formats}
    table = tables.artifacts
    for noun, patterns in wanted.items():
        for pattern in patterns:
            if not any(fnmatchcase(name, pattern) for name in table[noun].unique()):
                raise InputError(f"{tables.path}: no {noun} of this run is {shown(pattern)}")
    found = [
        row
        for row in table[table["status"] == Status.OK].to_dict("records")
        if all(not some or any(fnmatchcase(row[noun], one) for one in some) for noun, some in wanted.items())
    ]
    if not found:
        raise InputError(f"{tables.path}: no such artifact was written in this run; choose others")
    yield from ({str(key): value for key, value in row.items()} for row in found)


def _refuse_rows(fits: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Raises InputError where rows are a user's own, and no made ones."""
    for fit in fits:
        case = fit["case"]
        given = case.get("given")
        own = not is_public(fit) if given is None else given["rows"] is not None
        if own:
            raise InputError(
                f"{path}: the kit would carry rows of yours (of {shown(case['function'])}): "
                "give --include-data if they may leave this machine"
            )


def is_public(fit: Mapping[str, Any]) -> bool:
    """Whether a model is of the project's own cases: their rows and outputs are nobody's secret."""
    return str(fit["case"]["module"]).startswith(BUILT_IN_CASES)


def _tasks(row: Mapping[str, Any], fit: Mapping[str, Any], rules: LoadingRules) -> Iterator[dict[str, Any]]:
    item = rules.format(row["format"])
    for reader in item.readers:
        yield {
            "id": task_id(row["artifact_id"], reader),
            "sha256": row["sha256"],
            "inputs_sha256": fit["inputs_sha256"],
            **loading_rules.questions(item, fit),
            "module": item.module,
            "options": {**item.options, "outputs": fit["outputs"], "trusted_types": list(rules.trusted_types)},
            "reader": reader,
            "at": (fit["case"].get("given") or {"at": ""})["at"],
            # Classes of the script come from modules that are there, as all of a user's code does.
            "main": dict((fit["case"].get("given") or {}).get("main") or ()),
            "private": not is_public(fit),
        }


def _code(
    fits: Iterable[Mapping[str, Any]], rules: LoadingRules, formats: set[str], objects: Objects
) -> dict[str, bytes]:
    """What is to be importable there: the guest, modules of a user's cases, a user's formats."""
    code = {f"guest/{path.relative_to(GUEST).as_posix()}": path.read_bytes() for path in sorted(GUEST.rglob("*.py"))}
    for digest in {fit["code_sha256"] for fit in fits if not is_public(fit)}:
        for name, text in json.loads(objects.read(digest))["files"].items():
            code[_own_name(name)] = text.encode()
    for item in rules.formats:
        if item.digest is not None and item.name in formats:
            code[f"{_own_name(item.module)}.py"] = objects.read(item.digest)
    return code


def _own_name(name: str) -> str:
    """The place of a user's module. Raises InputError for one that is not beside the guest."""
    parts = PurePosixPath(name).parts
    if not parts or parts[0] in {"guest", "bundle", "__main__.py", "/"} or ".." in parts:
        raise InputError(f"{shown(name)} cannot be put into a kit: give the file another name, and run again")
    return name


def _write(
    output: Path, manifest: Mapping[str, Any], code: Mapping[str, bytes], carried: Sequence[str], objects: Objects
) -> None:
    if len(carried) > _MOST_OBJECTS or sum(map(objects.size, carried)) > _MOST_BYTES:
        raise InputError(f"{output}: too much for one kit: choose some, with --case, --format or --producer")
    part = output.with_name(output.name + ".part")
    with writing(output):
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("__main__.py", _START)
                for name, content in sorted(code.items()):
                    archive.writestr(name, content)
                archive.writestr("bundle/manifest.json", json.dumps(manifest, separators=(",", ":")))
                for digest in carried:
                    archive.writestr(f"bundle/objects/{digest}", objects.read(digest))
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)
