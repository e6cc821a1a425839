"""Two neighbouring environments that differ in several packages: one of them changed at a time, all else equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.analysis.bisected import PYTHON, SCIKIT_LEARN, Alone
from harness.analysis.verdicts import Verdict
from harness.checking.wanted import Wanted
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.analysis.bisected import Tried

#: In the order in which they are suspected.
FIRST = (SCIKIT_LEARN, "numpy", "scipy", "joblib", "pandas", PYTHON)
#: What installs packages, and says nothing of a model.
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv"})
OTHERS = "the others"
_SIDE = 40  # characters of a neighbour's name within that of an environment


@dataclass(frozen=True, kw_only=True)
class Step:
    """A package in which two neighbours differ, or several together."""

    package: str
    names: tuple[str, ...]

    @property
    def several(self) -> bool:
        return self.package == OTHERS

    def held_by(self, one: Tried) -> dict[str, str]:
        """The versions that an environment has of it, of Python the minor."""
        return {name: version for name in self.names if (version := _version(one, name)) is not None}

    def alone(self, earlier: Tried, later: Tried, tried: Tried | str, *, back: bool) -> Alone:
        """It with what came of changing it alone, or of changing it back alone; or why that cannot be tried."""
        before, after = (", ".join(self.held_by(one).values()) for one in (earlier, later))
        return Alone(
            package=self.package if not self.several else ", ".join(self.names),
            before=before,
            after=after,
            back=back,
            verdict=Verdict.UNKNOWN if isinstance(tried, str) else tried.verdict,
            why=tried if isinstance(tried, str) else tried.why if tried.answer is None else "",
        )


def steps(earlier: Tried, later: Tried, asked: Iterable[str]) -> list[Step]:
    """What two environments differ in: the usual packages, those that were asked for, then all others together.

    Parameters
    ----------
    asked : requirements of every environment: third parties.
    """
    third_parties = [canonicalize_name(Requirement(one).name) for one in asked]
    differing = [
        name
        for name in sorted({*earlier.versions, *later.versions})
        if _version(earlier, name) != _version(later, name) and name not in _INSTALLERS
    ]
    both = {*earlier.versions} & {*later.versions}
    singled = [name for name in (*FIRST, *third_parties) if name in differing and name in both]
    rest = [name for name in differing if name not in singled]
    found = [Step(package=name, names=(name,)) for name in dict.fromkeys(singled)]
    return [*found, *([Step(package=OTHERS, names=tuple(rest))] if rest else [])]


def _version(one: Tried, name: str) -> str | None:
    """Of Python its minor: wheels are for that."""
    version = one.versions.get(name)
    return minor_of(version) if name == PYTHON and version is not None else version


def lacking(versions: Mapping[str, str]) -> str | None:
    """What is in no index, since somebody built it: development and local versions; None where all may be had."""
    for name, version in versions.items():
        if name != PYTHON and (Version(version).is_devrelease or Version(version).local is not None):
            return f"no index has {name} {version}"
    return None


def pinned(versions: Mapping[str, str], label: str) -> Wanted:
    """An environment of exactly these versions."""
    own = {SCIKIT_LEARN, "numpy", PYTHON, *_INSTALLERS}
    packages = tuple(f"{name}=={version}" for name, version in sorted(versions.items()) if name not in own)
    return Wanted(
        scikit_learn=versions[SCIKIT_LEARN],
        python=minor_of(versions[PYTHON]),
        numpy=versions.get("numpy"),
        packages=packages,
        as_of="newest",
        label=label,
    )


def label(side: Tried, step: Step, *, to: Mapping[str, str]) -> str:
    """What an environment is called in which one neighbour has other versions: ``sk1.3.2-py3.11-scipy1.12.0``."""
    versions = OTHERS.replace(" ", "-") if step.several else f"{step.package}{to[step.package]}"
    return f"{side.name[:_SIDE]}-{versions}"


def changed(side: Tried, step: Step, *, to: Mapping[str, str]) -> dict[str, str]:
    """What one neighbour holds, with other versions of the packages of a step."""
    return {**{name: version for name, version in side.versions.items() if name not in step.names}, **to}
