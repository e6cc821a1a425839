"""Versions as people write them: ``1.9`` means every 1.9.x. And which versions each environment holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from harness.analysis import columns
from harness.errors import InputError, shown, unknown
from harness.terms import within

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd

#: Columns that are known even if an environment could not be built.
_DECLARED = {"python": "python", "sklearn": "scikit-learn", "numpy": "numpy"}
DEFAULT_PACKAGE = "scikit-learn"
#: What people call a package, by its name in an index.
_ALIASES = {"sklearn": DEFAULT_PACKAGE, "scikit-learn": DEFAULT_PACKAGE, "py": "python"}

#: The packages that a message names; environments hold dozens.
_ASKED = (DEFAULT_PACKAGE, "numpy", "scipy", "python", "joblib", "cloudpickle", "skops", "onnxruntime", "skl2onnx")


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
    return Wanted(package=canonical(name.strip() if equals else package), version=version)


def canonical(package: str) -> str:
    """Return the name under which environments hold a package: ``scikit-learn`` for ``sklearn``."""
    name = str(canonicalize_name(package))
    return _ALIASES.get(name, name)


def check_known(wanteds: Iterable[Wanted], holdings: Mapping[str, Mapping[str, str]]) -> None:
    """Raise InputError for a package that no environment holds; it names what was perhaps meant, or what there is."""
    known = {package for held in holdings.values() for package in held}
    for one in wanteds:
        if one.package not in known:
            raise InputError(f"{unknown('package', one.package, known)}; the environments have {_listed(known)}")


def _listed(known: Collection[str]) -> str:
    """The packages that people ask about first, and how many more there are."""
    first = [name for name in _ASKED if name in known]
    more = len(known) - len(first)
    return f"{', '.join(first)} and {more} more" if more and first else ", ".join(first or sorted(known))


def releases_there(wanted: Wanted, holdings: Mapping[str, Mapping[str, str]]) -> str:
    """Say which releases of a package there are instead: those of the same minor, or all if there is none of it.

    For 1.3.0: "of scikit-learn 1.3 there is 1.3.2; 1.3 means every 1.3.x".
    """
    held = ordered(packages[wanted.package] for packages in holdings.values() if wanted.package in packages)
    minor = ".".join(wanted.version.split(".")[:2])
    near = [version for version in held if within(version, minor)]
    if near and minor != wanted.version:
        verb = "is" if len(near) == 1 else "are"
        return f"of {wanted.package} {minor} there {verb} {', '.join(near)}; {minor} means every {minor}.x"
    return f"there {'is' if len(held) == 1 else 'are'} {wanted.package} {', '.join(held)}" if held else ""


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
