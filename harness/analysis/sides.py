"""How the environments of a group are named: by the package in which they differ. Pure.

By scikit-learn where that tells them apart: "1.5 to 1.7". By another package where only that does: "1.5 with NumPy
2.1", or "NumPy 2.1" in a run of one scikit-learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis import versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pandas as pd

SKLEARN = versions.DEFAULT_PACKAGE
ARCH = "architecture"
#: In this order a package is held to be what matters; the others follow by name.
_FIRST = (SKLEARN, "numpy", "python", ARCH, "scipy", "joblib", "cloudpickle", "skops", "onnxruntime", "skl2onnx")
_TITLES = {"numpy": "NumPy", "python": "Python", "scipy": "SciPy", ARCH: ""}
_CLEAR = 2  # ranges of versions; a package that needs more explains nothing

Held = dict[str, dict[str, str]]


def held_by(environments: pd.DataFrame) -> Held:
    """Return the packages of each environment by name; Python and the architecture are among them."""
    arches = dict(zip(environments["environment"], environments["arch"], strict=True)) if "arch" in environments else {}
    found = versions.holdings(environments)
    return {
        name: packages | ({ARCH: arches[name]} if isinstance(arches.get(name), str) else {})
        for name, packages in found.items()
    }


def names_of(
    pairs: Collection[tuple[str, str]], producers: Collection[str], consumers: Collection[str], held: Held
) -> tuple[str, str]:
    """Name the producers and the consumers of a group.

    Parameters
    ----------
    pairs : the group's (producer, consumer).
    producers, consumers : the environments that could have been in it.
    held : see `held_by`.
    """
    pivot = _pivot(pairs, held)
    sides = []
    for place, others in ((0, producers), (1, consumers)):
        members = {pair[place] for pair in pairs}
        sides.append(_side(members, set(others) - members, pivot, held))
    return sides[0], sides[1]


def _pivot(pairs: Collection[tuple[str, str]], held: Held) -> str:
    """The package in which the two environments of every pair differ; scikit-learn where there is none.

    Of several, one that is older on all of one side than on all of the other comes first.
    """
    common: set[str] | None = None
    for producer, consumer in pairs:
        one, other = held.get(producer, {}), held.get(consumer, {})
        differing = {name for name in {*one, *other} if one.get(name) != other.get(name)}
        common = differing if common is None else common & differing
        if SKLEARN not in one or SKLEARN not in other:
            return SKLEARN  # a runtime goes by its own name
    if not common or SKLEARN in common:
        return SKLEARN
    return min(common, key=lambda name: (not _is_older(name, pairs, held), _rank(name)))


def _is_older(package: str, pairs: Iterable[tuple[str, str]], held: Held) -> bool:
    """Whether one side has older versions than the other has, without exception."""
    found = [tuple(versions.parsed(held[name].get(package, "")) for name in pair) for pair in pairs]
    ones, others = ([one for one in side if one is not None] for side in zip(*found, strict=True))
    whole = len(ones) == len(others) == len(found)
    return whole and (max(ones) < min(others) or max(others) < min(ones))


def _rank(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST)), name


def _side(members: Collection[str], others: Collection[str], pivot: str, held: Held) -> str:
    """The members of one side in words."""
    package = pivot if pivot != SKLEARN else _telling(members, others, held)
    span = _span(SKLEARN, members, held)
    if package == SKLEARN:
        return span
    title, having = _TITLES.get(package, package), {name for name in members if package in held.get(name, {})}
    there = f"{title} {_span(package, having, held)}".strip() if having else ""
    words = " or ".join(filter(None, [there, f"no {title}" if having != set(members) else ""]))
    releases = {packages[SKLEARN] for packages in held.values() if SKLEARN in packages}
    return words if len(releases) == 1 else f"{span} with {words}"


def _telling(members: Collection[str], others: Collection[str], held: Held) -> str:
    """The package that tells the members from others of the same scikit-learn; scikit-learn where none is needed."""
    releases = {_minor(held.get(name, {}).get(SKLEARN)) for name in members} - {None}
    beside = [name for name in others if _minor(held.get(name, {}).get(SKLEARN)) in releases]
    if not beside:
        return SKLEARN
    alike = {_minor(held[name].get(SKLEARN)) for name in beside}
    mixed = [name for name in members if _minor(held.get(name, {}).get(SKLEARN)) in alike]
    known = {package for name in mixed for package in held[name]}
    for package in sorted(known, key=_rank):
        theirs, not_theirs = ({held[name].get(package) for name in some} for some in (mixed, beside))
        if not theirs & not_theirs and _span(package, members, held).count(", ") < _CLEAR:
            return package
    return SKLEARN


def _span(package: str, members: Collection[str], held: Held) -> str:
    """Ranges of minor versions, then the names of environments without the package: "1.0, 1.5 to 1.7, node24".

    Where several releases of a minor are in the run, and not all of them here, they stand in full.
    """
    lacking = sorted(name for name in members if package not in held.get(name, {}))
    having = [held[name][package] for name in members if name not in lacking]
    known = [packages[package] for packages in held.values() if package in packages]
    kept = {_minor(text) for text in having}
    split = {_minor(text) for text in known if _minor(text) in kept and text not in having}
    written = {text: text if _minor(text) in split else _minor(text) or text for text in known}
    order = list(dict.fromkeys(written[text] for text in versions.ordered(known)))
    return ", ".join([*_ranges(order, {written[text] for text in having}), *lacking])


def _ranges(order: Sequence[str], there: Collection[str]) -> list[str]:
    ranges: list[list[str]] = []
    for before, one in zip(["", *order], order, strict=False):
        if one in there:
            if ranges and ranges[-1][-1] == before:
                ranges[-1].append(one)
            else:
                ranges.append([one])
    return [some[0] if len(some) == 1 else f"{some[0]} to {some[-1]}" for some in ranges]


def _minor(version: str | None) -> str | None:
    """``1.5`` of ``1.5.2``; the text itself where it is no version."""
    known = None if version is None else versions.parsed(version)
    return version if known is None else f"{known.major}.{known.minor}"


def tried_with(cells: pd.DataFrame) -> Mapping[tuple[str, str], tuple[set[str], set[str]]]:
    """By case and format, the producers and consumers between which something was tried."""
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    columns = ["case", "format", "producer", "consumer"]
    for case, name, producer, consumer in set(zip(*(cells[column].tolist() for column in columns), strict=True)):
        producers, consumers = found.setdefault((str(case), str(name)), (set(), set()))
        producers.add(str(producer))
        consumers.add(str(consumer))
    return found
