"""The plan of a run of one model file: from the user's words and an inspection. The file is read by nobody here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness import inspection
from harness.checking import own_code, wanted
from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.errors import InputError
from harness.inspection import mlflow
from harness.terms import Case, Given

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.checking.wanted import Entry
    from harness.config.matrix import Matrix
    from harness.inspection import Inspection
    from harness.terms import Format

CASE = "model"
#: The format of this project whose reader loads a file, by what an inspection calls it.
_FORMATS = {"pickle": "pickle", "cloudpickle": "cloudpickle", "joblib": "joblib", "skops": "skops", "onnx": "onnx"}
#: What to do with the others.
_OTHERWISE = {
    "pmml": "it runs in Java, which is not checked; load it with pypmml or jpmml-evaluator of each release and compare",
    "xgboost": "load it with each release of xgboost and compare; XGBoost promises that newer ones read it",
    "lightgbm": "load it with each release of lightgbm and compare",
    "catboost": "load it with each release of catboost and compare",
}
#: What is needed to load each, beside scikit-learn.
_NEEDS = {"cloudpickle": ("cloudpickle",), "skops": ("skops",)}
#: Packages of a folder's list that may change what a model answers; the others, such as MLflow itself, are left out.
_SURROUNDINGS = frozenset({"scikit-learn", "numpy", "scipy", "joblib", "pandas", "cloudpickle", "skops"})
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
    pins : the writer's packages as a folder of MLflow has them
    example : whether the rows are no more than an example
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
    pins: tuple[str, ...] = ()
    example: bool = False


def inspected(file: Path, found: Inspection | None = None) -> Inspection:
    """What is known of a file that can be tried. Raises InputError for any other.

    Parameters
    ----------
    found : that, where it is known already.
    """
    if (file / "run.json").exists():
        raise InputError(f"{file} is a run: `verify {file}` tells whether it is sound")
    found = inspection.inspect(file) if found is None else found
    if found.trouble is not None:
        raise InputError(f"{file}: {found.trouble.kind}: {found.trouble.what}; see `inspect`")
    if found.format not in {*_FORMATS, "mlflow"}:
        raise InputError(f"{file}: {_refusal(found.format)}")
    return found


def opened(ask: Ask, found: Inspection) -> tuple[Ask, Inspection]:
    """The model file itself, where it lies in a folder of MLflow, with that folder's pins and example."""
    if found.format != "mlflow":
        return ask, found
    folder = mlflow.opened(ask.file)
    inner = inspection.inspect(folder.file)
    if inner.format not in _FORMATS:
        raise InputError(f"{folder.file}: {_refusal(inner.format)}")
    needed = {need.package for need in found.needs} | _SURROUNDINGS
    pins = tuple(pin for pin in folder.pins if pin.partition("==")[0].replace("_", "-") in needed)
    ask = replace(ask, file=folder.file, pins=pins)
    if ask.rows is None and folder.example is not None:
        ask = replace(ask, rows=folder.example, example=True)
    return ask, replace(found, format=inner.format)


def format_name(found: Inspection) -> str:
    """The format of this project that loads an inspected file."""
    return _FORMATS[found.format]


def _refusal(name: str) -> str:
    return f"not known: this is {name}; {_OTHERWISE.get(name) or 'checked are ' + ', '.join(_FORMATS)}"


def planned(
    ask: Ask, found: Inspection, matrix: Matrix, environments: Sequence[Entry], *, optional: Sequence[str] = ()
) -> Plan:
    """The plan of the run. It writes the matrix of the environments, which nox builds them from.

    Parameters
    ----------
    environments : the writer's first.
    optional : packages that each environment has where they resolve.
    """
    if ask.rows is not None and (not ask.rows.is_file() or ask.rows.suffix not in _ROWS):
        raise InputError(f"{ask.rows}: no such file of rows; {', '.join(_ROWS)} are read")
    kind = wanted.TRUSTED_KIND if ask.trusted else wanted.KIND
    packages = ("pandas", *_NEEDS.get(found.format, ()))
    modules = [] if ask.code is None else own_code.modules(ask.code, found.own)
    file = wanted.matrix_file(environments, kind=kind, packages=packages, optional=optional, modules=modules)
    known = matrices.load_matrix(file, cases=matrix.cases, formats=matrix.formats, native=matrix.native)
    chosen = known.profile("check", satisfiable=lambda _: True)
    item = next(one for one in matrix.formats if one.name == format_name(found))
    profile = replace(
        chosen,
        cases=(case(ask, found, item),),
        formats=(replace(item, readers=item.readers[:1]),),
        limits=replace(chosen.limits, seconds=_SECONDS, fit_seconds=_SECONDS, memory=_MEMORY),
        trusted_types=("*",),
    )
    return Plan(profile=profile, matrix=file, writer=environments[0].name)


def case(ask: Ask, found: Inspection, item: Format) -> Case:
    """The file in the place of a case; ``item`` is the format that loads it. Raises InputError."""
    with ask.file.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rows = None if ask.rows is None else str(ask.rows)
    main = {} if ask.code is None else own_code.of_main(ask.code, found.own)
    return Case(
        name=CASE,
        family="given",
        module="guest.given",
        function="Given",
        file=str(ask.file),
        digest=digest,
        given=Given(
            file=str(ask.file),
            sha256=digest,
            format=item,
            at=_path(found, ask.at),
            rows=rows,
            example=ask.example,
            main=tuple(sorted(main.items())),
        ),
    )


def _path(found: Inspection, at: str | None) -> str:
    """Where the model is in what the file holds. Raises InputError where there is none, or more than one."""
    if at is not None or found.format == "onnx":
        return at or ""
    models = [part.path for part in found.estimators]
    outermost = [path for path in models if not any(path != other and path.startswith(other) for other in models)]
    if not outermost:
        raise InputError(f"{found.path}: it holds no estimator that can be asked; see `inspect`")
    if len(outermost) > 1:
        raise InputError(
            f'{found.path}: it holds {len(outermost)} models: choose one, --at "{outermost[0]}"; see `inspect`'
        )
    return outermost[0]
