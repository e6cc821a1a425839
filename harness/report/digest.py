"""What a run says, in few words: the numbers and groups that every kind of report shows. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from packaging.version import Version

from harness.model import UNTRIED, Parity, Status

if TYPE_CHECKING:
    from harness.store import RunTables

#: What differs from process to process in messages that tell the same: addresses, lines, where files lie.
_VARYING = re.compile(r"0x[0-9a-fA-F]+|(?<=line )\d+|(?<= from ')/[^']+")
#: What takes the process with it comes before what raises; within each, what happens most.
_DEADLY = ("crash", "oom", "timeout")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One producer and one consumer at a glance; numbers of cells."""

    identical: int
    close: int
    warned: int  # of the two above: with a warning about versions
    drift: int
    broken: int
    at_home: int  # of the broken: those that do not load in their own producer either
    untried: int
    unwritten: int  # of the untried: those whose producer could not write the artifact

    @property
    def ok(self) -> int:
        return self.identical + self.close

    @property
    def lost(self) -> int:
        """Cells that could have been tried and were not."""
        return self.untried - self.unwritten


@dataclass(frozen=True, kw_only=True)
class Group:
    """Cells or artifacts that fail in the same way."""

    status: str
    message: str
    count: int
    cases: tuple[str, ...]
    formats: tuple[str, ...]
    pairs: int  # how many (producer, consumer)
    dumped_by: str  # scikit-learn versions, such as "1.5 to 1.7", and environments without one
    loaded_by: str
    example: str  # an id
    silent: int  # of the cells: without any warning about versions


@dataclass(frozen=True, kw_only=True)
class Digest:
    run: dict[str, Any]
    environments: tuple[str, ...]
    versions: dict[str, dict[str, Any]]  # python, sklearn, numpy, arch by environment
    missing: dict[str, str]  # environments that could not be had, with reasons
    statuses: dict[str, int]  # of the cells
    not_run: int  # cells that were never tried, because an environment could not be had or the run was cut short
    parities: dict[str, int]
    artifacts: dict[str, int]
    written: dict[str, tuple[int, int]]  # by producer: artifacts that it wrote, of how many
    pairs: dict[tuple[str, str], Pair]
    drifts: tuple[Group, ...]
    failures: tuple[Group, ...]
    unwritten: tuple[Group, ...]  # artifacts
    diagonal: int  # cells in their own producer that loaded
    diagonal_off: tuple[str, ...]  # of those: not identical; the harness or the model is not deterministic

    @property
    def cells(self) -> int:
        return sum(self.statuses.values())


def of(tables: RunTables) -> Digest:
    """Digest the tables of a run."""
    cells, environments = tables.cells, tables.environments
    tried = cells[~cells["status"].isin([str(s) for s in UNTRIED])]
    bad = environments[environments["status"] != Status.OK]
    diagonal = cells[(cells["producer"] == cells["consumer"]) & cells["parity"].notna()]
    columns = ["python", "sklearn", "numpy", "arch"]
    return Digest(
        run=tables.run,
        environments=tuple(environments["environment"]),
        versions={
            row["environment"]: {c: None if pd.isna(row[c]) else row[c] for c in columns}
            for row in environments.to_dict("records")
        },
        missing=dict(zip(bad["environment"], bad["reason"], strict=True)),
        statuses=_counts(cells["status"]),
        not_run=int(_never_tried(cells).sum()),
        parities=_counts(cells["parity"].dropna()),
        artifacts=_counts(tables.artifacts["status"]),
        written={
            str(producer): (int((statuses == Status.OK).sum()), len(statuses))
            for producer, statuses in tables.artifacts.groupby("producer", sort=False)["status"]
        },
        pairs=_pairs(cells),
        drifts=_groups(tried[tried["status"] == Status.DRIFT], cells, by_case=True),
        failures=_groups(tried[~tried["status"].isin([str(Status.OK), str(Status.DRIFT)])], cells),
        unwritten=_unwritten(tables.artifacts),
        diagonal=len(diagonal),
        diagonal_off=tuple(diagonal[diagonal["parity"] != Parity.IDENTICAL]["cell_id"]),
    )


def as_data(digest: Digest) -> dict[str, Any]:
    """The digest as JSON-able data."""
    data = asdict(digest)
    data["pairs"] = [{"producer": p, "consumer": c, **asdict(pair)} for (p, c), pair in digest.pairs.items()]
    return data


def _counts(column: pd.Series[Any]) -> dict[str, int]:
    return {str(key): int(count) for key, count in Counter(column).most_common()}


def _never_tried(cells: pd.DataFrame) -> pd.Series[bool]:
    """Not run, or without an artifact because that was not run: not the same as an artifact that cannot be written."""
    missing = (cells["status"] == Status.NO_ARTIFACT) & cells["reason"].str.startswith(str(Status.NOT_RUN), na=False)
    return (cells["status"] == Status.NOT_RUN) | missing


