"""What a release changes for stored models: older ones, loaded with it and with the release before it. Pure.

Both loads are of one run and of the same artifacts; what differs is the environment that loads.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from harness.analysis import columns, versions
from harness.analysis.ask import subjects
from harness.analysis.compare import change_groups, status_changes, suspects
from harness.analysis.compare.status_changes import Kind
from harness.analysis.meanings import Meaning
from harness.errors import InputError
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from harness.analysis.compare.change_groups import Group
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
    others: tuple[PackageChange, ...]  # what else they hold otherwise


@dataclass(frozen=True, kw_only=True)
class Row:
    """One estimator in one format; numbers of cells."""

    estimator: str
    format: str
    counts: dict[Kind, int]  # that changed
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
    counts: dict[Kind, int]  # of every kind, the loudest first
    newly_warned: int
    rows: tuple[Row, ...]  # that changed, the loudest first
    groups: tuple[Group, ...]


def of(tables: RunTables, wanted: Wanted) -> Release:
    """Compare. Raises InputError when the run has no environment with the release, or none with one before it."""
    held = columns.packages(tables.environments)
    consumers = _consumers(held, wanted, tables)
    producers = _producers(held, wanted.package, consumers, tables)
    cells = tables.cells[tables.cells["producer"].isin(producers)]
    base, new = (_loaded(cells, name, consumers.after) for name in (consumers.before, consumers.after))
    found = status_changes.of(base, new)
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
        counts={kind: int((found["kind"] == kind).sum()) for kind in Kind},
        newly_warned=int(found["newly_warned"].sum()),
        rows=_rows(found, subjects.classes(tables.artifacts)),
        groups=change_groups.of(found, suspicion),
    )


def _consumers(held: Mapping[str, Mapping[str, str]], wanted: Wanted, tables: RunTables) -> Consumers:
    """The release and the one before it, in the two environments that differ least in anything else."""
    package = wanted.package
    having = {name: packages[package] for name, packages in held.items() if package in packages}
    told = ", ".join(versions.ordered(having.values())) or "none"
    known = {name: parsed for name, version in having.items() if (parsed := versions.parsed(version)) is not None}
    after = {name for name in known if wanted.holds(held[name])}
    if not after:
        raise InputError(f"{tables.path}: no environment was had with {wanted}; of {package} the run has {told}")
    pairs = [
        (known[old], known[new], old, new) for new in after for old in known.keys() - after if known[old] < known[new]
    ]
    if not pairs:
        raise InputError(f"{tables.path}: nothing is there to compare {wanted} with; of {package} the run has {told}")
    newest = max((now, was) for was, now, _, _ in pairs)
    nearest = min(
        (len(_others(held[old], held[new], package)), old, new) for was, now, old, new in pairs if (now, was) == newest
    )
    _, old, new = nearest
    others = _others(held[old], held[new], package)
    return Consumers(before=old, after=new, was=having[old], now=having[new], others=others)


def _others(before: Mapping[str, str], after: Mapping[str, str], package: str) -> tuple[PackageChange, ...]:
    return tuple(change for change in suspects.differences(before, after) if change.name != package)


def _producers(
    held: Mapping[str, Mapping[str, str]], package: str, consumers: Consumers, tables: RunTables
) -> tuple[str, ...]:
    """Who wrote before the release was there; everyone, where it is a runtime's, which writes nothing."""
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


def _rows(found: pd.DataFrame, classes: Mapping[str, str]) -> tuple[Row, ...]:
    # Two pipelines are two estimators.
    several = {name for name, count in Counter(classes.values()).items() if name and count > 1}
    names = {case: f"{name} ({case})" if name in several else name or case for case, name in classes.items()}
    named = found.assign(estimator=found["case"].map(names))
    rows = []
    for (estimator, format_name), some in named.groupby(["estimator", "format"], sort=True):
        counts = {kind: int((some["kind"] == kind).sum()) for kind in Kind}
        row = Row(
            estimator=str(estimator),
            format=str(format_name),
            counts={kind: count for kind, count in counts.items() if count},
            newly_warned=int(some["newly_warned"].sum()),
            cells=len(some),
        )
        if row.counts or row.newly_warned:
            rows.append(row)
    return tuple(sorted(rows, key=lambda row: [-row.counts.get(kind, 0) for kind in Kind]))
