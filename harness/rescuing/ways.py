"""The ways that may lead from a model file to a target, the cheapest first. Pure.

A way is a list of environments, each of which saves the model in a format; the target loads what the last one saved. A
format may carry a model where the one that is wanted cannot. Then the target loads it and saves it again as wanted.

What a stage costs are the environments that have to be built for it, so ways are grouped by these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.rescued import Kept, Step, Way

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import PurePath

#: What a file of each suffix is. Of any other it may be anything.
_SUFFIXES = {
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
    ".skops": "skops",
    ".portable": "portable",
    ".onnx": "onnx",
    ".pmml": "pmml",
}
#: Packages that formats need beside scikit-learn.
_NEEDS = {
    "skops": ("skops",),
    "cloudpickle": ("cloudpickle",),
    # skl2onnx of 2021 imports pkg_resources; with protobuf 7 that of today cannot convert histogram gradient boosting.
    "onnx": ("skl2onnx", "onnx", "onnxruntime", "setuptools<81", "protobuf<7"),
    "pmml": ("sklearn2pmml", "jpmml-evaluator"),
}
#: In which a Python object is saved, what most often works first; `portable` needs no package beside NumPy.
_OBJECTS = ("pickle-4", "joblib", "portable", "skops", "cloudpickle")
#: In which no more than predictions are kept, the most exact first.
_PREDICTIONS = ("onnx-float64", "onnx")
#: The same for a Java program. It needs a Java runtime, so it comes last.
_DOCUMENT = "pmml"


def kind(format_name: str) -> str:
    """What people call a format and its variants."""
    return format_name.partition("-")[0]


def of_suffix(output: PurePath) -> str | None:
    """The kind of format that a suffix says; None: it says nothing."""
    return _SUFFIXES.get(output.suffix.lower())


def suffix_of(format_kind: str) -> str:
    """The suffix that fits a kind of format, empty for one that has none."""
    return next((suffix for suffix, one in _SUFFIXES.items() if one == format_kind), "")


def tools(formats: Collection[str]) -> tuple[str, ...]:
    """The packages that some formats need, beside scikit-learn."""
    return tuple(dict.fromkeys(package for one in formats for package in _NEEDS.get(kind(one), ())))


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Ways that are tried in the same environments.

    Attributes
    ----------
    carriers : formats in which the model leaves the environment before the target
    final : the format of the file that is handed over
    through : an environment between, by name; None: none
    kept : what is handed over of the model
    """

    carriers: tuple[str, ...]
    final: str
    through: str | None = None
    kept: Kept = Kept.MODEL

    @property
    def tools(self) -> tuple[str, ...]:
        return tools((*self.carriers, self.final))

    def is_handed_over(self, carrier: str) -> bool:
        """Whether a carrier is a file as it is wanted, so that the target need not save the model again."""
        return kind(carrier) == kind(self.final)


def stages(
    wanted: str | None, own: str, known: Collection[str], *, between: Sequence[str], is_search: bool
) -> Iterator[Stage]:
    """What is tried, the cheapest first: the model itself, then a part of it, then its predictions.

    Parameters
    ----------
    wanted : the kind of the file that is wanted; None: any, above all the file's own.
    own : the format of the file.
    known : the formats that there are.
    between : names of environments between the writer's and the target's.
    is_search : whether the model is a search over parameters, with a ``best_estimator_``.
    """
    final = _final(wanted, own)
    if final not in known:
        return
    if kind(final) not in {"onnx", _DOCUMENT}:
        near, far = _carriers(final, own, known)
        for kept in (Kept.MODEL, Kept.PART) if is_search else (Kept.MODEL,):
            yield Stage(carriers=near, final=final, kept=kept)
            if far:
                yield Stage(carriers=far, final=final, kept=kept)
            for name in between if kept is Kept.MODEL else ():
                yield Stage(carriers=near, final=final, through=name)
    graphs = tuple(one for one in _PREDICTIONS if one in known)
    if graphs and wanted != _DOCUMENT:
        yield Stage(carriers=graphs, final=graphs[0], kept=Kept.PREDICTIONS)
    if _DOCUMENT in known and wanted in {None, _DOCUMENT}:
        yield Stage(carriers=(_DOCUMENT,), final=_DOCUMENT, kept=Kept.PREDICTIONS)


def _final(wanted: str | None, own: str) -> str:
    named = wanted or kind(own)
    return {"pickle": "pickle-4", "onnx": _PREDICTIONS[0]}.get(named, named)


def _carriers(final: str, own: str, known: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Formats that carry the model: those that need no package but those of the wanted one, and the others."""
    usable = [one for one in _OBJECTS if one in known and one != own]
    ordered = sorted(usable, key=lambda one: kind(one) != kind(final))
    there = set(tools([final]))
    near = tuple(one for one in ordered if set(tools([one])) <= there)
    return near, tuple(one for one in ordered if one not in near)


def way(stage: Stage, carrier: str, *, writer: str, target: str, first: str = "") -> Way:
    """One way of a stage.

    Parameters
    ----------
    first : the format in which the writer saves the model for an environment between; empty: that gets the file.
    """
    steps = [Step(environment=writer, format=carrier)]
    if stage.through is not None:
        steps = [Step(environment=writer, format=first)] if first else []
        steps.append(Step(environment=stage.through, format=carrier))
    if not stage.is_handed_over(carrier):
        steps.append(Step(environment=target, format=stage.final))
    return Way(steps=tuple(steps), kept=stage.kept)
