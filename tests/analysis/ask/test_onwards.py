"""From which release on a class breaks: from the kept run, and from made-up verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.analysis.ask.index import Index
from harness.analysis.ask.onwards import Onwards, onwards
from harness.analysis.verdicts import Verdict

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def kept() -> Index:
    return Index.from_run(ROOT / "results/reference")


def test_forests_of_1_2_break_from_1_3_on(kept) -> None:
    (forest,) = onwards([kept], {"RandomForestClassifier": {}}, "1.2.2", numpy="1")
    assert (forest.estimator, forest.minor, forest.first_bad, forest.stays_bad) == (
        "RandomForestClassifier",
        "1.2",
        "1.3",
        True,
    )
    assert next(iter(forest.verdicts)) == "1.2"


def test_a_newer_numpy_is_no_reason_of_the_release(kept) -> None:
    """The same release with NumPy 1 cannot load what NumPy 2 wrote; that is left out."""
    (scaler,) = onwards([kept], {"StandardScaler": {}}, "1.5.2", numpy="2")
    assert scaler.first_bad is None
    assert "1.5" in scaler.verdicts


def test_models_with_the_same_deciding_parameters_are_asked_about() -> None:
    parameters = Index.from_run(ROOT / "results/reference-parameters")

    def first_bad(**given: str) -> str | None:
        (found,) = onwards([parameters], {"LogisticRegression": {"C": "1.0", **given}}, "1.2.2", numpy="1")
        return found.first_bad

    assert first_bad(solver="'lbfgs'", penalty="'l2'", multi_class="'auto'") is None
    assert first_bad(solver="'newton-cholesky'", penalty="'l2'") == "1.6"
    assert first_bad() == "1.6", "the worst, where nothing is known"


def test_what_the_runs_do_not_know_is_left_out(kept) -> None:
    assert onwards([kept], {"NobodysClassifier": {}}, "1.2.2") == ()
    assert onwards([kept], {"RandomForestClassifier": {}}, "0.18.1") == ()


def test_stretches_are_of_one_verdict_each() -> None:
    verdicts = {"1.2": Verdict.SAFE, "1.3": Verdict.BREAKS, "1.4": Verdict.BREAKS, "1.5": Verdict.SAFE}
    one = Onwards(estimator="A", minor="1.2", verdicts=verdicts)
    assert [*one.ranges()] == [
        ("1.2", "1.2", Verdict.SAFE, ()),
        ("1.3", "1.4", Verdict.BREAKS, ()),
        ("1.5", "1.5", Verdict.SAFE, ()),
    ]
    assert not one.stays_bad


def test_what_changes_for_rows_in_another_form_alone_is_told_apart() -> None:
    parameters = Index.from_run(ROOT / "results/reference-parameters")
    (scaler,) = onwards([parameters], {"StandardScaler": {}}, "1.2.2", numpy="1", framed={"StandardScaler"})
    assert {scaler.verdicts[minor] for minor in scaler.only_for} == {Verdict.CHANGES}
    assert scaler.only_for["1.3"] == ("list",)
    (forest,) = onwards([parameters], {"RandomForestClassifier": {}}, "1.3.2", numpy="1")
    assert "1.9" not in forest.only_for


def test_models_that_give_frames_say_nothing_of_others() -> None:
    parameters = Index.from_run(ROOT / "results/reference-parameters")
    (scaler,) = onwards([parameters], {"StandardScaler": {}}, "1.2.2", numpy="1")
    assert scaler.first_bad is None
