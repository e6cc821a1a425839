"""The model files of an upgrade: named, or found in folders. They are read as `inspect` reads them, never loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError, InputError
from harness.inspection import mlflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.analysis.upgrade import HeldClass, ModelFile
    from harness.inspection import Inspection

#: Folders without models of the user's own.
_NEVER = frozenset({"__pycache__", "node_modules", "site-packages"})
_NAMED = 3  # files in one line


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found.

    Attributes
    ----------
    files : with models, or damaged
    others : what else there was, in words
    """

    files: tuple[ModelFile, ...]
    others: tuple[str, ...]


def read(paths: Sequence[Path]) -> Found:
    """Read files, and folders with all below them. In folders, what is no model file is passed over.

    Raises
    ------
    InputError : a path is not there, or there is no model in any of them.
    """
    from harness.analysis.upgrade import ModelFile

    files, strangers, empty = [], [], []
    for path, is_named in _walk(paths):
        file = _read(path)
        if file is None and is_named:
            files.append(ModelFile(path=_name(path), trouble="it is no model file that is known here"))
        elif file is None:
            strangers.append(_name(path))
        elif file.classes or file.trouble:
            files.append(file)
        elif file.built or is_named:
            files.append(replace(file, trouble=_without_classes(file)))
        else:
            empty.append(_name(path))
    if paths and all(file.trouble for file in files):
        raise InputError("\n".join(_nothing(paths, files)))
    told = ((strangers, "no model files"), (empty, "without an estimator"))
    return Found(files=tuple(files), others=tuple(f"{_listed(some)}: {what}" for some, what in told if some))


def _without_classes(file: ModelFile) -> str:
    own = f"; it holds {_listed(file.built)}" if file.built else ""
    return f"it has no estimator that is known{own}"


def _nothing(paths: Sequence[Path], files: Sequence[ModelFile]) -> Iterator[str]:
    """Why there is nothing to be judged."""
    yield from (f"{file.path}: {file.trouble}" for file in files)
    if not files:
        names = ", ".join(map(str, paths))
        yield f"{names}: no file there has an estimator that is known; `inspect FILE` tells what one is"


def _walk(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Each file once, and whether it was named. A folder of MLflow is one."""
    seen: set[Path] = set()
    for named in paths:
        if not named.exists():
            raise InputError(f"{named}: there is no such file or folder")
        for path in _below(named):
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield path, path == named


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir() or (path / mlflow.NAME).is_file():
        yield path
        return
    for inner in sorted(path.iterdir()):
        if inner.name.startswith(".") or inner.name in _NEVER:
            continue
        if inner.is_dir() and not inner.is_symlink() and not (inner / "pyvenv.cfg").exists():
            yield from _below(inner)
        elif inner.is_file():
            yield inner


def _read(path: Path) -> ModelFile | None:
    """A file, as much of it as counts; None if it is no model file."""
    from harness import inspection
    from harness.analysis.upgrade import ModelFile

    try:
        found = inspection.inspect(path)
    except InputError:
        return None
    except (HarnessError, OSError) as error:
        return ModelFile(path=_name(path), trouble=f"it cannot be read: {error}")
    if found.trouble is not None:
        return ModelFile(path=_name(path), format=found.format, trouble=f"{found.trouble.kind}: {found.trouble.what}")
    return ModelFile(
        path=_name(path),
        format=found.format,
        classes=tuple(_classes(found)),
        numpy=writer_numpy(found),
        bytecode=_bytecode(found),
        own=found.own,
        built=_built(found),
        within=frozenset(part.class_name for part in found.estimators),
    )


def _classes(found: Inspection) -> Iterator[HeldClass]:
    """The classes of its models, each once for each release; of several models what they have in common is known."""
    from harness.analysis.upgrade import HeldClass

    known: dict[tuple[str, str | None], dict[str, str]] = {}
    main = next(iter(found.sklearn_versions), None)
    models = {part.name for part in found.models}
    # What members of an ensemble are decides, too.
    for part in (*found.models, *(one for one in found.templates if one.name not in models and _is_public(one.name))):
        given = dict(part.parameters)
        key = part.name, part.version or main
        before = known.get(key, given)
        known[key] = {name: text for name, text in given.items() if before.get(name) == text}
    # Of many parts the inspection tells some; nothing is known of the parameters of the others.
    told = {part.name for part in found.estimators}
    known |= {(name, main): {} for name in found.classes if name not in told and _is_public(name)}
    for (name, version), parameters in known.items():
        yield HeldClass(
            name=name.rpartition(".")[2],
            parameters=parameters,
            scikit_learn=version,
            stranger=None if _is_known(name) else name,
        )


def _is_public(name: str) -> bool:
    """Whether a class is none that scikit-learn has for the use of another of its classes, which answers for it."""
    return not (name.startswith("sklearn.") and name.rpartition(".")[2].startswith("_"))


def _is_known(name: str) -> bool:
    """Whether a class is the one that runs mean by its name.

    Runs store classes without their modules. A class of the user's own may be in runs of the user's own, but not by the
    name of one of scikit-learn's.
    """
    from harness.analysis.upgrade import third_party
    from harness.inspection import known_names, packages

    short = name.rpartition(".")[2]
    package = packages.package_of(name)
    if package is None:
        return not known_names.is_class_of_sklearn(short)
    return package == (third_party.package_of(short) or "scikit-learn")


def _built(found: Inspection) -> tuple[str, ...]:
    """Code that is of no known package, no estimator, and more than named: its objects are built, or it is called.

    Of skops it is not told which, so all of it counts.
    """
    called = {one.name for one in found.calls.outside if one.called}
    own = (name for name in found.own if name not in found.classes)
    return tuple(name for name in own if name in called or found.format == "skops")


def _name(path: Path) -> str:
    """A path in short, seen from the working directory."""
    return min(str(path), os.path.relpath(path), key=len)


def _bytecode(found: Inspection) -> str | None:
    """The Python of the functions that a file has in itself, as cloudpickle writes them; None if it has none."""
    if found.format != "cloudpickle":
        return None
    return next((one.version for one in found.evidence if one.package == "python"), "not told")


def writer_numpy(found: Inspection) -> str | None:
    """The major release of the writer's NumPy; None where the file does not tell it."""
    return next((one.version[0] for one in found.evidence if one.package == "numpy" and one.version[0] in "12"), None)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
