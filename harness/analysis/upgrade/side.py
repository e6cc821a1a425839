"""One side of an upgrade: the environment before or after it, as far as a lock file, an image or words tell. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.versions import Wanted
from harness.terms import minor_of, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SKLEARN, NUMPY = versions.DEFAULT_PACKAGE, "numpy"
#: Whatever else changes between two environments, these change what every model does.
COUNTED = (SKLEARN, NUMPY, "scipy", "joblib", "pandas", "python")
#: What scikit-learn needs: a list without them is not of everything that is installed.
_NEEDED = ("numpy", "scipy", "joblib")


@dataclass(frozen=True, kw_only=True)
class Side:
    """What is known of an environment.

    Attributes
    ----------
    called : what the user calls it
    target : the same for `check --to`
    packages : the versions that each package may have, the newest first; Python is among them, if it is told
    """

    called: str
    target: str
    packages: Mapping[str, tuple[str, ...]]

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """What an environment of a run must have to tell of it: a minor of scikit-learn, a major of NumPy."""
        minors = dict.fromkeys(minor_of(one) for one in self.packages[SKLEARN])
        majors = dict.fromkeys(one.partition(".")[0] for one in self.packages.get(NUMPY, ()))
        return (
            *(Wanted(package=SKLEARN, version=one) for one in minors),
            *(Wanted(package=NUMPY, version=one) for one in majors),
        )

    @property
    def is_whole(self) -> bool:
        """Whether it lists everything that is installed, so that what it lacks is not there."""
        return all(name in self.packages for name in _NEEDED)

    def may_have(self, release: str) -> bool:
        """Whether it may have a release of scikit-learn: 1.2 may be 1.2.2."""
        return any(within(release, one) for one in self.packages[SKLEARN])

    def text(self, package: str) -> str:
        """The versions of a package: ``1.3.2``, ``1.17.1 or 1.18.1``; empty if none is told."""
        return " or ".join(reversed(self.packages.get(package, ())))

    def is_as(self, package: str, held: Mapping[str, str]) -> bool:
        """Whether an environment has a package as this side has it: the same minor, and the same scikit-learn.

        What this side does not tell is no difference. Of two versions that it may have, it is not known which.
        """
        told = self.packages.get(package)
        if told is None:
            return True
        wanted = set(told) if package == SKLEARN else {minor_of(one) for one in told}
        return len(wanted) == 1 and within(held.get(package, ""), wanted.pop())

    def is_held_by(self, held: Mapping[str, str]) -> bool:
        """Whether an environment is as this side in every package that counts."""
        return all(self.is_as(package, held) for package in COUNTED)


def changed(old: Side, new: Side) -> Iterator[str]:
    """The packages that both may have, in other versions."""
    for package in sorted(old.packages.keys() & new.packages.keys()):
        if old.packages[package] != new.packages[package]:
            yield package
