"""What `benchmarks.pmml_coverage` counts as written, as evaluated and as the same."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd

from benchmarks.pmml_coverage import coverage

DOCUMENTED = frozenset({"PCA", "Pipeline", "LinearRegression", "SVC", "KMeans"})


def run(*rows: tuple[str, str, tuple[str, ...], str]) -> SimpleNamespace:
    """A run of artifacts: producer, status, classes, and the status of the cell in that producer."""
    artifacts, cells = [], []
    for number, (producer, status, classes, loaded) in enumerate(rows):
        case, reason = classes[-1], f"{status}\nand more"
        manifest = json.dumps({"parts": [{"class": f"sklearn.{name}", "parameters": {}} for name in classes]})
        row = {"artifact_id": str(number), "producer": producer, "case": case, "status": status, "reason": reason}
        artifacts.append({**row, "manifest": manifest})
        for consumer, told in ((producer, loaded), ("other", "ok")):
            cells.append({**row, "consumer": consumer, "status": told, "reason": told})
    return SimpleNamespace(artifacts=pd.DataFrame(artifacts), cells=pd.DataFrame(cells))


def test_a_class_counts_by_the_best_document_that_has_it_in_its_own_producer() -> None:
    stored = run(
        ("old", "ok", ("Pipeline", "PCA", "LinearRegression"), "drift"),
        ("old", "ok", ("Pipeline", "LinearRegression", "Unlisted"), "ok"),
        ("old", "ok", ("SVC",), "load-error"),
        ("old", "unsupported", ("KMeans",), "no-artifact"),
        ("new", "ok", ("KMeans",), "ok"),
    )
    found = coverage("old", "0.77.1", DOCUMENTED, stored)
    assert found.written == {"PCA", "Pipeline", "LinearRegression", "SVC"}
    assert found.evaluated == {"PCA", "Pipeline", "LinearRegression"}
    assert found.same == {"Pipeline", "LinearRegression"}
    assert found.share == 0.6
    assert found.reasons == {"KMeans": "unsupported: unsupported", "SVC": "load-error: load-error"}


def test_a_converter_that_takes_no_model_of_a_release_documents_none_of_it() -> None:
    said = "sklearn2pmml: SkLearnException: Scikit-Learn version '1.9.1' is not supported (Upgrade the converter)"
    rows = run(*[("new", "unsupported", (name,), "no-artifact") for name in ("SVC", "PCA")])
    assert coverage("new", "0.133.1", DOCUMENTED, rows).refused == ""
    rows.artifacts["reason"] = said
    assert coverage("new", "0.133.1", DOCUMENTED, rows).refused == said
    rows.artifacts.loc[0, "reason"] = None
    assert coverage("new", "0.133.1", DOCUMENTED, rows).refused == ""
