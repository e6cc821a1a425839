"""The run of one model file: its writer's environment hands it on, and every target loads it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness import inspection
from harness.checking import pins, targets, wanted, writer
from harness.checking.existing import Existing
from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.environments import kinds
from harness.errors import InputError, MachineError
from harness.machine import tools
from harness.run import lifecycle
from harness.terms import Case, Given

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.checking.wanted import Wanted
    from harness.checking.writer import Writer
    from harness.config.matrix import Matrix
    from harness.inspection import Inspection

CASE = "model"
#: The format of this project whose reader loads a file, by what an inspection calls it.
_FORMATS = {"pickle": "pickle", "cloudpickle": "cloudpickle", "joblib": "joblib", "skops": "skops"}
#: What is needed to load each, beside scikit-learn.
_NEEDS = {"cloudpickle": ("cloudpickle",), "skops": ("skops",)}
_ROWS = (".csv", ".json", ".npy", ".parquet")
_SECONDS, _MEMORY = 120.0, 8 * 1024**3


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A model file and what is asked of it, in the user's words.

    Attributes
    ----------
    file : where it lies
    to : targets, see `harness.checking.targets`; none: each minor release after the writer's
    rows : a file of rows to ask it with; None: they are made from the model
    at : the path of the model within what the file holds; None: it is found, if there is one only
    packages : requirements that the file does not tell
    requirements : a file of them, the writer's; None: there is none
    code : a folder of modules, or one module, that the file needs; None: there is none
    trusted : whether it runs without a sandbox
    alone : whether only the writer's environment is asked, and no target
    """

    file: Path
    to: tuple[str, ...] = ()
    rows: Path | None = None
    at: str | None = None
    packages: tuple[str, ...] = ()
    requirements: Path | None = None
    code: Path | None = None
    trusted: bool = False
    alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A run of a model file: its folder, the environments by name, and what is known of the writer."""

    run: Path
    writer: str
    targets: tuple[str, ...]
    written: str  # "scikit-learn 1.2.2, NumPy 1"
    notes: tuple[str, ...]
    called: Mapping[str, str]  # by name of a target that was there: what the user calls it


def tried(ask: Ask, *, console: Console, results: Path | None = None, keep_data: bool = False) -> Trial:
    """Let the writer's environment and every target load the file.

    Parameters
    ----------
    console : shows the progress.
    results : the folder that the run is stored in; None: the workspace's.
    keep_data : whether the model and its rows stay in the run's folder.

    Raises
    ------
    InputError : the file or the words are not such as can be tried.
    MachineError : no sandbox can be had here.
    """
    matrix = matrices.load_matrix(tools.ROOT / "matrix.yaml", native=tools.native_platform())
    found = _inspected(ask)
    known = wanted.by_minor(matrix.profile("default", satisfiable=lambda _: True).environments)
    own = {} if ask.requirements is None else pins.read(ask.requirements)
    written_by = writer.of(found, known, ask.packages, own)
    asked = [] if ask.alone else targets.of(ask.to, written_by, known)
    plan = _planned(ask, found, matrix, (written_by.environment, *asked))
    first = plan.profile.environments[0]
    lacking = kinds.OF[first.kind].missing(first)
    if lacking is not None:
        raise MachineError(f"{lacking}; --trust runs it without a sandbox, where a model may do what you may do")
    folder = lifecycle.run(
        plan,
        results=results or tools.workspace() / ".harness" / "checks",
        console=console,
    )
    if not keep_data:
        shutil.rmtree(folder / "objects", ignore_errors=True)
    return Trial(
        run=folder,
        writer=written_by.environment.name,
        targets=tuple(one.name for one in asked),
        written=written_by.said,
        notes=(*written_by.notes, *_missing(written_by, ask)),
        called={one.name: one.called for one in asked if isinstance(one, Existing)},
    )


def _missing(written_by: Writer, ask: Ask) -> Iterator[str]:
    if written_by.missing and ask.code is None:
        names = ", ".join(written_by.missing[:4])
        yield f"it needs {names}, of no package that is known: give it with --code or --with"


def _inspected(ask: Ask) -> Inspection:
    if (ask.file / "run.json").exists():
        raise InputError(f"{ask.file} is a run: `verify {ask.file}` tells whether it is sound")
    found = inspection.inspect(ask.file)
    if found.trouble is not None:
        raise InputError(f"{ask.file}: {found.trouble.kind}: {found.trouble.what}; see `inspect`")
    if found.format not in _FORMATS:
        checked = ", ".join(_FORMATS)
        raise InputError(f"{ask.file}: this is {found.format}; only models of Python are checked so far: {checked}")
    if ask.rows is not None and (not ask.rows.is_file() or ask.rows.suffix not in _ROWS):
        raise InputError(f"{ask.rows}: no such file of rows; {', '.join(_ROWS)} are read")
    return found


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


def _planned(ask: Ask, found: Inspection, matrix: Matrix, environments: Sequence[Wanted | Existing]) -> Plan:
    """The plan of the run. It writes the matrix of the environments, which nox builds them from."""
    kind = wanted.TRUSTED_KIND if ask.trusted else wanted.KIND
    packages = ("pandas", *_NEEDS.get(found.format, ()))
    file = wanted.matrix_file(environments, kind=kind, packages=packages, modules=_modules(ask.code))
    chosen = matrices.load_matrix(file, native=matrix.native).profile("check", satisfiable=lambda _: True)
    item = next(one for one in matrix.formats if one.name == _FORMATS[found.format])
    profile = replace(
        chosen,
        cases=(_case(ask, _path(found, ask.at), item.readers[0]),),
        formats=(replace(item, readers=item.readers[:1]),),
        limits=replace(chosen.limits, seconds=_SECONDS, fit_seconds=_SECONDS, memory=_MEMORY),
        trusted_types=("*",),
    )
    return Plan(profile=profile, matrix=file, writer=environments[0].name)


def _modules(code: Path | None) -> list[Path]:
    """The modules and packages at the top of a folder, or the one that is named."""
    if code is None:
        return []
    places = sorted(code.iterdir()) if code.is_dir() and not (code / "__init__.py").exists() else [code]
    found = [path for path in places if path.suffix == ".py" or (path / "__init__.py").is_file()]
    if not found:
        raise InputError(f"{code}: there is no module such as own.py in it, and no package, a folder with __init__.py")
    return found


def _case(ask: Ask, at: str, reader: str) -> Case:
    with ask.file.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rows = None if ask.rows is None else str(ask.rows)
    return Case(
        name=CASE,
        family="given",
        module="guest.given",
        function="Given",
        file=str(ask.file),
        digest=digest,
        given=Given(file=str(ask.file), sha256=digest, reader=reader, at=at, rows=rows),
    )
