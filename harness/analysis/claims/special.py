"""Statements that need a query of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from harness.analysis.claims.claim import ENOUGH, SHOWN, Assessment, Conclusion, no_data
from harness.analysis.claims.evidence import side
from harness.analysis.claims.ratios import LEVEL
from harness.analysis.claims.shares import one_of_each_case
from harness.terms import Status

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.claims.evidence import Evidence

PAIR = ["producer", "case", "consumer"]
LOADED = [Status.OK, Status.DRIFT, Status.PREDICT_ERROR]
ANSWERED = [*LOADED, Status.LOAD_ERROR, Status.CRASH, Status.TIMEOUT, Status.OOM]


def builds_what_skops_refuses(evidence: Evidence) -> Assessment:
    """Count the cells in which pickle builds what skops refuses. A run has no malicious file."""
    where = "cells.query(\"reader == 'skops' and status == 'refused'\")"
    skops = side(evidence.cells, "skops/skops")
    refused = skops[(skops["status"] == Status.REFUSED) & (skops["cause"] == "skops-untrusted-types")]
    pickles = side(evidence.cells, "pickle*/pickle")
    pickles = pickles[pickles["status"].isin([*LOADED, Status.REFUSED])]
    both = pickles.merge(refused[PAIR], on=PAIR)
    if both.empty:
        return no_data("no cell of pickle beside one that skops refuses for its types", where=where)
    built = both[both["status"] != Status.REFUSED]
    return Assessment(
        answer=Conclusion.SUPPORTED if len(built) else Conclusion.CONTRADICTED,
        figures=(
            f"pickle builds, without asking, in {len(built)} of {len(both)} cells what skops refuses beside them",
            "no malicious file is in a run",
        ),
        supporting=len(built),
        contradicting=len(both) - len(built),
        examples=one_of_each_case(built, "cell_id"),
        where=where,
    )


def lists_types_without_loading(evidence: Evidence) -> Assessment:
    """Count the skops artifacts whose manifest lists the untrusted types. They were read without loading."""
    where = "artifacts.query(\"format.str.startswith('skops') and status == 'ok'\")"
    written = side(evidence.artifacts, "skops*")
    written = written[written["status"] == Status.OK]
    types = [_untrusted(text) for text in written["manifest"]]
    listed = written[np.array([names is not None for names in types], dtype=bool)]
    if len(listed) < ENOUGH:
        return no_data(
            f"{len(listed)} skops artifacts whose manifests list their types, {ENOUGH} are needed", where=where
        )
    untrusting = sum(bool(names) for names in types)
    return Assessment(
        answer=Conclusion.SUPPORTED if len(listed) == len(written) else Conclusion.CONTRADICTED,
        figures=(
            f"{len(listed)} of {len(written)} artifacts list their untrusted types without being loaded",
            f"{untrusting} of them have some",
        ),
        supporting=len(listed),
        contradicting=len(written) - len(listed),
        examples=tuple(listed["artifact_id"].head(SHOWN)),
        where=where,
    )


def _untrusted(manifest: Any) -> list[str] | None:
    facts = json.loads(manifest).get("format") if isinstance(manifest, str) else None
    found = facts.get("untrusted_types") if isinstance(facts, dict) else None
    return found if isinstance(found, list) else None


@dataclass(frozen=True, kw_only=True)
class CloudpickleAcross:
    """Whether cloudpickle's artifacts fail elsewhere more often because one thing differs.

    Left out is what fails in its own producer, and what pickle cannot load in the same pair either: the reason is
    another one. The control group are cells in other environments in which this one thing is the same.
    """

    differs: Literal["cloudpickle", "python"]

    def __call__(self, evidence: Evidence) -> Assessment:
        cells = self._comparable(evidence)
        if self.differs == "cloudpickle":
            cells = cells[cells["same_python"]]
        apart = self._differ(cells, evidence)
        rows, control = cells[apart], cells[~apart]
        fail, fail_beside = rows[rows["status"] != Status.OK], control[control["status"] != Status.OK]
        words = {"cloudpickle": "another cloudpickle (same Python minor)", "python": "another Python minor"}[
            self.differs
        ]
        where = "cells.query(\"reader == 'cloudpickle' and producer != consumer and status != 'ok'\")"
        if len(rows) < ENOUGH and fail.empty:
            return no_data(f"{len(rows)} comparable cells with {words}, {ENOUGH} are needed", where=where)
        crashes = int((fail["status"] == Status.CRASH).sum())
        figures = (
            f"with {words} {len(fail)} of {len(rows)} cells do not work, {crashes} of them crash",
            f"with the same {len(fail_beside)} of {len(control)} do not",
            "only cells that work in their own producer, and that pickle loads if it can keep the model",
        )
        if len(control) < ENOUGH:
            return no_data(*figures, f"{len(control)} cells to compare with, {ENOUGH} are needed", where=where)
        answer = _more_often((len(fail), len(rows)), (len(fail_beside), len(control)))
        if answer is Conclusion.NO_DATA:
            return no_data(*figures, "too near to call", where=where)
        return Assessment(
            answer=answer,
            figures=figures,
            supporting=len(fail),
            contradicting=len(rows) - len(fail),
            examples=one_of_each_case(fail, "cell_id"),
            where=where,
        )

    def _comparable(self, evidence: Evidence) -> pd.DataFrame:
        cells = side(evidence.cells, "cloudpickle/cloudpickle")
        cells = cells[
            cells["sound_at_home"] & cells["status"].isin(ANSWERED) & (cells["producer"] != cells["consumer"])
        ]
        pickles = side(evidence.cells, "pickle/pickle")
        broken = pickles[~pickles["status"].isin([Status.OK, Status.NO_ARTIFACT])]
        known = set(broken[PAIR].itertuples(index=False, name=None))
        unexplained = [key not in known for key in cells[PAIR].itertuples(index=False, name=None)]
        return cells[np.array(unexplained, dtype=bool)]  # an empty list would select columns

    def _differ(self, cells: pd.DataFrame, evidence: Evidence) -> pd.Series[bool]:
        if self.differs == "python":
            return ~cells["same_python"]
        versions = {
            row["environment"]: json.loads(row["packages"]).get("cloudpickle")
            for row in evidence.environments.to_dict("records")
            if isinstance(row["packages"], str)
        }
        one, other = cells["producer"].map(versions), cells["consumer"].map(versions)
        return one.notna() & other.notna() & (one != other)


def _more_often(rows: tuple[int, int], control: tuple[int, int]) -> Conclusion:
    """Whether the first fail more often than the second, each as (failures, of how many), by Fisher's exact test."""
    from scipy.stats import fisher_exact  # noqa: PLC0415  # a second that no other verb needs to pay

    (failed, count), (failed_beside, count_beside) = rows, control
    if failed == 0:
        return Conclusion.CONTRADICTED
    table = [[failed, count - failed], [failed_beside, count_beside - failed_beside]]
    if fisher_exact(table).pvalue >= LEVEL:
        return Conclusion.NO_DATA
    return Conclusion.SUPPORTED if failed / count > failed_beside / count_beside else Conclusion.CONTRADICTED
