"""scikit-learn's statements on model persistence, each compared with a stored run. Pure.

Claims are data (`entries`): to add one, add an entry. `evidence` is what they are judged by. The modules `shares`,
`ratios`, `kept` and `special` judge them. `claim` holds what a claim is, and what a run can say of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis.claims import evidence
from harness.analysis.claims.entries import CLAIMS
from harness.terms import Status

if TYPE_CHECKING:
    from harness.analysis.claims.claim import Assessment, Claim
    from harness.store import RunTables


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Every claim with its assessment, in the order of the entries."""

    run_id: str
    verdicts: tuple[tuple[Claim, Assessment], ...]
    cells: int
    not_run: int  # of the cells: they count neither for nor against
    emulated: int  # of the cells: they count only if nothing native was measured


def judge(run: RunTables) -> Judgement:
    """Compare every claim with a run."""
    found = evidence.gather_evidence(run)
    return Judgement(
        run_id=str(run.run["run_id"]),
        verdicts=tuple((claim, claim.judge(found)) for claim in CLAIMS),
        cells=len(run.cells),
        not_run=int((run.cells["status"] == Status.NOT_RUN).sum()),
        emulated=0 if found.emulated is None else len(found.emulated.cells),
    )


def as_data(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as data for JSON."""
    entries = [
        {**{name: getattr(claim, name) for name in ("name", "kind", "statement", "source")}, **asdict(verdict)}
        for claim, verdict in judgement.verdicts
    ]
    counts = {name: getattr(judgement, name) for name in ("run_id", "cells", "not_run", "emulated")}
    return {**counts, "claims": entries}
