"""What a release changes for stored models: older ones, loaded with it and with the release before it. Pure.

Both loads are from one run and of the same artifacts. Only the environment that loads differs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from harness.analysis import columns, versions
from harness.analysis.ask import subjects
from harness.analysis.compare import change_groups, status_changes, suspects
from harness.analysis.compare.status_changes import ChangeKind
from harness.analysis.meanings import Meaning
from harness.errors import InputError
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from harness.analysis.compare.change_groups import ChangeGroup
    from harness.analysis.compare.suspects import PackageChange
    from harness.analysis.versions import Wanted
    from harness.store import RunTables


@dataclass(frozen=True, kw_only=True)
class Consumers:
    """The two environments whose loads are compared."""

    before: str
    after: str
    was: str  # the package's versions
    now: str
    others: tuple[PackageChange, ...]  # the other packages that differ
    passed_over: tuple[str, ...] = ()  # nearer versions of the package, whose environments differ in more than it


@dataclass(frozen=True, kw_only=True)
class ReleaseRow:
    """One estimator in one format, in numbers of cells."""

    estimator: str
    format: str
    counts: dict[ChangeKind, int]  # that changed
    newly_warned: int  # of those that were ok and still are
    cells: int


@dataclass(frozen=True, kw_only=True)
class Release:
    package: str
    run: dict[str, Any]  # run.json
    path: Path
    consumers: Consumers
    producers: tuple[str, ...]
    cells: int
    never_tried: int  # with the release
    counts: dict[ChangeKind, int]  # of every kind, the most serious first
    newly_warned: int
    rows: tuple[ReleaseRow, ...]  # that changed, the most serious first
    groups: tuple[ChangeGroup, ...]


def compare_release(tables: RunTables, wanted: Wanted) -> Release:
    """Compare loads with a release and with the release before it.

    Parameters
    ----------
    tables : a run, as `harness.read_run` gives it.
    wanted : the package and the version of the release.

    Raises
    ------
    InputError : no environment of the run has the release, or none has an earlier one.
    """
    held = columns.packages(tables.environments)
    consumers = _consumers(held, wanted, tables)
    producers = _producers(held, wanted.package, consumers, tables)
    cells = tables.cells[tables.cells["producer"].isin(producers)]
    base, new = (_loaded(cells, name, consumers.after) for name in (consumers.before, consumers.after))
    found = status_changes.compare_statuses(base, new)
    warned = _newly_warned(base, new)
    found = found.assign(newly_warned=found["cell_id"].isin(warned) & found["kind"].isna())
    beside = (suspects.PackageChange(name=wanted.package, was=consumers.was, now=consumers.now), *consumers.others)
    suspicion = suspects.Suspicion(packages={consumers.after: beside}, recoded=frozenset())
    return Release(
        package=wanted.package,
        run=tables.run,
        path=tables.path,
        consumers=consumers,
        producers=producers,
        cells=len(found),
        never_tried=int((new["meaning"] == Meaning.NOT_RUN).sum()),
        counts={kind: int((found["kind"] == kind).sum()) for kind in ChangeKind},
        newly_warned=int(found["newly_warned"].sum()),
        rows=_rows(found, subjects.classes(tables.artifacts)),
        groups=change_groups.group_changes(found, suspicion),
    )


def _consumers(held: Mapping[str, Mapping[str, str]], wanted: Wanted, tables: RunTables) -> Consumers:
    """The release and the one before it, in the two environments that otherwise differ least."""
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
        passed_over=tuple(versions.ordered(having[old] for was, old, _ in found if was > nearest)),
    )


def _impurity(before: Mapping[str, str], after: Mapping[str, str], package: str) -> int:
    """In how many of scikit-learn and Python two environments differ; what comes before scikit-learn is one release."""
    if package == versions.DEFAULT_PACKAGE:
        return 0
    return sum(before.get(name) != after.get(name) for name in (versions.DEFAULT_PACKAGE, "python") if name != package)


def _others(before: Mapping[str, str], after: Mapping[str, str], package: str) -> tuple[PackageChange, ...]:
    return tuple(change for change in suspects.differences(before, after) if change.name != package)


def _producers(
    held: Mapping[str, Mapping[str, str]], package: str, consumers: Consumers, tables: RunTables
) -> tuple[str, ...]:
    """Producers with an older release. A runtime writes nothing, so for a runtime all producers count."""
    writers = [str(name) for name in tables.artifacts["producer"].unique()]
    if consumers.after not in writers:
        return tuple(writers)
    now = Version(consumers.now)
    known = {name: versions.parsed(packages[package]) for name, packages in held.items() if package in packages}
    return tuple(name for name in writers if name not in known or ((had := known[name]) is not None and had < now))


def _loaded(cells: pd.DataFrame, consumer: str, after: str) -> pd.DataFrame:
    """The cells of one consumer, with the ids that they have in the other."""
    rows = cells[cells["consumer"] == consumer]
    ids = rows["artifact_id"] + f">{after}/" + rows["reader"]
    return rows.assign(consumer=after, cell_id=ids)


def _newly_warned(base: pd.DataFrame, new: pd.DataFrame) -> set[str]:
    def warned(rows: pd.DataFrame, *, really: bool) -> set[str]:
        fine = rows[rows["status"] == Status.OK]
        return set(fine.loc[fine["version_warning"].eq(True) == really, "cell_id"])

    return warned(new, really=True) & warned(base, really=False)


def _rows(found: pd.DataFrame, classes: Mapping[str, str]) -> tuple[ReleaseRow, ...]:
    # Two pipelines are two estimators.
    several = {name for name, count in Counter(classes.values()).items() if name and count > 1}
    names = {case: f"{name} ({case})" if name in several else name or case for case, name in classes.items()}
    named = found.assign(estimator=found["case"].map(names))
    rows = []
    for (estimator, format_name), some in named.groupby(["estimator", "format"], sort=True):
        counts = {kind: int((some["kind"] == kind).sum()) for kind in ChangeKind}
        row = ReleaseRow(
            estimator=str(estimator),
            format=str(format_name),
            counts={kind: count for kind, count in counts.items() if count},
            newly_warned=int(some["newly_warned"].sum()),
            cells=len(some),
        )
        if row.counts or row.newly_warned:
            rows.append(row)
    return tuple(sorted(rows, key=lambda row: [-row.counts.get(kind, 0) for kind in ChangeKind]))
