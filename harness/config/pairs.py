"""Which environments load what which others wrote. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from harness.terms import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.terms import Environment

    Minor = tuple[int, ...]

_ABOVE_ALL = 10**6  # a patch that no minor comes to


def producers(
    consumers: Sequence[Environment], writing: Sequence[Environment], pairs: Pairs
) -> Mapping[str, tuple[str, ...]]:
    """By each consumer's name, those whose artifacts it loads, in their order.

    Parameters
    ----------
    consumers : the environments that load.
    writing : the environments that write.
    pairs : which of them. An environment whose scikit-learn the matrix does not name loads all, and all load it.
    """
    newest = _newest((*writing, *consumers))
    return {
        to.name: tuple(one.name for one in writing if pairs is Pairs.EVERY or _is_upgrade(one, to, newest))
        for to in consumers
    }


def _is_upgrade(producer: Environment, consumer: Environment, newest: Mapping[Minor, Version]) -> bool:
    """Whether both have one minor release, or the consumer has the newest patch of a later one."""
    if producer.scikit_learn is None or consumer.scikit_learn is None:
        return True
    before, after = _minor(producer.scikit_learn), _minor(consumer.scikit_learn)
    return before == after or (before < after and _patch(consumer.scikit_learn) == newest[after])


def _newest(environments: Iterable[Environment]) -> dict[Minor, Version]:
    """By each minor release, its newest patch."""
    found: dict[Minor, Version] = {}
    for release in (one.scikit_learn for one in environments if one.scikit_learn is not None):
        found[_minor(release)] = max(found.get(_minor(release), _patch(release)), _patch(release))
    return found


def _minor(release: str) -> Minor:
    return Version(release).release[:2]


def _patch(release: str) -> Version:
    """A release as it is ordered. A minor alone, such as 1.5, stands for the newest of it."""
    version = Version(release)
    alone = len(version.release) == 2 and not version.is_prerelease  # noqa: PLR2004
    return Version(f"{release}.{_ABOVE_ALL}") if alone else version
