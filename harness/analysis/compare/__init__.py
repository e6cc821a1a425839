"""What changed between two runs: outcomes first, then time, memory and size. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis.compare import (
    change_groups,
    expectations,
    figure_changes,
    gate_results,
    known,
    status_changes,
    suspects,
)
from harness.analysis.compare.expectations import Expectations
from harness.analysis.compare.status_changes import ChangeKind
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from harness.analysis.compare.change_groups import ChangeGroup
    from harness.analysis.compare.figure_changes import Figures
    from harness.analysis.compare.gates import Gate, GateResult
    from harness.analysis.compare.known import Settled
    from harness.analysis.compare.suspects import PackageChange
    from harness.store import RunTables

__all__ = ["Comparison", "Expectations", "compare", "expectations"]


@dataclass(frozen=True, kw_only=True)
class EnvironmentChange:
    """An environment that could be built in only one of the runs, or is in only one of them."""

    name: str
    was: str | None
    now: str | None
    reason: str  # why it cannot be built now; empty if it can


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What changed from BASE to NEW. What is accepted or expected is counted in ``settled`` and nowhere else."""

    base: dict[str, Any]  # run.json
    new: dict[str, Any]
    common: int  # cells that both runs have
    was_ok: int  # of those: ok in BASE
    not_run: int  # cells of NEW that were not run
    environments: tuple[EnvironmentChange, ...]
    packages: dict[str, tuple[PackageChange, ...]]  # by environment, where any changed
    counts: dict[ChangeKind, int]  # cells, of every kind, the most serious first
    cells: tuple[ChangeGroup, ...]
    recoded: tuple[str, ...]  # cases whose code or data changed in NEW
    artifacts: tuple[ChangeGroup, ...]
    figures: Figures
    settled: Settled
    verdicts: tuple[GateResult, ...]  # of the gates, in their order
    changes: pd.DataFrame  # each cell of both runs that changed: see `status_changes.of`


def compare(
    base: RunTables,
    new: RunTables,
    *,
    expected: Expectations | None = None,
    gates: Sequence[Gate] = (),
    past: Sequence[RunTables] = (),
) -> Comparison:
    """Compare two runs. ``past`` are runs that show how noisy each figure is: see `past_runs.before`."""
    facts = known.apply_expectations(
        expected or Expectations(), base.run["run_id"], new.run["run_id"], new.cells, base.cells
    )
    suspicion = suspects.suspicion(base, new)
    cells = facts.settle(status_changes.compare_statuses(base.cells, new.cells))
    artifacts = facts.settle(
        _in_both(status_changes.compare_statuses(base.artifacts, new.artifacts, "artifact_id")), "artifact_id"
    )
    measured = figure_changes.compare_figures(base, new, facts, suspicion, past)
    both = cells[cells["was"].notna() & cells["now"].notna()]
    accepted = sum(int((table["settled"] == "accepted").sum()) for table in (cells, artifacts))
    return Comparison(
        base=base.run,
        new=new.run,
        common=len(both),
        was_ok=int((both["was"] == Status.OK).sum()),
        not_run=int((new.cells["status"] == Status.NOT_RUN).sum()),
        environments=_environments(base.environments, new.environments),
        packages={name: found for name, found in suspicion.packages.items() if found},
        counts={kind: int((cells["kind"] == kind).sum()) for kind in ChangeKind},
        cells=change_groups.group_changes(cells, suspicion),
        recoded=tuple(sorted(suspicion.recoded)),
        artifacts=change_groups.group_changes(artifacts, suspicion, "artifact_id"),
        figures=measured,
        settled=known.Settled(
            accepted=accepted + measured.accepted,
            expected=int((cells["settled"] == "expected").sum()),
            path=facts.expectations.path,
            stale=facts.stale(),
        ),
        verdicts=gate_results.judge_gates(gates, cells, artifacts, measured),
        changes=_in_both(cells[cells["kind"].notna()]),
    )


def _in_both(rows: pd.DataFrame) -> pd.DataFrame:
    """Without rows that only one run has: there may be many, and their groups count them."""
    return rows[~rows["kind"].isin([str(ChangeKind.NEW), str(ChangeKind.GONE)])].reset_index(drop=True)


def _environments(base: pd.DataFrame, new: pd.DataFrame) -> tuple[EnvironmentChange, ...]:
    before, after = (table.set_index("environment")[["status", "reason"]].to_dict("index") for table in (base, new))
    found = []
    for name in dict.fromkeys([*after, *before]):
        was, now = (table.get(name, {}).get("status") for table in (before, after))
        if was != now:
            reason = after.get(name, {}).get("reason")
            text = reason if isinstance(reason, str) else ""
            found.append(EnvironmentChange(name=str(name), was=was, now=now, reason=text))
    return tuple(found)
