"""The environment that wrote a model file, as far as the evidence in it tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from harness.checking import pins, wanted
from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement

    from harness.checking.wanted import Wanted
    from harness.inspection import Inspection
    from harness.terms import Environment

#: What every environment of scikit-learn has anyway, or what says nothing of a model.
_ALWAYS = frozenset({"scikit-learn", "numpy", "scipy", "joblib", "threadpoolctl", "cython", "pandas"})
#: What reads a file, and has no part in what its model answers.
_LOADERS = frozenset({"joblib", "cloudpickle", "skops"})
_TWO_NUMBERS = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, kw_only=True)
class Writer:
    """The writer of a file.

    Attributes
    ----------
    environment : as it is rebuilt
    said : what of it the file says, and what was supplied, for people: "scikit-learn 1.2.2, NumPy 1"
    packages : that every target must have, too
    missing : what the file needs and nobody has supplied: modules of unknown packages
    notes : what else is to be told
    stands_in : why it is another than the file's; None: it is the same, as far as the file tells
    """

    environment: Wanted
    said: str
    packages: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...] = ()
    stands_in: str | None = None


def candidates(
    found: Inspection,
    known: dict[str, Environment],
    supplied: Sequence[str],
    own: Mapping[str, Requirement] = MappingProxyType({}),
) -> Iterator[Writer]:
    """The writer of an inspected file, then the nearest releases that may stand in where it cannot be had.

    Raises
    ------
    InputError : the file tells nothing of its scikit-learn release, and nobody says it.
    """
    everywhere = pins.of(supplied)
    said = {**own, **everywhere}.get("scikit-learn")
    release = _release(found) if said is None else pins.exact(said, "the writer")
    bounds = next((one for one in found.evidence if one.package == "scikit-learn" and not one.exact), None)
    dated = SpecifierSet(bounds.version) if bounds is not None and bounds.version[:1] in "<>" else None
    if release is None and dated is None:
        raise InputError(
            f"{found.path}: it does not tell which scikit-learn wrote it: say it, --with scikit-learn==1.2.2"
        )
    if release is not None and wanted.is_known(release, known):
        one = of(found, known, supplied, own)
        yield one
        told = _told(found, {*own, *everywhere})
        if len(own) > 1 or told:
            # They may have been put together later than the release.
            yield replace(one, environment=replace(one.environment, as_of="newest"))
            names = " and ".join(f"{name} {version}" for name, version in told.items())
            why = f"{names}, which the file tells of," if told else "the packages that its requirements name"
            untold = tuple(one for one in found.evidence if one.package not in told)
            one = of(replace(found, evidence=untold), known, [*supplied, f"scikit-learn=={release}"])
            yield replace(one, stands_in=f"{why} cannot be had together here")
        why = f"scikit-learn {release}, which wrote it, cannot be had here"
    elif release is not None:
        why = f"scikit-learn {release}, which wrote it, is none that can be installed here"
    else:
        assert bounds is not None
        why = f"the file keeps no version of scikit-learn, only that it is {bounds.version} ({bounds.why})"
    others = [str(one) for name, one in everywhere.items() if name != "scikit-learn"]
    for near in wanted.nearest(release, dated, known):
        one = of(found, known, [*others, f"scikit-learn=={near}"], own)
        lacking = f"scikit-learn {release if release is not None else dated}"
        yield replace(one, said=f"{lacking}; {near} stands in for it", stands_in=why)


def of(
    found: Inspection,
    known: dict[str, Environment],
    supplied: Sequence[str],
    own: Mapping[str, Requirement] = MappingProxyType({}),
) -> Writer:
    """The writer of an inspected file.

    Parameters
    ----------
    known : the environments of the project's matrix by minor.
    supplied : requirements of the user's, such as ``scikit-learn==1.2.2`` or ``imbalanced-learn==0.11``; what is not
        scikit-learn's own surroundings is installed in every target, too.
    own : requirements of the writer's environment only, by name, as a file has them.

    Raises
    ------
    InputError : the file does not tell its scikit-learn release, and nobody says it.
    """
    everywhere = pins.of(supplied)
    given = {**own, **everywhere}
    said = given.get("scikit-learn")
    release = _release(found) if said is None else pins.exact(said, "the writer")
    if release is None:
        told = "it does not tell which scikit-learn wrote it: say it, --with scikit-learn==1.2.2"
        raise InputError(f"{found.path}: {told}")
    numpy = next((one.version[0] for one in found.evidence if one.package == "numpy" and one.version[:1] in "12"), None)
    always = _ALWAYS - {"joblib"}  # scikit-learn has a copy of its own before 0.21, which files name otherwise
    needed = [one.package for one in found.needs if one.package and one.package not in always]
    others = [str(one) for name, one in given.items() if name != "scikit-learn"]
    exact = _told(found, given)
    more_packages = [f"{name}=={exact[name]}" if name in exact else name for name in needed if name not in given]
    environment = wanted.of_release(release, known, numpy_major=numpy, packages=(*others, *more_packages))
    further = [str(one) for name, one in everywhere.items() if name not in _ALWAYS]
    more = found.sklearn_versions[1:] if "scikit-learn" not in given else ()
    notes = [f"parts of it were written by {' and '.join(more)}, too"] if more else []
    untold = [name for name in needed if name not in {*given, *exact, *_LOADERS}]
    if untold:
        names = " and ".join(untold)
        notes.append(f"it does not tell which {names} wrote it: each release has that of its day; pin yours, --with")
    return Writer(
        environment=environment,
        said=", ".join(
            [f"scikit-learn {release}", *([f"NumPy {numpy}"] if numpy else []), *map(" ".join, exact.items())]
        ),
        packages=(*further, *(name for name in needed if name not in everywhere)),
        missing=found.own,
        notes=tuple(notes),
    )


def _told(found: Inspection, given: Collection[str]) -> dict[str, str]:
    """The versions of further packages that the file needs and tells, by name: boosters keep theirs."""
    needed = {one.package for one in found.needs} - {*given, *_ALWAYS, *_LOADERS}
    return {one.package: one.version for one in found.evidence if one.exact and one.package in needed}


def _release(found: Inspection) -> str | None:
    """The release that the file tells of first: "1.0" is 1.0.0, and not the newest of that minor."""
    told = next(iter(found.sklearn_versions), None)
    return f"{told}.0" if told is not None and _TWO_NUMBERS.fullmatch(told) else told