def _pairs(cells: pd.DataFrame) -> dict[tuple[str, str], Pair]:
    broken = ~cells["status"].isin([str(s) for s in (*UNTRIED, Status.OK, Status.DRIFT)])
    home = cells[broken & (cells["producer"] == cells["consumer"])]
    at_home = set(zip(home["artifact_id"], home["reader"], strict=True))
    keys = zip(cells["artifact_id"], cells["reader"], strict=True)
    ok = cells["status"] == Status.OK
    flags = cells[["producer", "consumer"]].assign(
        identical=ok & (cells["parity"] == Parity.IDENTICAL),
        close=ok & (cells["parity"] != Parity.IDENTICAL),
        warned=ok & cells["version_warning"].eq(True),
        drift=cells["status"] == Status.DRIFT,
        broken=broken,
        at_home=broken & np.array([key in at_home for key in keys], dtype=bool),
        untried=cells["status"].isin([str(s) for s in UNTRIED]),
        unwritten=(cells["status"] == Status.NO_ARTIFACT) & ~_never_tried(cells),
    )
    sums = flags.groupby(["producer", "consumer"], sort=False).sum()
    return {
        (str(producer), str(consumer)): Pair(**{str(key): int(value) for key, value in row.items()})
        for (producer, consumer), row in zip(sums.index, sums.to_dict("records"), strict=True)
    }


def _groups(rows: pd.DataFrame, everything: pd.DataFrame, *, by_case: bool = False) -> tuple[Group, ...]:
    """Rows that tell the same, worst first; drifts by case, since their figures differ from pair to pair."""
    if rows.empty:
        return ()
    minors = _minors(pd.concat([everything["producer_sklearn"], everything["consumer_sklearn"]]))
    told = rows.assign(told=rows["case"] if by_case else [_same(text) for text in rows["reason"]])
    groups = []
    for (status, words), group in told.groupby(["status", "told"], sort=False):
        worst = _worst(group)
        groups.append(
            Group(
                status=str(status),
                message=str(worst["reason"]).partition("; ")[0] if by_case else str(words),
                count=len(group),
                cases=_most(group["case"]),
                formats=_most(group["format"]),
                pairs=len(group[["producer", "consumer"]].drop_duplicates()),
                dumped_by=_span(group, "producer", minors),
                loaded_by=_span(group, "consumer", minors),
                example=str(worst["cell_id"]),
                silent=int((~group["version_warning"].eq(True)).sum()),
            )
        )
    return tuple(sorted(groups, key=lambda g: (_rank(g.status), -g.silent if by_case else 0, -g.count)))


def _worst(group: pd.DataFrame) -> pd.Series[Any]:
    order = group.sort_values(["label_mismatch", "max_abs_diff"], ascending=False, na_position="last")
    return order.iloc[0]


def _unwritten(artifacts: pd.DataFrame) -> tuple[Group, ...]:
    rows = artifacts[~artifacts["status"].isin([str(Status.OK), str(Status.NOT_RUN)])]
    groups = []
    for (status, told), group in rows.assign(told=[_same(t) for t in rows["reason"]]).groupby(
        ["status", "told"], sort=False
    ):
        groups.append(
            Group(
                status=str(status), message=str(told), count=len(group), cases=_most(group["case"]),
                formats=_most(group["format"]), pairs=0, dumped_by="", loaded_by="",
                example=str(group.iloc[0]["artifact_id"]), silent=0,
            )
        )  # fmt: skip
    return tuple(sorted(groups, key=lambda g: (_rank(g.status), -g.count)))


def _minors(versions: pd.Series[Any]) -> list[str]:
    """The minors of some versions, oldest first: "1.5" of "1.5.2"."""
    known = {Version(str(text)) for text in versions.dropna().unique()}
    return [f"{major}.{minor}" for major, minor in sorted({version.release[:2] for version in known})]


def _span(cells: pd.DataFrame, side: str, minors: list[str]) -> str:
    """Minors as ranges of those that there are, then whatever has no scikit-learn: "1.0, 1.5 to 1.7, node24"."""
    versions = cells[f"{side}_sklearn"]
    there = set(_minors(versions))
    ranges: list[list[str]] = []
    for before, minor in zip(["", *minors], minors, strict=False):
        if minor in there:
            if ranges and ranges[-1][-1] == before:
                ranges[-1].append(minor)
            else:
                ranges.append([minor])
    spans = [r[0] if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in ranges]
    return ", ".join([*spans, *cells.loc[versions.isna(), side].unique()])


def _rank(status: str) -> int:
    return 0 if status in _DEADLY else 1


def _same(text: object) -> str:
    return _VARYING.sub("…", str(text))


def _most(column: pd.Series[Any]) -> tuple[str, ...]:
    return tuple(str(key) for key, _ in Counter(column).most_common())
