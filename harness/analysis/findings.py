"""What a run found, by cause: what predicts something else without an error, and what fails. Pure.

Only what the way from one environment to another brings is a finding here: what also happens in its own producer is the
format's doing, and stands apart. Formats that carry models into another kind of program are a finding of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis import carrying, causes, columns, sides
from harness.analysis.ask import subjects
from harness.analysis.cells import is_in, trace_causes
from harness.analysis.groups import differs
from harness.analysis.meanings import INCONCLUSIVE, Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.store import RunTables


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The cells that change or fail for one reason."""

    cause: str
    sentence: str  # why; empty where that is not known
    helps: str
    since: str | None
    upstream: str | None
    cells: int
    silent: int  # of the cells: without any warning about versions
    models: tuple[str, ...]  # cases, those with most cells first
    classes: tuple[str, ...]  # of these models
    formats: tuple[str, ...]
    dumped_by: str
    loaded_by: str
    differs: str  # what differs, in words; empty if it fails
    labels: float | None  # the largest fraction of labels that differ
    statuses: tuple[str, ...]
    message: str  # of the worst cell
    example: str  # the worst cell's id
    carriers: tuple[carrying.Carrier, ...] = ()  # other formats that get over some of these models, the cheapest first


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Each the one with most cells first."""

    changes: tuple[Finding, ...]
    converted: tuple[Finding, ...]  # the same in formats that convert
    at_home: tuple[Finding, ...]  # in their own producer too, whatever the format
    breaks: tuple[Finding, ...]


def find(tables: RunTables) -> Findings:
    """Gather the findings of a run."""
    cells = tables.cells.assign(**trace_causes(tables)[["since", "upstream"]])
    changed, broken = cells["meaning"] == Meaning.CHANGED, cells["meaning"] == Meaning.BROKEN
    home, converts = cells["also_at_home"].astype(bool), cells["converts"].astype(bool)
    tried = sides.tried_with(cells[~is_in(cells["meaning"], INCONCLUSIVE)])
    held, classes = sides.held_by(tables.environments), subjects.classes(tables.artifacts)
    places = pd.MultiIndex.from_frame(cells[["case", "producer", "consumer"]])
    alike = carrying.Places(cells[places.isin(places[(changed | broken).to_numpy()])])

    def gathered(rows: pd.DataFrame) -> tuple[Finding, ...]:
        groups = rows.groupby(rows["cause"].fillna(causes.UNKNOWN), sort=False)
        found = [
            replace(
                _finding(str(cause), group, tried, held, classes),
                carriers=carrying.carriers(carrying.loaded(group), alike.at(places[group.index].unique())),
            )
            for cause, group in groups
        ]
        return tuple(sorted(found, key=lambda one: (one.cause == causes.UNKNOWN, -one.cells)))

    return Findings(
        changes=gathered(cells[changed & ~home & ~converts]),
        converted=gathered(cells[changed & ~home & converts]),
        at_home=gathered(cells[changed & home]),
        breaks=gathered(cells[broken & ~home]),
    )


def _finding(
    cause: str,
    group: pd.DataFrame,
    tried: Mapping[tuple[str, str], tuple[set[str], set[str]]],
    held: sides.Held,
    classes: Mapping[str, str],
) -> Finding:
    known = causes.by_name().get(cause)
    order = group.sort_values(["label_mismatch", "max_abs_diff"], ascending=False, na_position="last")
    worst, labels = order.iloc[0], group["label_mismatch"].max()
    models, since, upstream = (
        columns.most(group["case"]),
        *(columns.most(group[name].dropna()) for name in ("since", "upstream")),
    )
    dumped_by, loaded_by = _sides(group, tried, held)
    return Finding(
        cause=cause,
        sentence=known.sentence if known else "",
        helps=known.helps if known else "",
        since=since[0] if since else None,
        upstream=upstream[0] if upstream else None,
        cells=len(group),
        silent=int((~group["version_warning"].eq(True)).sum()),
        models=models,
        classes=tuple(dict.fromkeys(classes.get(case) or case for case in models)),
        formats=columns.most(group["format"]),
        dumped_by=dumped_by,
        loaded_by=loaded_by,
        differs=differs(columns.findings(group), len(group)),
        labels=float(labels) if labels == labels and labels > 0 else None,  # noqa: PLR0124  # NaN
        statuses=columns.most(group["status"]),
        message=str(worst["reason"] or ""),
        example=str(worst["cell_id"]),
    )


def _sides(
    group: pd.DataFrame, tried: Mapping[tuple[str, str], tuple[set[str], set[str]]], held: sides.Held
) -> tuple[str, str]:
    pairs = set(group[["producer", "consumer"]].itertuples(index=False, name=None))
    keys = set(group[["case", "format"]].itertuples(index=False, name=None))
    found = [tried[key] for key in keys if key in tried]
    producers, consumers = ({name for pair in found for name in pair[place]} for place in (0, 1))
    return sides.names_of(pairs, producers, consumers, held)
