"""Environments for an ONNX file: releases of onnxruntime, without scikit-learn.

Such a file does not tell which onnxruntime ran it. The user says it; else the newest that the matrix has stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.version import Version

from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.terms import Environment

PACKAGE = "onnxruntime"
_RELEASE = re.compile(r"(?:onnxruntime==)?(\d+\.\d+(?:\.\d+)?)")
#: The first release that has wheels for a Python; and the first that goes with NumPy 2.
_PYTHONS = (("1.20", "3.13"), ("1.12", "3.10"), ("0", "3.8"))
_NUMPY_2 = "1.19"
_UNTOLD = "an ONNX file does not tell which onnxruntime ran it; say yours, --with onnxruntime==1.24"


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """An environment with a release of onnxruntime, or with the newest of a minor."""

    release: str

    @property
    def name(self) -> str:
        return f"ort{self.release}"

    def entry(self, kind: str, packages: Sequence[str]) -> dict[str, object]:
        """See `harness.checking.wanted.Wanted.entry`."""
        exact = self.release.count(".") > 1
        numpy = ["numpy<2"] if Version(self.release) < Version(_NUMPY_2) else []
        python = next(python for first, python in _PYTHONS if Version(self.release) >= Version(first))
        needed = [*packages, "scipy", *numpy, f"{PACKAGE}=={self.release}{'' if exact else '.*'}"]
        return {"name": self.name, "kind": kind, "python": python, "as_of": "newest", "packages": needed}


@dataclass(frozen=True, kw_only=True)
class Runtimes:
    """The one that all others are held against, and those.

    ``stands_in`` is why it is not the user's; None if the user named it.
    """

    reference: Runtime
    targets: tuple[Runtime, ...]
    stands_in: str | None


def of(words: Sequence[str], supplied: Sequence[str], environments: Iterable[Environment]) -> Runtimes:
    """The releases that are asked for; none named: those of the matrix.

    Raises
    ------
    InputError : a word is no release of onnxruntime.
    """
    known = _known(environments)
    own = [one for one in map(Requirement, supplied) if one.name.lower() == PACKAGE]
    reference = Runtime(release=_release(str(own[0])) if own else known[-1])
    asked = [_release(word) for word in words] or known
    targets = sorted({one for one in asked if one != reference.release}, key=Version)
    return Runtimes(
        reference=reference,
        targets=tuple(Runtime(release=one) for one in targets),
        stands_in=None if own else f"{_UNTOLD}; {reference.release} stands in",
    )


def _known(environments: Iterable[Environment]) -> list[str]:
    """The minors of onnxruntime that the matrix has environments of, the oldest first."""
    pins = (re.match(rf"{PACKAGE}==(\d+\.\d+)", text) for one in environments for text in one.packages)
    return sorted({found[1] for found in pins if found is not None}, key=Version)


def _release(word: str) -> str:
    found = _RELEASE.fullmatch(word.replace(" ", ""))
    if found is None:
        raise InputError(f"{shown(word)} is no release of onnxruntime, which runs ONNX files: --to onnxruntime==1.24")
    return found[1]
