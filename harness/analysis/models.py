"""What each case fits: the estimators that a model is made of, with their parameters. Imports nothing heavy. Pure."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: A class that is constructed in the text of a parameter: a pipeline's steps, a search's estimator.
_CONSTRUCTED = re.compile(r"\b([A-Z]\w+)\(")
#: Parameters that decide nothing about a stored model.
_WITHOUT_EFFECT = frozenset({"n_jobs", "verbose", "copy_X", "copy", "pre_dispatch", "cache_size", "memory"})


@dataclass(frozen=True, kw_only=True)
class Part:
    """One estimator within a model, by the name of its class without its module."""

    name: str
    parameters: Mapping[str, str] | None  # as they are written; None: an older run does not tell

    def value(self, parameter: str) -> str | None:
        """The text of a parameter; None if it has none of that name."""
        return None if self.parameters is None else self.parameters.get(parameter)


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a case fits in one producer."""

    parts: tuple[Part, ...] = ()  # the model itself first; empty where no producer could fit it
    data: Mapping[str, str] = field(default_factory=dict)  # what the training rows are, by property: input, missing
    uncompared: Mapping[str, str] | None = None  # methods and attributes that are not compared; None: not told

    @property
    def name(self) -> str:
        """The class of the model itself."""
        return self.parts[0].name if self.parts else ""

    @property
    def names(self) -> frozenset[str]:
        """The classes of all parts."""
        return frozenset(part.name for part in self.parts)

    def of(self, name: str) -> Iterator[Part]:
        """Its parts of a class."""
        return (part for part in self.parts if part.name.lower() == name.lower())

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Model:
        """Read an artifact's manifest, of any schema version."""
        uncompared = manifest.get("not_compared")
        data = manifest.get("input")
        return cls(
            parts=tuple(_parts(manifest)),
            data=_rows(data) if isinstance(data, dict) else {},
            uncompared=_texts(uncompared) if isinstance(uncompared, dict) else None,
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Model:
        """The reverse of `as_data`."""
        parts = tuple(Part(name=name, parameters=parameters) for name, parameters in data["parts"])
        return cls(parts=parts, data=data["data"], uncompared=data["uncompared"])

    def as_data(self) -> dict[str, Any]:
        """The model as data for JSON."""
        parts = [[part.name, part.parameters] for part in self.parts]
        return {"parts": parts, "data": dict(self.data), "uncompared": self.uncompared}


def _parts(manifest: Mapping[str, Any]) -> Iterator[Part]:
    told = manifest.get("parts")
    if isinstance(told, list) and all(isinstance(part, dict) for part in told):
        for part in told:
            given = part.get("parameters")
            yield Part(name=_short(part.get("class")), parameters=_kept(given) if isinstance(given, dict) else None)
        return
    # An older run tells the parameters of the model itself, and what is within it only in their texts.
    outer = _short(manifest.get("estimator"))
    given = manifest.get("parameters")
    parameters = _texts(given) if isinstance(given, dict) else None
    if outer:
        yield Part(name=outer, parameters=parameters)
    written = " ".join((parameters or {}).values())
    for name in dict.fromkeys(_CONSTRUCTED.findall(written)):
        if name != outer:
            yield Part(name=name, parameters=None)


def _rows(told: Mapping[str, Any]) -> dict[str, str]:
    """What the training rows are, in the words of a question: ``input``, ``dtype``, ``missing``, ``categories``."""
    known = {name: ("no", "yes")[value] if isinstance(value, bool) else str(value) for name, value in told.items()}
    return {"input" if name == "container" else name: text for name, text in known.items()}


def _short(name: object) -> str:
    return str(name or "").rpartition(".")[2]


def _kept(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, text in _texts(parameters).items() if name not in _WITHOUT_EFFECT}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}


def is_value(text: str, wanted: str) -> bool:
    """Whether a parameter's text is a value as people write it: ``'log'`` is log, 1.0 is 1."""
    return text == wanted or _literal(text) == _literal(wanted)


def is_number(text: str) -> bool:
    """Whether a parameter's text is a number."""
    return _literal(text)[0] == "number"


@functools.lru_cache(maxsize=4096)  # the same few values are compared for every model
def _literal(text: str) -> tuple[str, str]:
    """A value that equal values share, however they are written. A word without quotes is a text."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = text
    if isinstance(value, bool) or value is None:
        return "constant", str(value)
    if isinstance(value, int | float):
        return "number", repr(float(value)) if abs(value) < 1e300 else repr(value)  # noqa: PLR2004
    return "text", value if isinstance(value, str) else repr(value)
