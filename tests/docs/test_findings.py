"""What the README says was found is what the kept run holds."""

from __future__ import annotations

import re

import pytest
from packaging.version import Version

from harness import analysis
from harness.analysis.causes import causes

from .pages import ROOT

OBJECTS = ["pickle", "joblib", "cloudpickle", "skops"]
PATCHES = ROOT / "docs/explanation/patches.md"
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def cells():
    return analysis.read_run(ROOT / "results/reference").cells


@pytest.fixture(scope="module")
def silent(cells):
    """Cells that load without an error and predict differently, though their artifact is sound at home."""
    return cells[(cells.meaning == "changed") & ~cells.also_at_home & cells.format.isin(OBJECTS)]


def test_how_many(cells, silent) -> None:
    assert f"{len(silent):,} cells, with {silent.case.nunique()} of {cells.case.nunique()} models" in README
    assert silent.version_warning.all()


def test_of_how_many(cells) -> None:
    elsewhere = cells[(cells.producer != cells.consumer) & cells.format.isin(OBJECTS)]
    assert f"{elsewhere.status.isin(['ok', 'drift']).sum():,} cells" in README


def test_how_many_with_onnx(cells) -> None:
    assert f"Its {(cells.meaning == 'changed').sum():,} cells include those that ONNX changes" in README


def test_what_causes_them(silent) -> None:
    named = [cause.name for cause in causes() if f"({cause.upstream})" in README.partition("With other settings")[0]]
    assert len(named) == 6
    assert f"explain {silent.cause.isin(named).sum():,} of these cells" in README


@pytest.mark.parametrize(
    ("case", "producer", "consumers"),
    [
        ("random_forest_classifier", "1.3", {"1.9"}),
        ("ada_boost_classifier", "1.5", {"1.6", "1.7", "1.8", "1.9"}),
        ("pls_regression", "1.4", {"0.24", "1.0", "1.5", "1.6", "1.7", "1.8", "1.9"}),
        ("tfidf_vectorizer", "1.0", {"1.5", "1.6", "1.7", "1.8", "1.9"}),
        ("tfidf_vectorizer", "1.4", {"1.5", "1.6", "1.7", "1.8", "1.9"}),
        ("gaussian_mixture", "1.6", {"1.7", "1.8", "1.9"}),
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
    assert worst.max_abs_diff["tfidf_vectorizer"] == pytest.approx(0.126, abs=0.001)
    binary = silent[silent.case == "logistic_regression"]
    assert binary.reason.str.contains(r"predict_proba: 80 of 80 values differ by up to 0\.15,").all()
    boost = silent[silent.case == "ada_boost_classifier"]
    assert boost.reason.str.contains("predict: 20 of 40 labels differ").all()
    assert set(boost.score_producer) == {0.85}
    assert set(boost.score) == {0.55}
    mixture = silent[(silent.case == "gaussian_mixture") & silent.producer_sklearn.str.startswith("1.6")]
    assert set(mixture.cause) == {"integer-rows-truncated"}
    pls = silent[(silent.case == "pls_regression") & (silent.consumer_sklearn == "1.9.1")].iloc[0]
    assert pls.score_producer == pytest.approx(0.99, abs=0.01)
    assert pls.score == pytest.approx(-5549, abs=1)


@pytest.fixture(scope="module")
def parameters():
    return analysis.read_run(ROOT / "results/reference-parameters").cells


def test_one_class_against_the_rest_is_gone(parameters) -> None:
    found = parameters[parameters.cause == "multi-class-dropped"]
    found = found[found.case.str.match("LogisticRegression_.*(ovr|liblinear)")]
    assert {*found.consumer_sklearn} == {"1.8.0", "1.9.1"}
    assert "1.7.2" in {*found.producer_sklearn}
    assert found.reason.str.extract(r"predict_proba: .* differ by up to ([0-9.]+),")[0].astype(float).max() == 0.407


def test_newton_cholesky_fits_all_classes_at_once_since_1_6(parameters) -> None:
    found = parameters[parameters.cause == "newton-cholesky-multinomial"]
    newer = found[found.producer_sklearn == "1.5.2"]
    assert {*newer.consumer_sklearn} == {"1.6.1", "1.7.2", "1.8.0", "1.9.1"}
    assert found.reason.str.extract(r"predict_proba: .* differ by up to ([0-9.]+),")[0].astype(float).max() == 0.455


@pytest.fixture(scope="module")
def within_minors():
    """The cells of two patches of one minor release, with ``older`` and ``newer`` of those on the way to a newer one."""
    cells = analysis.read_run(ROOT / "results/reference-patches").cells
    older, newer = (cells[side].str.removeprefix("release-").map(Version) for side in ("producer", "consumer"))
    upwards = [a < b and a.release[:2] == b.release[:2] for a, b in zip(older, newer, strict=True)]
    return cells.assign(older=older.astype(str), newer=newer.astype(str))[upwards]


def test_no_patch_changes_predictions(within_minors) -> None:
    assert set(within_minors.verdict.dropna()) <= {"safe", "safe (within tolerance)", "breaks"}


def test_the_patches_that_break_models_are_those_of_the_page(within_minors) -> None:
    broken = within_minors[within_minors.verdict == "breaks"]
    rows = [line.strip("| ").split(" | ") for line in PATCHES.read_text().splitlines() if line.startswith("| 1")]
    told = {
        (older, newer): (set(names.split(", ")), set(re.findall(r"\[(\S+)\]", why)))
        for older, newer, names, why in rows
    }
    pairs = broken.groupby(["older", "newer"])
    assert {pair: (set(found["case"]), set(found.cause)) for pair, found in pairs} == told
