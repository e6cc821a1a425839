"""Lines of releases: of scikit-learn, from the project's matrix; of any other package, from the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from harness.checking import wanted
from harness.environments import index
from harness.machine import interpreters
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.checking.wanted import Wanted
    from harness.config.matrix import Matrix
    from harness.terms import Environment

_PROFILE = "releases"


def line(matrix: Matrix, known: dict[str, Environment], packages: Sequence[str]) -> list[Wanted]:
    """An environment of every release of scikit-learn that is known, the oldest first.

    Of the minors before the first of the matrix it is their newest release.
    """
    listed = [one.scikit_learn for one in matrix.profile(_PROFILE, satisfiable=lambda _: True).environments]
    releases = sorted({one for one in listed if one is not None}, key=Version)
    older = [minor for minor in wanted.OLDER if Version(minor) < Version(minor_of(releases[0]))]
    return [wanted.of_release(one, known, packages=packages) for one in (*older, *releases)]


def between(entries: Sequence[Wanted], first: str, last: str) -> list[Wanted]:
    """Those strictly between two releases, on the way from the first to the last."""
    low, high = sorted((Version(first), Version(last)))
    found = [one for one in entries if low < Version(one.scikit_learn) < high and one.scikit_learn not in (first, last)]
    return found if Version(first) <= Version(last) else found[::-1]


def newest_of_minors(entries: Sequence[Wanted]) -> list[Wanted]:
    """The newest release of each minor, in the order given."""
    newest: dict[str, Wanted] = {}
    for one in entries:
        held = newest.get(one.minor)
        if held is None or Version(one.scikit_learn) > Version(held.scikit_learn):
            newest[one.minor] = one
    return list(newest.values())


def of_package(package: str, first: str, last: str, beside: Environment, *, minors: bool) -> list[str]:
    """Releases of a package strictly between two, on the way from the first to the last.

    Parameters
    ----------
    beside : they go with all else that this environment asks for.
    minors : only the newest of each minor.
    """
    low, high = sorted((Version(first), Version(last)))
    found: list[str] = []
    below = str(high)
    while (one := index.newest(package, f"<{below},>{low}", beside)) is not None:
        found.append(one)
        below = minor_of(one) if minors else one
    return found if Version(first) > Version(last) else found[::-1]


def pythons(first: str, last: str) -> list[str]:
    """The minors of Python strictly between two that are found here, on the way from the first to the last."""
    ends = [int(one.split(".")[1]) for one in (first, last)]
    found = [f"3.{number}" for number in range(min(ends) + 1, max(ends)) if interpreters.find(f"3.{number}")]
    return found if ends[0] < ends[1] else found[::-1]
