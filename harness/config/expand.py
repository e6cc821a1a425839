"""The environments that matrix.yaml asks for, one by one, each with a name. Pure: what resolves is passed in."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from allpairspy import AllPairs
from packaging.version import Version

from harness.config import naming
from harness.environments import kinds
from harness.environments.keys import is_wheel
from harness.terms import Environment, OwnCode, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from harness.config.spec import Environments, Exclude, Include

    Satisfiable = Callable[[Environment], bool]
    Own = Mapping[str, OwnCode]

MAX_ENVIRONMENTS = 2_000
MAX_COMBINATIONS = 10_000  # of the axes, before anything is excluded


class Point(NamedTuple):
    """One combination of the axes."""

    scikit_learn: str
    python: str
    numpy: str | None
    platform: str


def expand(
    spec: Environments, *, native: str, satisfiable: Satisfiable, own: Own = MappingProxyType({})
) -> tuple[Environment, ...]:
    """List the environments: those of the axes first, then the included ones, each once and under its own name.

    Parameters
    ----------
    spec : the checked ``environments`` of matrix.yaml.
    native : the platform that ``native`` stands for, such as ``linux/amd64``.
    satisfiable : whether a resolver finds packages for an environment; only ``newest-compatible`` asks.
    own : the user's wheels and modules, by what matrix.yaml calls them; one that is not there is known by that alone.
    """
    found = [_from_axes(spec, point, own) for point in _chosen(spec, native, satisfiable, own)]
    found += [_from_include(spec, item, index, native, own) for index, item in enumerate(spec.include)]
    return naming.named(_distinct(found))


def possible_names(spec: Environments, *, native: str, own: Own = MappingProxyType({})) -> frozenset[str]:
    """Every name that an environment may come to have, whatever a resolver says."""
    settled = spec.axes is None or spec.strategy != "newest-compatible"
    candidates = spec if settled else spec.model_copy(update={"strategy": "every"})
    found = expand(candidates, native=native, satisfiable=lambda _: True, own=own)
    names = {environment.name for environment in found}
    if not settled:  # which of them are chosen decides whose names would clash
        names.update(naming.name_of(environment, full=full) for environment in found for full in (False, True))
        names.update(naming.with_kind(naming.name_of(environment, full=False), environment) for environment in found)
    return frozenset(names)


def combinations(spec: Environments) -> int:
    """How many there are before anything is excluded."""
    if spec.axes is None:
        return 0
    axes = spec.axes
    return len(axes.scikit_learn) * len(axes.python) * max(1, len(axes.numpy)) * len(axes.platform)


def _chosen(spec: Environments, native: str, satisfiable: Satisfiable, own: Own) -> Iterable[Point]:
    if spec.axes is None:
        return ()
    axes: tuple[tuple[str | None, ...], ...] = (
        spec.axes.scikit_learn,
        spec.axes.python,
        spec.axes.numpy or (None,),
        tuple(_platform(platform, native) for platform in spec.axes.platform),
    )
    axes = tuple(tuple(dict.fromkeys(axis)) for axis in axes)
    dropped = [_concrete(rule, native) for rule in spec.exclude]
    every = [point for point in _points(itertools.product(*axes)) if not any(_matches(r, point) for r in dropped)]
    if spec.strategy == "newest-compatible":
        return _newest_compatible(every, lambda point: satisfiable(_provisional(spec, point, own)))
    if spec.strategy == "one-at-a-time":
        return _one_at_a_time(axes, every)
    if spec.strategy == "pairwise":
        return _pairwise(axes, every)
    return every


def _points(rows: Iterable[Iterable[str | None]]) -> Iterator[Point]:
    return (Point(*row) for row in rows)  # type: ignore[arg-type]  # only NumPy may be None, as its axis is built


def _newest_compatible(every: list[Point], satisfiable: Callable[[Point], bool]) -> Iterator[Point]:
    """For each scikit-learn and platform the first that resolves: newest Python, then newest NumPy.

    Where none does, the newest is kept, so that the table shows the release and why it is not there.
    """
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in every:
        groups.setdefault((point.scikit_learn, point.platform), []).append(point)
    for points in groups.values():
        newest = sorted(points, key=lambda point: (_age(point.python), _age(point.numpy)), reverse=True)
        yield next(filter(satisfiable, newest), newest[0])


def _one_at_a_time(axes: tuple[tuple[str | None, ...], ...], every: list[Point]) -> Iterator[Point]:
    """The newest of everything (the first platform), and each axis varied from there."""
    base = [*(max(axis, key=_age) for axis in axes[:3]), axes[3][0]]
    rows = [base, *([*base[:i], value, *base[i + 1 :]] for i, axis in enumerate(axes) for value in axis)]
    allowed = set(every)
    return (point for point in dict.fromkeys(_points(rows)) if point in allowed)


def _pairwise(axes: tuple[tuple[str | None, ...], ...], every: list[Point]) -> list[Point]:
    """Few combinations that hold every pair of values that some combination, not excluded, holds."""
    allowed = set(every)
    beginnings = {point[:size] for point in every for size in range(1, len(axes) + 1)}
    rows = AllPairs([list(axis) for axis in axes], filter_func=lambda row: tuple(row) in beginnings) if every else ()
    chosen = [point for point in _points(rows) if point in allowed]
    # AllPairs is greedy: beside exclusions it can leave out a pair that could be had.
    seen = {pair for point in chosen for pair in _pairs(point)}
    for point in every:
        if not seen.issuperset(_pairs(point)):
            chosen.append(point)
            seen.update(_pairs(point))
    return chosen


def _pairs(point: Point) -> Iterator[tuple[tuple[int, str | None], ...]]:
    return itertools.combinations(enumerate(point), 2)


def _age(value: str | None) -> Version:
    return Version(value or "0")


def _matches(rule: Exclude, point: Point) -> bool:
    releases = ((rule.scikit_learn, point.scikit_learn), (rule.python, point.python), (rule.numpy, point.numpy))
    return rule.platform in (None, point.platform) and all(
        wanted is None or (value is not None and within(value, wanted)) for wanted, value in releases
    )


def _concrete(rule: Exclude, native: str) -> Exclude:
    return rule.model_copy(update={"platform": rule.platform and _platform(rule.platform, native)})


def _platform(platform: str, native: str) -> str:
    return native if platform == "native" else platform


def _from_axes(spec: Environments, point: Point, own: Own) -> Environment:
    return kinds.DEFAULT.complete(
        Environment(
            name="",
            **point._asdict(),
            kind=kinds.DEFAULT.name,
            as_of=spec.as_of,
            packages=_of_the_index(spec.packages),
            wheels=_wheels(spec.packages, own),
            modules=_named(spec.modules, own),
            tools=spec.tools,
            days=tuple(spec.days.items()),
            from_source=spec.from_source,
            origin=f"environments.axes ({spec.strategy})",
        )
    )


def _provisional(spec: Environments, point: Point, own: Own) -> Environment:
    environment = _from_axes(spec, point, own)
    return replace(environment, name=naming.name_of(environment, full=True))


def _from_include(spec: Environments, item: Include, index: int, native: str, own: Own) -> Environment:
    # A runtime holds what it names and nothing else: that is what it is there for.
    packages, modules = (
        (item.packages, item.modules)
        if item.scikit_learn is None
        else ((*spec.packages, *item.packages), (*spec.modules, *item.modules))
    )
    environment = Environment(
        name=item.name or "",
        scikit_learn=item.scikit_learn,
        python=item.python,
        numpy=item.numpy,
        platform=_platform(item.platform, native),
        kind=item.kind,
        as_of=item.as_of or spec.as_of,
        packages=_of_the_index(packages),
        wheels=_wheels(packages, own),
        modules=_named(modules, own),
        tools=() if item.scikit_learn is None else spec.tools,
        days=tuple({**spec.days, **item.days}.items()),
        from_source=spec.from_source,
        origin=f"environments.include[{index}]",
        options=item.own.options(),
    )
    return kinds.OF[item.kind].complete(environment)


def _of_the_index(packages: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in packages if not is_wheel(word))


def _wheels(packages: Iterable[str], own: Own) -> tuple[OwnCode, ...]:
    return _named((word for word in packages if is_wheel(word)), own)


def _named(words: Iterable[str], own: Own) -> tuple[OwnCode, ...]:
    """The user's code by what it is called in matrix.yaml. Of one name the last counts: an environment's own."""
    found = (own.get(word) or OwnCode(name=word, version=None, digest="", path=word) for word in words)
    return tuple({one.name: one for one in found}.values())


def _distinct(environments: list[Environment]) -> list[Environment]:
    """Each once, the first. A twin that was given a name lends it to one that was not."""
    kept: dict[Environment, Environment] = {}
    for environment in environments:
        bare = replace(environment, name="", origin="")
        named = replace(bare, name=environment.name)
        if bare in kept and environment.name and not kept[bare].name:
            kept[bare] = replace(kept[bare], name=environment.name)
        elif bare not in kept:
            kept[bare] = environment
        elif environment.name and environment.name != kept[bare].name:
            kept.setdefault(named, environment)
    return list(kept.values())
