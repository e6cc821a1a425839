"""Gates compared with what changed. A gate that has nothing to judge does not count as held. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.analysis.compare import ranks
from harness.analysis.compare.effects import SIZE
from harness.analysis.compare.expectations import fitting
from harness.analysis.compare.gates import DRIFT, GONE, STATUS, Gate, GateResult, GateState
from harness.analysis.compare.status_changes import ALARMING, ChangeKind
from harness.terms import UNTRIED, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from harness.analysis.compare.figure_changes import Figures

_NAMED = 5  # examples
#: Such a cell says nothing of its predictions.
_SKIPPED = frozenset(str(status) for status in UNTRIED | {Status.INCOMPARABLE})


def judge_gates(
    gates: Sequence[Gate], cells: pd.DataFrame, artifacts: pd.DataFrame, figures: Figures
) -> tuple[GateResult, ...]:
    """Judge gates by the changes of cells and artifacts, and by the figures."""
    return tuple(
        _judge_figure(gate, figures) if gate.ratio is not None else _judge_status(gate, cells, artifacts)
        for gate in gates
    )


def _judge_status(gate: Gate, cells: pd.DataFrame, artifacts: pd.DataFrame) -> GateResult:
    cells, artifacts = _within(gate, cells), _within(gate, artifacts)
    both = cells[cells["was"].notna() & cells["now"].notna()]
    if gate.name == GONE:
        gone = cells[cells["kind"] == ChangeKind.GONE]
        return _result(gate, list(gone["cell_id"]), int(cells["was"].notna().sum()), "BASE has no cell of these")
    tried = cells["now"].notna() & ~cells["now"].isin(_SKIPPED)
    if gate.name == DRIFT:
        drifts = both[(both["now"] == Status.DRIFT) & (both["was"] != Status.DRIFT) & both["settled"].isna()]
        judged = int((tried & cells["was"].notna()).sum())
        return _result(gate, list(drifts["cell_id"]), judged, "no cell of these that both runs have was tried in NEW")
    assert gate.name == STATUS
    if not tried.any():
        return GateResult(
            gate=gate, answer=GateState.CROSSED, count=0, judged=0, why="nothing of these was tried in NEW"
        )
    alarming = [str(kind) for kind in ALARMING]
    names = [*cells.loc[cells["kind"].isin(alarming), "cell_id"]]
    names += [*artifacts.loc[artifacts["kind"].isin(alarming), "artifact_id"]]
    judged = int((both["was"] == Status.OK).sum())
    return _result(gate, names, judged, "no cell of these that both runs have was ok in BASE")


def _judge_figure(gate: Gate, figures: Figures) -> GateResult:
    assert gate.ratio is not None
    if gate.name == SIZE:
        rows = _within(gate, figures.resized)
        crossing = np.asarray(rows["ratio"] > gate.ratio, dtype=bool)
        names = rows.loc[crossing & ~rows["accepted"].to_numpy(dtype=bool), "artifact_id"]
        return _result(gate, list(names), len(rows), "no artifact of these was written in both runs")
    rows = _within(gate, figures.judged)
    rows = rows[rows["figure"] == gate.name].reset_index(drop=True)
    others = _within(gate, figures.unjudged)
    why = Counter(others.loc[others["figure"] == gate.name, "why"]).most_common()
    words = "; ".join(f"{reason} ({count})" for reason, count in why) or f"neither run measured {gate.name} of these"
    significant = ranks.discoveries(ranks.more(list(rows["pair"]), gate.ratio))
    larger = np.array([pair.grew(gate.ratio) for pair in rows["pair"]], dtype=bool)
    crossing = significant & larger & rows["beyond"].to_numpy(dtype=bool)
    crossing &= (rows["again"] != "dismissed").to_numpy(dtype=bool)
    names = rows.loc[crossing & ~rows["accepted"].to_numpy(dtype=bool), "cell_id"]
    return replace(_result(gate, list(names), len(rows), words), powerless=ranks.powerless(list(rows["pair"])))


def _result(gate: Gate, names: list[str], judged: int, otherwise: str) -> GateResult:
    answer = GateState.CROSSED if names else GateState.HELD if judged else GateState.UNJUDGED
    why = otherwise if answer is GateState.UNJUDGED else ""
    return GateResult(
        gate=gate, answer=answer, count=len(names), judged=judged, examples=tuple(names[:_NAMED]), why=why
    )


def _within(gate: Gate, rows: Any) -> Any:
    for key, pattern in gate.scope:
        if key in rows:  # an artifact has neither consumer nor reader
            rows = rows[fitting(rows[key], pattern)]
    return rows
