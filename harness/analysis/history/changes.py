"""A change: what, at which run, and which packages changed there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.analysis.compare.suspects import PackageChange
from harness.analysis.history import steps
from harness.analysis.history.figure_kinds import STATUS, least_effect, least_value
from harness.terms import split_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.analysis.history.past_runs import StoredRun
    from harness.analysis.history.series import Series, Transition


@dataclass(frozen=True, kw_only=True)
class Change:
    """A status, or the median of a figure, that differs since ``run``."""

    subject: str  # a cell's id; an artifact's, where its size changed
    figure: str  # "status", "size_bytes" or a figure that is measured
    run: str  # the first with the new value
    started: str
    previous: str  # the run before it in the same series
    before: str | float  # statuses; medians in seconds or bytes
    after: str | float
    lasting: bool  # the last change of its series
    fingerprint: str  # of the host whose runs were compared; empty if hosts make no difference
    emulated: bool
    consumer_packages: tuple[PackageChange, ...]
    producer_packages: tuple[PackageChange, ...]
    harness_version: tuple[str | None, str | None] | None  # before and after; None where it is the same
    matrix_digest: tuple[str | None, str | None] | None

    @property
    def ratio(self) -> float | None:
        """``after`` divided by ``before``; None for a status."""
        if isinstance(self.before, str) or isinstance(self.after, str):
            return None
        return self.after / self.before

    @property
    def packages(self) -> tuple[PackageChange, ...]:
        """Those of both environments, each once."""
        return tuple(sorted({*self.consumer_packages, *self.producer_packages}, key=str))


@dataclass(frozen=True, kw_only=True)
class Names:
    """The parts of an id."""

    producer: str
    case: str
    format: str
    consumer: str | None  # None of an artifact
    reader: str | None


def names_of(subject: str) -> Names:
    """Split the id of a cell or an artifact."""
    producer, case, name, consumer, reader = split_id(subject)
    return Names(producer=producer, case=case, format=name, consumer=consumer or None, reader=reader or None)


def find_status_changes(transitions: Sequence[Transition], runs: Sequence[StoredRun]) -> Iterator[Change]:
    for one in transitions:
        yield Change(
            subject=one.cell_id,
            figure=STATUS,
            before=one.before,
            after=one.after,
            lasting=one.lasting,
            fingerprint="",
            emulated=False,
            **_where(one.cell_id, runs[one.previous], runs[one.run]),  # type: ignore[arg-type]
        )


def find_figure_changes(series: Sequence[Series], runs: Sequence[StoredRun]) -> Iterator[Change]:
    companions = _companions(series)
    for one in series:
        values = np.maximum(one.values, least_value(one.figure)).tolist()
        found = steps.find(values, effect=least_effect(one.figure), companions=companions[_kind(one)])
        for step in found:
            place = _likeliest(step, one, runs)
            yield Change(
                subject=one.subject,
                figure=one.figure,
                before=step.before,
                after=step.after,
                lasting=step is found[-1],
                fingerprint=one.fingerprint,
                emulated=one.emulated,
                **_where(one.subject, runs[one.runs[place - 1]], runs[one.runs[place]]),  # type: ignore[arg-type]
            )


def _kind(series: Series) -> tuple[str, str, bool]:
    return series.figure, series.fingerprint, series.emulated


def _companions(series: Sequence[Series]) -> dict[tuple[str, str, bool], float]:
    """The median noise of the series of one figure on one host."""
    found: dict[tuple[str, str, bool], list[float]] = {}
    for one in series:
        logs = np.log(np.maximum(one.values, least_value(one.figure)))
        found.setdefault(_kind(one), []).append(steps.noise(logs))
    return {kind: float(np.median(each)) for kind, each in found.items()}


def _likeliest(step: steps.Step, series: Series, runs: Sequence[StoredRun]) -> int:
    """Choose the place of a step. If several fit equally well, take one at which a package changed."""
    places = sorted(step.as_good, key=lambda place: abs(place - step.place))
    for place in places:
        earlier, later = (runs[series.runs[at]] for at in (place - 1, place))
        names = names_of(series.subject)
        if any(_differences(earlier, later, name) for name in (names.consumer, names.producer)):
            return place
    return step.place


def _where(subject: str, earlier: StoredRun, later: StoredRun) -> Mapping[str, object]:
    names = names_of(subject)
    versions = (earlier.harness_version, later.harness_version)
    digests = (earlier.matrix_digest, later.matrix_digest)
    same_matrix = digests[0] == digests[1] or earlier.profile != later.profile  # each profile has a digest of its own
    return {
        "run": later.run_id,
        "started": later.started,
        "previous": earlier.run_id,
        "consumer_packages": _differences(earlier, later, names.consumer),
        "producer_packages": _differences(earlier, later, names.producer),
        "harness_version": versions if versions[0] != versions[1] else None,
        "matrix_digest": None if same_matrix else digests,
    }


def _differences(earlier: StoredRun, later: StoredRun, environment: str | None) -> tuple[PackageChange, ...]:
    """The packages that differ; nothing if one of the runs does not know the environment."""
    old, new = (run.packages.get(environment or "") for run in (earlier, later))
    if old is None or new is None:
        return ()
    return tuple(
        PackageChange(name=name, was=old.get(name, ""), now=new.get(name, ""))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )
