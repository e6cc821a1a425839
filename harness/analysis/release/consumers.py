"""Which two environments tell what a release changes, and whose models they load. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from harness.analysis import versions
from harness.analysis.compare import suspects
from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.analysis.compare.suspects import PackageChange
    from harness.analysis.versions import Wanted
    from harness.store import RunTables

_WEIGHTS = {versions.DEFAULT_PACKAGE: 2, "python": 1}


@dataclass(frozen=True, kw_only=True)
class Consumers:
    """The two environments whose loads are compared."""

    before: str
    after: str
    was: str  # the package's versions
    now: str
    others: tuple[PackageChange, ...]  # the other packages that differ
    passed_over: tuple[str, ...] = ()  # nearer versions of the package, whose environments differ in more than it
    impurity: int = 0  # how much scikit-learn and Python differ beside; 0 where scikit-learn is the package


def choose(held: Mapping[str, Mapping[str, str]], wanted: Wanted, tables: RunTables) -> Consumers:
    """The release and the one before it, in the two environments that otherwise differ least. Raises InputError."""
    package = wanted.package
    having = {name: packages[package] for name, packages in held.items() if package in packages}
    held_versions = ", ".join(versions.ordered(having.values()))
    listed = f"{package} {held_versions}" if having else f"no {package}"
    known = {name: parsed for name, version in having.items() if (parsed := versions.parsed(version)) is not None}
    after = {name for name in known if wanted.holds(held[name])}
    if not after:
        raise InputError(f"{tables.path}: no environment has {wanted}; the run has {listed}")
    pairs = [
        (known[old], known[new], old, new) for new in after for old in known.keys() - after if known[old] < known[new]
    ]
    if not pairs:
        raise InputError(f"{tables.path}: there is no release before {wanted} to compare with; the run has {listed}")
    newest = max(now for _, now, _, _ in pairs)
    found = [(was, old, new) for was, now, old, new in pairs if now == newest]
    # A nearer version that differs in scikit-learn or Python as well would say less of the package.
    purest = min(_impurity(held[old], held[new], package) for _, old, new in found)
    pure = [one for one in found if _impurity(held[one[1]], held[one[2]], package) == purest]
    nearest = max(was for was, _, _ in pure)
    _, old, new = min(
        (len(_others(held[old], held[new], package)), old, new) for was, old, new in pure if was == nearest
    )
    return Consumers(
        before=old,
        after=new,
        was=having[old],
        now=having[new],
        others=_others(held[old], held[new], package),
        impurity=purest,
        passed_over=tuple(versions.ordered(having[old] for was, old, _ in found if was > nearest)),
    )


def _impurity(before: Mapping[str, str], after: Mapping[str, str], package: str) -> int:
    """How much besides the package may be the reason: scikit-learn weighs more than Python.

    What comes before scikit-learn is one release, so of scikit-learn itself it is 0.
    """
    if package == versions.DEFAULT_PACKAGE:
        return 0
    return sum(weight for name, weight in _WEIGHTS.items() if name != package and before.get(name) != after.get(name))


def _others(before: Mapping[str, str], after: Mapping[str, str], package: str) -> tuple[PackageChange, ...]:
    return tuple(change for change in suspects.differences(before, after) if change.name != package)


def writers(
    held: Mapping[str, Mapping[str, str]], package: str, consumers: Consumers, tables: RunTables
) -> tuple[str, ...]:
    """The producers with an older release. A runtime writes nothing, so for a runtime all producers count."""
    writers = [str(name) for name in tables.artifacts["producer"].unique()]
    if consumers.after not in writers:
        return tuple(writers)
    now = Version(consumers.now)
    known = {name: versions.parsed(packages[package]) for name, packages in held.items() if package in packages}
    return tuple(name for name in writers if name not in known or ((had := known[name]) is not None and had < now))
