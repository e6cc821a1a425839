"""What a model file is, told without running any of it: nothing is imported from, called for or built from the file.

content      what a file is, by its content; compression is taken off
streams      bytes to be read once, through a window; lz4: the one compression that Python lacks
limits       what an inspection may take, and how it ends early
walker       the walk through a pickle; opcodes: what each does; nodes: what stands in for values
arrays       arrays that joblib keeps out of the pickle; beside: those in files of their own
graph        the values with their sizes and paths; parts: the tree that people see
evidence     what tells of the writer's versions; packages: names on PyPI
known_names  the list of what each scikit-learn release names
pickled, skops, archives, onnx, pmml, boosters, mlflow    one reader for each kind of file
result       what is returned

It needs the standard library only, and nothing that Windows and macOS lack.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.errors import InputError
from harness.inspection import content, mlflow
from harness.inspection.limits import Limits
from harness.inspection.result import Inspection

__all__ = ["Inspection", "Limits", "inspect"]


def inspect(path: str | Path, limits: Limits | None = None) -> Inspection:
    """Tell what a model file is.

    Parameters
    ----------
    path : a file, or a folder of MLflow
    limits : what it may take

    Raises
    ------
    InputError : there is no such file, or it is no model that is known here. A damaged file is told in ``trouble``.
    """
    path, limits = Path(path), limits or Limits()
    if path.is_dir():
        if not (path / mlflow.NAME).is_file():
            raise InputError(f"{path}: a folder without {mlflow.NAME}, which MLflow writes; name a model file")
        return replace(mlflow.read(path, lambda file: _file(file, limits)), path=str(path))
    return _file(path, limits)


def _file(path: Path, limits: Limits) -> Inspection:
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    if not path.is_file():
        raise InputError(f"{path}: this is no regular file")
    with path.open("rb") as file:
        size = file.seek(0, 2)
        try:
            found, wrapping = content.read(file, limits, path.parent)
        except content.Unknown as error:
            raise InputError(f"{path}: this is no model file that is known here; {error}") from error
    return replace(found, path=str(path), size=size, wrapping=(*found.wrapping, *wrapping))
