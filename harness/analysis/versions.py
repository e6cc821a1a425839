"""Versions as people write them: ``1.9`` means every 1.9.x. And which versions each environment holds. Pure."""

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

#: Columns that are known even if an environment could not be built.
_DECLARED = {"python": "python", "sklearn": "scikit-learn", "numpy": "numpy"}
DEFAULT_PACKAGE = "scikit-learn"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A package in one version, or in every version of a minor release."""

    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}"

    def holds(self, packages: Mapping[str, str]) -> bool:
        """Whether an environment with these packages fits."""
        return self.package in packages and within(packages[self.package], self.version)


def wanted(text: str, package: str = DEFAULT_PACKAGE) -> Wanted:
    """Parse ``1.5`` or ``numpy=1.26``.

    Raises
    ------
    InputError : the text is no version.
    """
    name, equals, version = text.replace("==", "=").rpartition("=")
    if parsed(version) is None or (equals and not name.strip()):
        message = f"{shown(text)} is no version: write 1.5 or 1.5.2, or numpy=1.26 for another package"
        raise InputError(message)
    return Wanted(package=str(canonicalize_name(name)) if equals else package, version=version)


def parsed(version: str) -> Version | None:
    """Parse a version; None if it is none, since packages may use any text."""
    try:
        return Version(version)
    except InvalidVersion:
        return None


def ordered(versions: Iterable[str]) -> list[str]:
    """Sort versions, the oldest first, each once. Texts that are no version come first."""
    known = {version: parsed(version) for version in versions}
    return sorted(known, key=lambda version: (known[version] is not None, known[version] or version))


def holdings(environments: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the packages of each environment. If it could not be built, those that were asked for."""
    known = columns.packages(environments)
    return {
        str(row["environment"]): known.get(str(row["environment"]))
        or {name: row[column] for column, name in _DECLARED.items() if isinstance(row[column], str)}
        for row in environments.to_dict("records")
    }
