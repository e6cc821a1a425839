"""Which package decides between two neighbouring environments, and which of its releases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.version import Version

from harness.analysis.bisected import PYTHON, SCIKIT_LEARN, Alone, Change, Tried
from harness.bisecting import packages, releases
from harness.environments import index

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from harness.bisecting.packages import Step
    from harness.bisecting.trials import Trials
    from harness.checking.wanted import Entry, Wanted
    from harness.terms import Environment


@dataclass(frozen=True, kw_only=True)
class _Decider:
    """What decides between two neighbours, and the one of them in which it alone is changed."""

    step: Step
    side: Tried

    def having(self, versions: Mapping[str, str]) -> Wanted:
        """That neighbour with other versions of what decides."""
        label = packages.label(self.side, self.step, to=versions)
        return packages.pinned(packages.changed(self.side, self.step, to=versions), label)

    def lacking(self, versions: Mapping[str, str]) -> str | None:
        """Why that cannot be had; None: it may be."""
        return packages.lacking(packages.changed(self.side, self.step, to=versions))


def change(trials: Trials, first: Entry, *others: Entry) -> Change:
    """The change between two neighbours, of which the last answers otherwise than the first.

    Parameters
    ----------
    others : what lies between them and cannot be judged, and then the neighbour.
    """
    earlier, *passed, later = trials.ask([first, *others])
    alone, decider = _decided(trials, earlier, later)
    found = Change(earlier=earlier, later=later, alone=alone, stepped_over={one.name: one.why for one in passed})
    if decider is None or decider.step.several:
        return found if decider is None else replace(found, package=decider.step.package)
    if decider.step.package != SCIKIT_LEARN:
        return _narrowed(trials, found, decider)
    before, after = (one.versions[SCIKIT_LEARN] for one in (earlier, later))
    newer = first if Version(before) > Version(after) else others[-1]
    day = _day(trials, newer, SCIKIT_LEARN, before, after)
    return replace(found, package=SCIKIT_LEARN, before=before, after=after, day=day)


def _decided(trials: Trials, earlier: Tried, later: Tried) -> tuple[tuple[Alone, ...], _Decider | None]:
    """What decides by itself, with all that was changed alone to find out; None: it takes several.

    The earlier environment gets one package of the later one. If none decides, the later one gets one back.
    """
    steps = packages.steps(earlier, later, trials.subject.packages)
    if len(steps) == 1:
        return (), _Decider(step=steps[0], side=earlier)
    alone: list[Alone] = []
    for side, other in ((earlier, later), (later, earlier)):
        waiting = []
        for one in (_Decider(step=step, side=side) for step in steps):
            why = one.lacking(one.step.held_by(other))
            if why is None:
                waiting.append(one)
            else:
                alone.append(one.step.alone(earlier, later, why, back=side is later))
        for start in range(0, len(waiting), trials.at_once):
            group = waiting[start : start + trials.at_once]
            made = trials.ask([one.having(one.step.held_by(other)) for one in group])
            pairs = list(zip(group, made, strict=True))
            alone += [one.step.alone(earlier, later, tried, back=side is later) for one, tried in pairs]
            found = next((one for one, tried in pairs if tried.answer == other.answer), None)
            if found is not None:
                return tuple(alone), found
    return tuple(alone), None


def _narrowed(trials: Trials, found: Change, decider: _Decider) -> Change:
    """The change by releases of the package that decides, minors first, with all else equal."""
    package = decider.step.package
    low, high = (decider.step.held_by(one)[package] for one in (found.earlier, found.later))
    ends = {low: found.earlier, high: found.later}
    beside = trials.environment(decider.having({package: high}))
    between: list[Wanted] = []
    for minors in (True, False):
        versions = [low, *_between(package, low, high, beside, minors=minors), high]
        points = [decider.having({package: version}) for version in versions]
        first, last = trials.boundary(points, first=found.earlier.answer)
        low, high, between = versions[first], versions[last], points[first + 1 : last]
    pair = [trials.known(decider.having({package: version})) or ends[version] for version in (low, high)]
    passed = {one.name: one.why for one in trials.ask(between)}
    return replace(
        found,
        earlier=pair[0],
        later=pair[1],
        package=package,
        before=low,
        after=high,
        day=None if package == PYTHON else _day(trials, points[0], package, low, high),
        stepped_over={**found.stepped_over, **passed},
    )


def _between(package: str, low: str, high: str, beside: Environment, *, minors: bool) -> list[str]:
    if package == PYTHON:
        return releases.pythons(low, high)
    return releases.of_package(package, low, high, beside, minors=minors)


def _day(trials: Trials, entry: Entry, package: str, before: str, after: str) -> dt.date | None:
    """On which the newer of two releases came."""
    return index.day(package, max(before, after, key=Version), trials.environment(entry))
