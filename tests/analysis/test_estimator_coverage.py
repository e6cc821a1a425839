"""How many public estimators were dumped: nothing that is missing counts as dumped."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from harness.analysis import estimator_coverage
from harness.store import RunTables


def tables(artifacts: list[tuple[str, str, str]], **environments: list[str] | None) -> RunTables:
    """Artifacts as (producer, case, status); environments with their public estimators."""
    facts = [
        {"environment": name, "estimators": json.dumps(names and {"public": names})}
        for name, names in environments.items()
    ]
    rows = [
        {"producer": producer, "case": case, "family": "estimators", "status": status, "reason": f"why {case}"}
        for producer, case, status in artifacts
    ]
    columns = ["producer", "case", "family", "status", "reason"]
    return RunTables(
        path=Path(),
        run={},
        environments=pd.DataFrame(facts),
        artifacts=pd.DataFrame(rows, columns=columns),
        cells=pd.DataFrame(),
    )


def test_one_format_is_enough_and_the_others_have_reasons():
    rows = [("new", "PCA", "unsupported"), ("new", "PCA", "ok"), ("new", "NMF", "fit-error"), ("old", "NMF", "ok")]
    (found,) = estimator_coverage.measure_coverage(tables(rows, new=["NMF", "PCA", "TSNE"], runtime=None))
    assert (found.environment, found.public, found.dumped) == ("new", 3, 1)
    assert found.reasons == {"NMF": "why NMF", "TSNE": "the catalogue does not list it"}
    assert found.share == 1 / 3


def test_what_a_version_does_not_offer_is_not_missing():
    (found,) = estimator_coverage.measure_coverage(
        tables([("old", "PCA", "ok"), ("old", "TargetEncoder", "unsupported")], old=["PCA"])
    )
    assert (found.dumped, found.public, found.reasons) == (1, 1, {})


def test_a_run_without_the_catalogue_says_nothing():
    assert estimator_coverage.measure_coverage(tables([], old=None)) == ()
