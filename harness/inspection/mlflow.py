"""MLflow folders: what `MLmodel` and `requirements.txt` say, and the model file within."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import InputError
from harness.inspection.evidence import told
from harness.inspection.result import Evidence, Inspection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAME = "MLmodel"
_MOST = 1 << 20  # bytes of a text file of such a folder
_TEXT = 200
#: Where a flavour says which file is its model.
_FILES = ("pickled_model", "model_path", "data", "lgb_class_file")
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[\w, -]*\])?\s*==\s*([A-Za-z0-9.!+_-]{1,60})\s*(?:;.*)?$")


def read(folder: Path, inner: Callable[[Path], Inspection]) -> Inspection:
    """Inspect a folder of MLflow.

    Parameters
    ----------
    inner : inspects the model file in it

    Raises
    ------
    InputError : the folder names no model file that is in it.
    """
    said = dict(_lines((folder / NAME).read_bytes()[:_MOST].decode("utf-8", "replace")))
    file = _model_file(folder, said)
    found = inner(file)
    pins = tuple(_pins(folder / "requirements.txt"))
    flavours = sorted({path.split(".")[1] for path in said if path.startswith("flavors.") and path.count(".") > 1})
    evidence = [
        Evidence(package=package, version=version, exact=True, why=why, count=0)
        for package, version, why in (
            ("mlflow", said.get("mlflow_version", ""), NAME),
            ("python", said.get("flavors.python_function.python_version", ""), NAME),
            ("scikit-learn", said.get("flavors.sklearn.sklearn_version", ""), NAME),
            *((package, version, "requirements.txt") for package, version in pins),
        )
        if version
    ]
    note = f"an MLflow folder ({', '.join(flavours)[:_TEXT]}); its model is {file.name[:60]!r}, by {found.format}"
    return replace(
        found,
        format="mlflow",
        evidence=told([*found.evidence, *evidence]),
        notes=(note, *found.notes),
    )


@dataclass(frozen=True, kw_only=True)
class Folder:
    """What a folder of MLflow has for a trial of its model.

    Attributes
    ----------
    file : the model itself
    pins : plain pins of its ``requirements.txt``, such as ``numpy==1.24.4``; nothing else in there is taken
    example : the file with its input example; None if there is none
    """

    file: Path
    pins: tuple[str, ...]
    example: Path | None


def opened(folder: Path) -> Folder:
    """Where the parts of a folder lie. Raises InputError where it names no model file that is in it."""
    said = dict(_lines((folder / NAME).read_bytes()[:_MOST].decode("utf-8", "replace")))
    pins = tuple(f"{package}=={version}" for package, version in _pins(folder / "requirements.txt"))
    example = folder / "input_example.json"
    return Folder(file=_model_file(folder, said), pins=pins, example=example if example.is_file() else None)


def _model_file(folder: Path, said: dict[str, str]) -> Path:
    named = [value for path, value in said.items() if path.rpartition(".")[2] in _FILES]
    for name in dict.fromkeys(named):
        if re.search(r"[\\:\0]|^/|(^|/)\.\.(/|$)", name):
            raise InputError(f"{folder / NAME}: it names a model outside its folder; nothing there was read")
        if (folder / name).is_file():
            return folder / name
    raise InputError(f"{folder / NAME}: it names no model file that is in its folder")


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """By path, such as ``flavors.sklearn.sklearn_version``: the plain values of a simple YAML file."""
    outer: list[tuple[int, str]] = []
    for line in text.splitlines():
        found = re.match(r"( *)([\w-]{1,80}):(?: +(.*))?$", line)
        if found is None:
            continue
        indent = len(found[1])
        while outer and outer[-1][0] >= indent:
            outer.pop()
        value = (found[3] or "").strip().strip("'\"")
        path = ".".join([*(name for _, name in outer), found[2]])
        if value:
            yield path, value[:_TEXT]
        elif len(outer) < 20:
            outer.append((indent, found[2]))


def _pins(path: Path) -> Iterator[tuple[str, str]]:
    """Exact versions among requirements; anything else is left out."""
    try:
        text = path.read_bytes()[:_MOST].decode("utf-8", "replace") if path.is_file() else ""
    except OSError:
        return
    for line in text.splitlines()[:1_000]:
        found = _PIN.match(line.partition(" #")[0].strip())
        if found is not None:
            yield found[1].lower(), found[2]
