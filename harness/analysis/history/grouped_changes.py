"""Changes of one run that belong together, as one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from harness.analysis.compare.effects import SIZE
from harness.analysis.history.changes import Names, names_of
from harness.analysis.history.figure_kinds import STATUS, wording
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.compare.suspects import PackageChange
    from harness.analysis.history.changes import Change


@dataclass(frozen=True, kw_only=True)
class GroupedChange:
    """Changes in the same direction, at the same run, with the same packages. The first change is the largest."""

    run: str
    started: str
    figure: str
    what: str  # "ok -> drift", "load slower"
    changes: tuple[Change, ...]
    common: dict[str, str]  # what all of them have in common: case, format, reader, producer, consumer
    packages: tuple[PackageChange, ...]
    harness_version: tuple[str | None, str | None] | None
    matrix_changed: bool

    @property
    def count(self) -> int:
        return len(self.changes)

    @property
    def lasting(self) -> int:
        """How many have not changed again since."""
        return sum(change.lasting for change in self.changes)

    @property
    def ratios(self) -> tuple[float, float] | None:
        """The least and the greatest; None for statuses."""
        found = [change.ratio for change in self.changes if change.ratio is not None]
        return (min(found), max(found)) if found else None

    @property
    def worse(self) -> bool:
        first = self.changes[0]
        if self.figure == STATUS:
            return first.after != Status.OK
        return (first.ratio or 1.0) > 1

    @property
    def noun(self) -> str:
        return "artifacts" if self.figure == SIZE else "cells"


def grouped(changes: Sequence[Change]) -> tuple[GroupedChange, ...]:
    """Group changes: first ok to drift, then what else is worse, then what is better; of each, the newest first."""
    groups: dict[object, list[Change]] = {}
    for change in changes:
        key = (change.run, change.figure, _what(change), change.packages, change.harness_version)
        groups.setdefault(key, []).append(change)
    findings = sorted((_finding(group) for group in groups.values()), key=lambda one: -one.count)
    findings.sort(key=lambda one: (one.started, one.run), reverse=True)
    return tuple(sorted(findings, key=_loudness))


def _what(change: Change) -> str:
    if change.ratio is None:
        return f"{change.before} -> {change.after}"
    return wording(change.figure, change.ratio)


def _finding(group: list[Change]) -> GroupedChange:
    group = sorted(group, key=lambda change: (-_size(change), change.subject))
    first = group[0]
    return GroupedChange(
        run=first.run,
        started=first.started,
        figure=first.figure,
        what=_what(first),
        changes=tuple(group),
        common=_common([names_of(change.subject) for change in group]),
        packages=first.packages,
        harness_version=first.harness_version,
        matrix_changed=any(change.matrix_digest is not None for change in group),
    )


def _size(change: Change) -> float:
    ratio = change.ratio or 1.0
    return max(ratio, 1 / ratio)


def _common(names: list[Names]) -> dict[str, str]:
    found = {}
    for field in fields(Names):
        values = {getattr(one, field.name) for one in names}
        if len(values) == 1 and None not in values:
            found[field.name] = str(values.pop())
    return found


def _loudness(finding: GroupedChange) -> tuple[bool, bool, bool]:
    """A sort key: ok to drift first, then what is worse; statuses before figures."""
    silent = finding.figure == STATUS and finding.changes[0].after == Status.DRIFT
    return (not silent, not finding.worse, finding.figure != STATUS)
