"""What a run says, in few words: the numbers and groups that every kind of report shows. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis import columns, estimator_coverage, groups, measured, sides
from harness.analysis.cells import is_at_home, is_in, trace_causes
from harness.analysis.cells import left as is_left
from harness.analysis.meanings import INCONCLUSIVE, SOUND, Meaning
from harness.analysis.reused import Reused, count_reused
from harness.terms import BROKEN, LOADED, UNTRIED, Finding, Parity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.analysis.estimator_coverage import Coverage
    from harness.analysis.groups import OutcomeGroup
    from harness.analysis.measured import Measured
    from harness.store import RunTables

#: Between these many tolerances, another tolerance would be another verdict.
_NEAR = (0.1, 10.0)
#: Findings that leave the verdict to the tolerance; a label that flips does not.
_MEASURED = frozenset({Finding.PROBABILITIES, Finding.VALUES, Finding.SCORE, Finding.CONTAINER, Finding.DTYPE})


@dataclass(frozen=True, kw_only=True)
class PairCounts:
    """One producer and one consumer at a glance; numbers of cells."""

    identical: int
    close: int
    warned: int  # of the two above: with a warning about versions
    drift: int
    drift_at_home: int  # of the drifts: also in their own producer, so that the format has made them
    broken: int
    at_home: int  # of the broken: those that do not load in their own producer either
    untried: int
    unwritten: int  # of the untried: those whose producer could not write the artifact
    incomparable: int = 0  # loaded and predicted, but some output could not be carried or compared

    @property
    def ok(self) -> int:
        return self.identical + self.close

    @property
    def lost(self) -> int:
        """Cells that could have been tried and were not."""
        return self.untried - self.unwritten


@dataclass(frozen=True, kw_only=True)
class Near:
    """Cells of one case and format whose verdict hangs on the tolerance."""

    case: str
    format: str
    close: int
    drift: int
    least: float  # tolerances used
    most: float
    example: str  # the cell that is nearest to its tolerance

    @property
    def verdicts(self) -> str:
        return ", ".join(f"{count} {what}" for count, what in ((self.close, "close"), (self.drift, "drift")) if count)

    @property
    def times(self) -> str:
        least, most = f"{self.least:.2g}", f"{self.most:.2g}"
        return f"{least} times" if least == most else f"{least} to {most} times"


@dataclass(frozen=True, kw_only=True)
class Summary:
    run: dict[str, Any]
    environments: tuple[str, ...]
    versions: dict[str, dict[str, Any]]  # python, sklearn, numpy, arch by environment
    missing: dict[str, str]  # environments that could not be had, with reasons
    statuses: dict[str, int]  # of the cells
    not_run: int  # cells that were never tried, because an environment could not be had or the run was cut short
    left: int  # cells that were left for another run, see `harness.run.rescue_share`
    parities: dict[str, int]
    artifacts: dict[str, int]
    written: dict[str, tuple[int, int]]  # by producer: artifacts that it wrote, of how many
    pairs: dict[tuple[str, str], PairCounts]
    drifts: tuple[OutcomeGroup, ...]
    failures: tuple[OutcomeGroup, ...]
    incomparable: tuple[OutcomeGroup, ...]  # cells with outputs that could not be carried or compared
    impossible: tuple[OutcomeGroup, ...]  # cells whose format or reader cannot do this there
    unwritten: tuple[OutcomeGroup, ...]  # artifacts
    near: tuple[Near, ...]  # what is nearest to its tolerance first
    coverage: tuple[Coverage, ...]  # of the producers that were asked for every estimator
    diagonal: int  # cells in their own producer that loaded, without formats that convert
    measured: Measured
    reused: Reused
    diagonal_identical: int  # of those
    diagonal_off: tuple[str, ...]  # of those: not the same; the harness or the model is not deterministic

    @property
    def producers(self) -> tuple[str, ...]:
        return tuple(name for name in self.environments if name in self.written)

    @property
    def cells(self) -> int:
        return sum(self.statuses.values())

    def count(self, statuses: Iterable[Status]) -> int:
        """Cells of any of these."""
        return sum(self.statuses.get(status, 0) for status in statuses)

    @property
    def broken(self) -> int:
        return self.count(BROKEN)

    @property
    def ran(self) -> bool:
        """Whether any cell was tried."""
        return any(pair.ok or pair.drift or pair.broken or pair.incomparable for pair in self.pairs.values())

    @property
    def conclusive(self) -> int:
        """Cells that say something of a model."""
        return self.cells - sum(pair.untried + pair.incomparable for pair in self.pairs.values())

    @property
    def inconclusive(self) -> int:
        """Cells that say nothing of a model."""
        return self.cells - self.conclusive

    @property
    def drift_at_home(self) -> int:
        """Of the cells that drift."""
        return sum(pair.drift_at_home for pair in self.pairs.values())


#: How much of its tolerance a sum in another order takes at most: of 1e-9 some 1e-15 were seen.
_REORDERED = 1e-3


def summarize(tables: RunTables) -> Summary:
    """Summary the tables of a run."""
    cells, environments = _with_since(tables), tables.environments
    tried, held = cells[~columns.among(cells["status"], UNTRIED)], sides.held_by(environments)
    bad = environments[environments["status"] != Status.OK]
    kept = ~cells["converts"]
    diagonal = cells[is_at_home(cells) & cells["parity"].notna() & kept]
    versions = ["python", "sklearn", "numpy", "arch"]
    left = int(is_left(cells).sum())
    return Summary(
        run=tables.run,
        environments=tuple(environments["environment"]),
        versions={
            row["environment"]: {c: None if pd.isna(row[c]) else row[c] for c in versions}
            for row in environments.to_dict("records")
        },
        missing=dict(zip(bad["environment"], bad["reason"], strict=True)),
        statuses=columns.counts(cells["status"]),
        not_run=int((cells["meaning"] == Meaning.NOT_RUN).sum()) - left,
        left=left,
        parities=columns.counts(cells["parity"].dropna()),
        artifacts=columns.counts(tables.artifacts["status"]),
        written={
            str(producer): (int((statuses == Status.OK).sum()), len(statuses))
            for producer, statuses in tables.artifacts.groupby("producer", sort=False)["status"]
        },
        pairs=_pairs(cells),
        drifts=groups.group_cells(tried[tried["status"] == Status.DRIFT], cells, held, by_case=True),
        failures=groups.group_cells(tried[~columns.among(tried["status"], LOADED)], cells, held),
        incomparable=groups.group_cells(tried[tried["status"] == Status.INCOMPARABLE], cells, held),
        impossible=groups.group_cells(cells[cells["status"] == Status.UNSUPPORTED], cells, held),
        unwritten=groups.group_artifacts(tables.artifacts),
        near=_near(tried),
        coverage=estimator_coverage.measure_coverage(tables),
        measured=measured.summarize_measurements(tables),
        diagonal=len(diagonal),
        reused=count_reused(tables),
        diagonal_identical=int((diagonal["parity"] == Parity.IDENTICAL).sum()),
        diagonal_off=tuple(diagonal[~_is_same(diagonal)]["cell_id"]),
    )


def _is_same(diagonal: pd.DataFrame) -> pd.Series[bool]:
    """Identical, or another order of summation: a loaded array may lie in memory in another order."""
    used = diagonal["tolerance_used"].fillna(np.inf)
    return (diagonal["parity"] == Parity.IDENTICAL) | ((diagonal["parity"] == Parity.CLOSE) & (used <= _REORDERED))


def _with_since(tables: RunTables) -> pd.DataFrame:
    """The cells with ``since``: what brought each cell's cause, null where that is not known."""
    return tables.cells.assign(since=trace_causes(tables)["since"])


