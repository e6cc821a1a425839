"""Targets that are there and are taken as they are: a Python with its packages, a container image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.checking import wanted
from harness.environments import image, interpreter, present
from harness.errors import InputError
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.environments.installed import Installed

_LONG = 24  # characters in a line with others


@dataclass(frozen=True, kw_only=True)
class Existing:
    """An environment that is there.

    Attributes
    ----------
    label : an environment's name, made of what the user calls it
    called : what the user calls it, where that is short
    kind, keys : of the environment in a matrix
    scikit_learn, python : the release that it has, and the minor of its Python
    told : what it has, for people: "scikit-learn 1.5.2, NumPy 2.1.3, Python 3.12.4"
    notes : what else is to be told of it
    """

    label: str
    called: str
    kind: str
    keys: tuple[tuple[str, str], ...]
    scikit_learn: str
    python: str
    told: str
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.label

    def entry(self, kind: str, packages: Sequence[str]) -> dict[str, object]:  # noqa: ARG002  # nothing is installed
        """What a matrix says of it, beside environments of a kind that has sandboxes or has none."""
        sandbox = {"sandbox": "true"} if self.kind == interpreter.KIND.name and kind == wanted.KIND else {}
        # The release that it has may be a development version, which no matrix names.
        given = {
            "name": self.name,
            "kind": self.kind,
            "scikit-learn": minor_of(self.scikit_learn),
            "python": self.python,
        }
        return {**given, **dict(self.keys), **sandbox}


def of_interpreter(word: str) -> Existing:
    """A Python, by its program or by the folder of its environment. Raises InputError, MachineError."""
    path = Path.cwd() / word  # links stay: a virtual environment is known by them
    found = present.in_interpreter(f"--to {word}", path)
    return _existing(word, found, kind=interpreter.KIND.name, label=_label(path), keys={"path": str(path)})


def of_image(word: str, name: str) -> Existing:
    """A container image that is here. Raises InputError, MachineError."""
    found = present.in_image(f"--to {word}", name)
    return _existing(word, found, kind=image.KIND.name, label=word, keys={"image": name})


def _existing(word: str, found: Installed, *, kind: str, label: str, keys: dict[str, str]) -> Existing:
    release = found.version("scikit-learn")
    if release is None:
        raise InputError(
            f"--to {word}: there is no scikit-learn in it (Python {found.python}, {len(found.packages)} packages): "
            "install it there, or name another environment"
        )
    versions = [f"scikit-learn {release}", f"NumPy {found.version('numpy')}", f"Python {found.python}"]
    return Existing(
        label=wanted.label(label),
        called=word if len(word) <= _LONG else label,
        kind=kind,
        keys=tuple(keys.items()),
        scikit_learn=release,
        python=found.minor,
        told=", ".join(versions),
    )


def _label(path: Path) -> str:
    """The last part that says something: the folder of a program that is called as all are."""
    return path.parent.parent.name if path.parent.name == "bin" else path.name
