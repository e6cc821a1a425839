"""What the README says was found is what the kept run holds."""

from __future__ import annotations

import pytest

import harness

from .pages import ROOT

OBJECTS = ["pickle", "joblib", "cloudpickle", "skops"]


@pytest.fixture(scope="module")
def silent():
    """Cells that load without an error and predict differently, though their artifact is sound at home."""
    cells = harness.read_run(ROOT / "results/reference").cells
    drift = cells[(cells.status == "drift") & cells.format.isin(OBJECTS)]
    home = set(drift[drift.producer == drift.consumer].artifact_id)
    return drift[~drift.artifact_id.isin(home)]


def test_how_many(silent) -> None:
    assert f"{len(silent):,} cells" in (ROOT / "README.md").read_text()
    assert silent.version_warning.all()


@pytest.mark.parametrize(
    ("case", "producer", "consumers"),
    [
        ("random_forest_classifier", "1.3", {"1.9"}),
        ("ada_boost_classifier", "1.5", {"1.6", "1.7", "1.8", "1.9"}),
        ("pls_regression", "1.4", {"0.24", "1.0", "1.5", "1.6", "1.7", "1.8", "1.9"}),
        ("tfidf_vectorizer", "1.0", {"1.5", "1.6", "1.7", "1.8", "1.9"}),
        ("tfidf_vectorizer", "1.4", {"1.5", "1.6", "1.7", "1.8", "1.9"}),
        ("logistic_regression", "1.5", {"0.24", "1.0", "1.1", "1.2", "1.3", "1.4"}),
        ("logistic_regression", "1.7", {"1.1", "1.2", "1.3", "1.4"}),
    ],
)
def test_from_which_release_to_which(silent, case, producer, consumers) -> None:
    found = silent[(silent.case == case) & silent.producer_sklearn.str.startswith(f"{producer}.")]
    assert {text.rpartition(".")[0] for text in found.consumer_sklearn} == consumers


def test_by_how_much(silent) -> None:
    worst = silent.groupby("case")[["max_abs_diff", "label_mismatch"]].max()
    assert worst.max_abs_diff["random_forest_classifier"] == pytest.approx(113.55)
    assert worst.label_mismatch["random_forest_classifier"] == 0.05
    assert worst.label_mismatch["ada_boost_classifier"] == 0.5
    assert worst.max_abs_diff["tfidf_vectorizer"] == pytest.approx(0.126, abs=0.001)
    assert worst.max_abs_diff["logistic_regression"] == pytest.approx(0.150, abs=0.001)
    boost = silent[silent.case == "ada_boost_classifier"]
    assert set(boost.score_producer) == {0.85}
    assert set(boost.score) == {0.55}
    pls = silent[(silent.case == "pls_regression") & (silent.consumer_sklearn == "1.9.1")].iloc[0]
    assert pls.score_producer == pytest.approx(0.99, abs=0.01)
    assert pls.score == pytest.approx(-5549, abs=1)
