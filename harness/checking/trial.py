"""The run of one model file: its writer's environment hands it on, and every target loads it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.checking import targets, wanted, writer
from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.environments import kinds
from harness.errors import InputError
from harness.terms import Case, Given

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.checking.wanted import Wanted
    from harness.checking.writer import Writer
    from harness.config.matrix import Matrix
    from harness.inspection import Inspection
    from harness.terms import Format

CASE = "model"
#: The format and the reader of this project that load a file, by what an inspection calls it.
_FORMATS = {"pickle": "pickle", "cloudpickle": "cloudpickle", "joblib": "joblib", "skops": "skops"}
#: What is needed to load each, beside scikit-learn.
_NEEDS = {"cloudpickle": ("cloudpickle",), "skops": ("skops",)}
_SECONDS, _MEMORY = 120.0, 8 * 1024**3


@dataclass(frozen=True, kw_only=True)
class Question:
    """A model file and where it is to work.

    Attributes
    ----------
    inspection : of the file
    file : where it lies
    at : the path of the model within what the file holds
    rows : a file of rows to ask it with; None: they are made from the model
    writer, targets : environments
    trusted : whether it runs without a sandbox
    """

    inspection: Inspection
    file: Path
    at: str
    rows: Path | None
    writer: Writer
    targets: tuple[Wanted, ...]
    trusted: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """What else is to be told."""
        missing = ", ".join(self.writer.missing[:4])
        return (*self.writer.notes, *((f"it needs {missing}, of no package that is known",) if missing else ()))


def question(
    found: Inspection,
    file: Path,
    matrix: Matrix,
    *,
    to: Sequence[str],
    supplied: Sequence[str],
    at: str | None,
    rows: Path | None,
    trusted: bool,
) -> Question:
    """What is asked. Raises InputError for a file or words that cannot be asked about."""
    if found.trouble is not None:
        raise InputError(f"{file}: {found.trouble.kind}: {found.trouble.what}; see `inspect`")
    if found.format not in _FORMATS:
        checked = ", ".join(_FORMATS)
        raise InputError(f"{file}: this is {found.format}; only models of Python are checked so far: {checked}")
    if rows is not None and (not rows.is_file() or rows.suffix not in {".csv", ".json", ".npy", ".parquet"}):
        raise InputError(f"--data {rows}: no such file of rows; .csv, .json, .npy and .parquet are read")
    known = wanted.by_minor(matrix.profile("default", satisfiable=lambda _: True).environments)
    written_by = writer.of(found, known, supplied)
    return Question(
        inspection=found,
        file=file,
        at=_path(found, at),
        rows=rows,
        writer=written_by,
        targets=tuple(targets.of(to, written_by, known)),
        trusted=trusted,
    )


def _path(found: Inspection, at: str | None) -> str:
    """Where the model is in what the file holds. Raises InputError where there is none, or more than one."""
    if at is not None:
        return at
    models = [part.path for part in found.estimators]
    outermost = [path for path in models if not any(path != other and path.startswith(other) for other in models)]
    if not outermost:
        raise InputError(f"{found.path}: it holds no estimator that can be asked; see `inspect`")
    if len(outermost) > 1:
        raise InputError(
            f'{found.path}: it holds {len(outermost)} models: choose one, --at "{outermost[0]}"; see `inspect`'
        )
    return outermost[0]


def planned(asked: Question, matrix: Matrix) -> Plan:
    """The plan of the run. It writes the matrix of the environments, which nox builds them from."""
    kind = wanted.TRUSTED_KIND if asked.trusted else wanted.KIND
    needed = ("pandas", *_NEEDS.get(asked.inspection.format, ()))
    environments = (asked.writer.environment, *asked.targets)
    file = wanted.matrix_file(environments, kind=kind, packages=needed)
    loaded = matrices.load_matrix(file, native=matrix.native)
    chosen = loaded.profile("check", satisfiable=lambda _: True)
    item = next(one for one in matrix.formats if one.name == _FORMATS[asked.inspection.format])
    profile = replace(
        chosen,
        cases=(_case(asked, item),),
        formats=(replace(item, readers=item.readers[:1]),),
        limits=replace(chosen.limits, seconds=_SECONDS, fit_seconds=_SECONDS, memory=_MEMORY),
        trusted_types=("*",),
    )
    return Plan(profile=profile, matrix=file, writer=asked.writer.environment.name)


def lacking(plan: Plan) -> str | None:
    """What this machine lacks for the sandboxes of a plan, and what to do about that; None: nothing."""
    first = plan.profile.environments[0]
    return kinds.OF[first.kind].missing(first)


def _case(asked: Question, item: Format) -> Case:
    data = asked.file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    given = Given(
        file=str(asked.file),
        sha256=digest,
        reader=item.readers[0],
        at=asked.at,
        rows=None if asked.rows is None else str(asked.rows),
    )
    return Case(
        name=CASE,
        family="given",
        module="guest.given",
        function="Given",
        file=str(asked.file),
        digest=digest,
        given=given,
    )


def run(plan: Plan, *, results: Path, console: Console, keep_data: bool) -> Path:
    """Carry the plan out; return the run's folder, without the model and its rows unless they are to be kept."""
    from harness.run import lifecycle  # noqa: PLC0415

    folder = lifecycle.run(plan, results=results, console=console)
    if not keep_data:
        shutil.rmtree(folder / "objects", ignore_errors=True)
    return folder
