"""What no run has tried of the two environments of an upgrade. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.ask.question import fitting
from harness.analysis.upgrade.side import COUNTED, NUMPY, SKLEARN, Side, changed
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.analysis.ask.index import Index
    from harness.analysis.upgrade.judged import Judged


@dataclass(frozen=True, kw_only=True)
class Untried:
    """A package that no environment of a run has as one side has it.

    Attributes
    ----------
    version : of the side
    tried : the versions that environments with such a scikit-learn and NumPy have instead, the oldest first
    """

    package: str
    version: str
    tried: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How far the runs are from the two environments.

    Attributes
    ----------
    saves, loads : environments of the runs that stand for the two
    old, new : what of each was not tried
    numpy : of each side that no environment stands for, the NumPy that environments with its scikit-learn have
    is_covered : whether some class was tried between environments like the two
    changed : every package that changes between the two
    """

    saves: tuple[str, ...]
    loads: tuple[str, ...]
    old: tuple[Untried, ...]
    new: tuple[Untried, ...]
    numpy: tuple[str, ...]
    is_covered: bool
    changed: tuple[str, ...]


def of(indexes: Sequence[Index], old: Side, new: Side, known: Iterable[Judged]) -> Coverage:
    """Compare what the runs hold with the two sides."""
    found = [(name, held) for index in indexes for name, held in index.holdings.items()]
    ends = [{name: held for name, held in found if name in fitting({name: held}, side.wanted)} for side in (old, new)]
    return Coverage(
        saves=tuple(ends[0]),
        loads=tuple(ends[1]),
        old=_untried(old, ends[0]),
        new=_untried(new, ends[1]),
        numpy=tuple(
            f"scikit-learn {side.text(SKLEARN)} with NumPy {', '.join(there)}"
            for side, end in zip((old, new), ends, strict=True)
            if not end and (there := _numpy_beside(side, found))
        ),
        is_covered=any(one.is_covered for one in known),
        changed=tuple(changed(old, new)),
    )


def _numpy_beside(side: Side, found: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
    """The minors of NumPy that environments with the scikit-learn of a side have."""
    releases = [one for one in side.wanted if one.package == SKLEARN]
    held = [packages for _, packages in found if any(one.holds(packages) for one in releases)]
    return list(dict.fromkeys(minor_of(one) for one in versions.ordered(it[NUMPY] for it in held if NUMPY in it)))


def _untried(side: Side, environments: Mapping[str, Mapping[str, str]]) -> tuple[Untried, ...]:
    lacking = []
    for package in COUNTED:
        if not any(side.is_as(package, held) for held in environments.values()):
            tried = versions.ordered(held[package] for held in environments.values() if package in held)
            short = tried if package == COUNTED[0] else list(dict.fromkeys(map(minor_of, tried)))
            lacking.append(Untried(package=package, version=side.text(package), tried=tuple(short)))
    return tuple(lacking)
