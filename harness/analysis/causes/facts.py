"""What rules ask about, as codes of distinct values: millions of cells have few different texts. Pure."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pandas as pd
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from harness.analysis import models as fitted
from harness.analysis.columns import stored_object
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

T = TypeVar("T")
#: Columns that are known even if the packages of an environment are not.
_DECLARED = {"python": "python", "sklearn": "scikit-learn", "numpy": "numpy"}


@dataclass(frozen=True)
class Coded(Generic[T]):
    """A column: for each cell the position of its value among the distinct ones."""

    codes: NDArray[np.intp]
    distinct: tuple[T, ...]

    def where(self, holds: Callable[[T], bool], rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Select the rows whose value fits."""
        wanted = np.fromiter((holds(value) for value in self.distinct), dtype=bool, count=len(self.distinct))
        found: NDArray[np.intp] = rows[wanted[self.codes[rows]]]
        return found


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a case fits in one producer."""

    classes: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Place:
    """An environment, as far as it is known."""

    versions: Mapping[str, str] = field(default_factory=dict)
    #: arch, byteorder, bits, python's minor version, the user's own code, and all packages but that
    machine: Mapping[str, str] = field(default_factory=dict)

    def holds(self, wanted: Mapping[str, str]) -> bool:
        """Whether it has every package in a wanted version. An unknown version does not fit."""
        return all(name in self.versions and within(self.versions[name], text) for name, text in wanted.items())

    def differs(self, other: Place, names: Iterable[str]) -> bool:
        """Whether both are known to differ in each of these."""
        return all(
            name in self.machine and name in other.machine and self.machine[name] != other.machine[name]
            for name in names
        )

    def is_like(self, other: Place, names: Iterable[str]) -> bool:
        """Whether both are known not to differ in any of these."""
        return all(name in self.machine and self.machine[name] == other.machine.get(name) for name in names)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The cells that can have a cause, by what rules ask about."""

    status: Coded[str]
    text: Coded[str]  # of an error or a death; empty for a drift, whose text is figures
    error_type: Coded[str]
    findings: Coded[frozenset[str]]
    outputs: Coded[frozenset[str]]  # that differ; empty in runs that don't tell
    case: Coded[str]
    family: Coded[str]
    format: Coded[str]
    reader: Coded[str]
    at_home: Coded[str]  # "True": it also fails or changes in its own producer
    model: Coded[Model]
    places: Coded[tuple[Place, Place]]


@functools.lru_cache(maxsize=1 << 14)
def within(version: str, specifiers: str) -> bool:
    """Whether a version fits. A release candidate or nightly wheel counts as the release that it precedes."""
    try:
        return Version(Version(version).base_version) in SpecifierSet(specifiers)
    except InvalidVersion:
        return False


def gathered(cells: pd.DataFrame, artifacts: pd.DataFrame, environments: pd.DataFrame) -> Facts:
    """Gather the facts of cells. A column that a table lacks counts as not known."""
    environment = _places(environments)
    models = _models(artifacts)
    nowhere, nothing = Place(), Model()
    made = _paired(cells, "producer", "case")
    met = _paired(cells, "producer", "consumer")
    pairs = tuple((environment.get(here, nowhere), environment.get(there, nowhere)) for here, there in met.distinct)
    return Facts(
        text=_coded(_texts(cells)),
        findings=_listed(cells, "findings"),
        outputs=_listed(cells, "differing"),
        model=Coded(made.codes, tuple(models.get(key, nothing) for key in made.distinct)),
        places=Coded(met.codes, pairs),
        at_home=_column(cells, "also_at_home"),
        **{name: _column(cells, name) for name in ("status", "error_type", "case", "family", "format", "reader")},
    )


def _texts(cells: pd.DataFrame) -> pd.Series[str]:
    """What an error or a death said. Older runs have it in the reason alone."""
    message, reason = _text(cells, "error_message"), _text(cells, "reason")
    return message.where(message != "", reason).where(cells["status"] != Status.DRIFT, "")


def _text(cells: pd.DataFrame, name: str) -> pd.Series[str]:
    if name not in cells:
        return pd.Series("", index=cells.index, dtype=object)
    return cells[name].astype(object).fillna("")


def _column(cells: pd.DataFrame, name: str) -> Coded[str]:
    return _coded(_text(cells, name))


def _coded(column: pd.Series[str]) -> Coded[str]:
    codes, values = pd.factorize(column)
    return Coded(codes.astype(np.intp), tuple(map(str, values)))


def _listed(cells: pd.DataFrame, name: str) -> Coded[frozenset[str]]:
    """A column of lists of words. A run of an earlier schema may lack it, or have nothing in it."""
    lists = cells[name] if name in cells else [()] * len(cells)
    coded = _coded(pd.Series([_joined(words) for words in lists], dtype=object))
    return Coded(coded.codes, tuple(frozenset(text.split("\n")) - {""} for text in coded.distinct))


def _joined(words: Any) -> str:
    return "\n".join(map(str, words)) if isinstance(words, (list, tuple, np.ndarray)) else ""


def _paired(cells: pd.DataFrame, first: str, second: str) -> Coded[tuple[str, str]]:
    """Two columns as one."""
    left, right = _column(cells, first), _column(cells, second)
    width = max(len(right.distinct), 1)
    codes, pairs = pd.factorize(left.codes * width + right.codes)
    distinct = tuple((left.distinct[pair // width], right.distinct[pair % width]) for pair in pairs)
    return Coded(codes.astype(np.intp), distinct)


def _models(artifacts: pd.DataFrame) -> dict[tuple[str, str], Model]:
    """By producer and case, from the artifacts' manifests."""
    if "manifest" not in artifacts:
        return {}
    known = artifacts.dropna(subset=["manifest"]).drop_duplicates(["producer", "case"])
    rows = zip(known["producer"], known["case"], known["manifest"], strict=True)
    return {(str(producer), str(case)): _model(stored_object(text)) for producer, case, text in rows}


def _model(manifest: Mapping[str, Any]) -> Model:
    given = manifest.get("parameters")
    parameters = {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}
    return Model(classes=fitted.Model.from_manifest(manifest).names, parameters=parameters)


def _places(environments: pd.DataFrame) -> dict[str, Place]:
    return {str(row["environment"]): _place(row) for row in environments.to_dict("records")}


def _place(row: Mapping[Any, Any]) -> Place:
    declared = {name: row[column] for column, name in _DECLARED.items() if isinstance(row.get(column), str)}
    held, own = stored_object(row.get("packages")), stored_object(row.get("own"))
    versions = declared | held
    machine = {name: str(row[name]) for name in ("arch", "byteorder", "bits") if _is_known(row.get(name))}
    if "python" in versions:
        machine["python"] = ".".join(versions["python"].split(".")[:2])
    if _is_known(row.get("own")):
        machine["own"] = json.dumps(own, sort_keys=True)
    machine["packages"] = json.dumps({name: held[name] for name in sorted(held) if canonicalize_name(name) not in own})
    return Place(versions={str(key): str(value) for key, value in versions.items()}, machine=machine)


def _is_known(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124  # not NaN