def as_data(summary: Summary) -> dict[str, Any]:
    """The summary as JSON-able data."""
    data = asdict(summary)
    for row in data["measured"]["rows"]:
        row["unstable"] = sorted(row["unstable"])
    data["pairs"] = [{"producer": p, "consumer": c, **asdict(pair)} for (p, c), pair in summary.pairs.items()]
    return data


def _pairs(cells: pd.DataFrame) -> dict[tuple[str, str], PairCounts]:
    meaning, at_home = cells["meaning"], cells["also_at_home"]
    drift, broken, ok = meaning == Meaning.CHANGED, meaning == Meaning.BROKEN, is_in(meaning, SOUND)
    flags = cells[["producer", "consumer"]].assign(
        identical=meaning == Meaning.IDENTICAL,
        close=ok & (meaning != Meaning.IDENTICAL),
        warned=ok & cells["version_warning"].eq(True),
        drift=drift,
        drift_at_home=drift & at_home,
        broken=broken,
        at_home=broken & at_home,
        untried=is_in(meaning, INCONCLUSIVE - {Meaning.INCOMPARABLE}),
        incomparable=meaning == Meaning.INCOMPARABLE,
        unwritten=meaning == Meaning.UNWRITTEN,
    )
    sums = flags.groupby(["producer", "consumer"], sort=False).sum()
    return {
        (str(producer), str(consumer)): PairCounts(**{str(key): int(value) for key, value in row.items()})
        for (producer, consumer), row in zip(sums.index, sums.to_dict("records"), strict=True)
    }


def _near(cells: pd.DataFrame) -> tuple[Near, ...]:
    used = cells["tolerance_used"]
    rows = cells[used.between(*_NEAR) & ((cells["status"] == Status.OK) | (used > 1))]
    rows = rows[np.array([_MEASURED.issuperset(kinds) for kinds in rows["findings"]], dtype=bool)]
    rows = rows.assign(away=np.log(rows["tolerance_used"]).abs()).sort_values("away", kind="stable")
    return tuple(
        Near(
            case=str(case),
            format=str(name),
            close=int((group["status"] == Status.OK).sum()),
            drift=int((group["status"] == Status.DRIFT).sum()),
            least=float(group["tolerance_used"].min()),
            most=float(group["tolerance_used"].max()),
            example=str(group.iloc[0]["cell_id"]),
        )
        for (case, name), group in rows.groupby(["case", "format"], sort=False)
    )
