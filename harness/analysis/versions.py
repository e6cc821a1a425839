"""Versions as people ask for them: ``1.9`` means every 1.9.x, and what each environment holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from harness.analysis import columns
from harness.errors import InputError, shown
from harness.terms import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

#: Columns of the environments table that tell of an environment that could not be had, too.
_DECLARED = {"python": "python", "sklearn": "scikit-learn", "numpy": "numpy"}
DEFAULT_PACKAGE = "scikit-learn"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A package in a version, or in any of a minor's."""

    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}"

    def holds(self, packages: Mapping[str, str]) -> bool:
        """Whether an environment with these packages is meant."""
        return self.package in packages and within(packages[self.package], self.version)


def wanted(text: str, package: str = DEFAULT_PACKAGE) -> Wanted:
    """A version, or ``numpy=1.26``. Raises InputError for what is none."""
    name, equals, version = text.replace("==", "=").rpartition("=")
    if parsed(version) is None:
        told = f"{shown(text)} is no version: write 1.5, 1.5.2, or another package's as numpy=1.26"
        raise InputError(told)
    return Wanted(package=str(canonicalize_name(name)) if equals else package, version=version)


def parsed(version: str) -> Version | None:
    """A version that can be compared with others; None for what is none: packages may call themselves anything."""
    try:
        return Version(version)
    except InvalidVersion:
        return None


def ordered(versions: Iterable[str]) -> list[str]:
    """Each once, the oldest first; before all what is no version."""
    told = {version: parsed(version) for version in versions}
    return sorted(told, key=lambda version: (told[version] is not None, told[version] or version))


def holdings(environments: pd.DataFrame) -> dict[str, dict[str, str]]:
    """What each environment holds, by package; of one that could not be had, what it was to hold."""
    known = columns.packages(environments)
    return {
        str(row["environment"]): known.get(str(row["environment"]))
        or {name: row[column] for column, name in _DECLARED.items() if isinstance(row[column], str)}
        for row in environments.to_dict("records")
    }
