"""A file is handed over: proved in the target, read by `inspect`, and written with its sidecar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness import inspection
from harness.analysis import rescued
from harness.errors import InputError
from harness.inspection import packages
from harness.rescuing import output as outputs
from harness.rescuing import ways
from harness.rescuing.hops import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.analysis.rescued import Rescued
    from harness.inspection import Inspection
    from harness.rescuing.hops import Hops, Saved

_PART = ".best_estimator_"
_NAMES = 4  # in one line
#: The kinds of format that hold no names of code.
_DATA = frozenset({"onnx", "pmml", "portable"})
#: Functions by which pandas loads its own objects.
_MAKERS = frozenset({"pandas.core.indexes.base._new_Index", "pandas.core.indexes.datetimes._new_DatetimeIndex"})


def is_search(found: Inspection, at: str) -> bool:
    """Whether a model is a search over parameters that has its best estimator in it."""
    return any(part.path == at + _PART for part in found.estimators)


def part(model: Saved) -> Saved:
    """The best estimator of a search."""
    return replace(model, at=model.at + _PART)


def proved(
    runs: Hops,
    handed: Saved,
    reference: Saved,
    *,
    output: Path,
    needed: Sequence[str],
    answer: Callable[[], Rescued],
) -> Rescued | str:
    """Hand a file over if it is proved; why not, where it isn't.

    Parameters
    ----------
    handed : the file, and the target.
    reference : what it is held against.
    needed : packages that the proof needs.
    answer : what is to be said of it, without the proof.
    """
    like = runs.file.ask.file
    with outputs.aside(output, handed.file.read_bytes(), like) as beside:
        proof = runs.proof(reference, beside, handed.format.name, handed.home, needed=needed)
        if isinstance(proof, str):
            return proof
        kind = ways.kind(handed.format.name)
        outside = () if kind in _DATA else _outside(inspection.inspect(beside), runs.file.found)
        if outside:
            return f"it would call {', '.join(outside[:_NAMES])}, which no model of scikit-learn does"
        if digest_of(like) != runs.digest:
            raise InputError(f"{like}: it was changed while it was rescued: run it again")
        digests = {"file": runs.digest, "output": digest_of(beside)}
        fitting = "" if ways.of_suffix(output) == kind else ways.suffix_of(kind)
        size = beside.stat().st_size
        told = replace(answer(), proof=proof, format=kind, digests=digests, size=size, fitting_suffix=fitting)
        outputs.hand_over(beside, output, rescued.sidecar(told), like)
        return told


def _outside(found: Inspection, original: Inspection) -> tuple[str, ...]:
    """What a file would call that is neither scikit-learn's nor a class of a package that the model was known to need.

    Functions are another matter: NumPy, joblib and pandas have some that run whatever text they are given.
    """
    if found.trouble is not None:
        return (found.trouble.what,)
    known = {need.package for need in original.needs if need.package}
    own = set(original.own)
    return tuple(
        one.name
        for one in found.calls.outside
        if one.called and one.name not in own and not (packages.package_of(one.name) in known and _only_makes(one.name))
    )


def _only_makes(name: str) -> bool:
    """Whether a call by this name makes an object: that of a class, by its first letter, or one of pandas' makers."""
    return name.rpartition(".")[2].lstrip("_")[:1].isupper() or name in _MAKERS or name.startswith("pandas._libs.")
