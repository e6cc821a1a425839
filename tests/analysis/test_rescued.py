"""What of a cell is proof enough to hand a file over: predictions decide, and nothing else is let pass."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.analysis.rescued import obstacle

WRITTEN = pd.Series({"status": "ok", "reason": None})


def cell(status="drift", differing=(), verdict="changes predictions", reason="it differs", cause=None) -> pd.Series:
    return pd.Series(
        {"status": status, "differing": list(differing), "verdict": verdict, "reason": reason, "cause": cause}
    )


@pytest.mark.parametrize("verdict", ["safe", "safe (within tolerance)"])
def test_what_is_the_same_or_close_is_proof(verdict) -> None:
    assert obstacle(cell("ok", verdict=verdict), {}, written=WRITTEN) is None


def test_an_attribute_of_another_form_is_no_prediction() -> None:
    assert obstacle(cell(differing=["coef_"]), {}, written=WRITTEN) is None


def test_rows_that_the_model_refuses_are_no_prediction_of_it() -> None:
    name = "predict(missing values)"
    assert obstacle(cell(differing=[name]), {name: {"raised": True}}, written=WRITTEN) is None
    assert obstacle(cell(differing=[name]), {name: {"raised": False}}, written=WRITTEN) == "it differs"
    assert obstacle(cell(differing=[name]), {}, written=WRITTEN) == "it differs"


@pytest.mark.parametrize(
    "row",
    [
        cell(differing=["predict"]),
        cell(differing=["coef_", "predict_proba(float32)"]),
        cell("load-error", verdict="breaks"),
        cell("incomparable", differing=["coef_"], verdict="not known"),
        cell("not-run", verdict="not known"),
        cell("unsupported", verdict=None),
        cell(differing=[]),
    ],
)
def test_nothing_else_is_proof(row) -> None:
    assert obstacle(row, {}, written=WRITTEN) == "it differs"


def test_what_was_not_written_says_why_and_a_known_cause_speaks() -> None:
    refused = pd.Series({"status": "unsupported", "reason": "no converter"})
    assert obstacle(cell("ok", verdict="safe"), {}, written=refused) == "it cannot be saved so: no converter"
    told = obstacle(cell("load-error", verdict="breaks", cause="tree-node-layout"), {}, written=WRITTEN)
    assert told.startswith("Tree nodes have one field more")
