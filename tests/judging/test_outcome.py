"""Each event of the guest, and the status that comes of it."""

from __future__ import annotations

import numpy as np
import pytest

from harness.judging import outcome, tolerance_for
from harness.guest.encoding import encode
from harness.terms import ARTIFACT_STATUSES, CELL_STATUSES, Tolerance

ERROR = {"type": "builtins.ValueError", "message": "first\nsecond", "traceback": "Traceback ...", "memory": False}


def encoded(*numbers: float) -> dict:
    return {"predict": encode(np.array(numbers))}


FITTED = {"reference": encoded(1.0, 2.0), "truth": encode(np.array([1.0, 2.0])), "score_kind": "r2"}
BROKEN = [
    ({"event": "died", "step": "load", "signal": 11}, "crash", "killed by SIGSEGV, while loading"),
    ({"event": "died", "step": "load", "signal": 9, "memory": True}, "oom", "SIGKILL"),
    ({"event": "died", "step": "predict", "exit": 0, "lost_bytes": 300}, "crash", "sent a line that is too long"),
    (
        {"event": "died", "step": "predict", "exit": 0},
        "crash",
        "exited with code 0 without answering, while predicting",
    ),
    ({"event": "died", "step": None, "exit": 70}, "crash", "while starting"),
    ({"event": "overtime", "step": "load", "seconds": 5.0}, "timeout", "not done within 5 s, while loading"),
    ({"event": "guest-died", "how": "it was killed by signal 9"}, "crash", "ended the whole guest"),
    (
        {"event": "nonsense", "why": "a load has no event 'x'"},
        "crash",
        "its answer makes no sense: a load has no event",
    ),
]


def judged(**event) -> dict:
    row = outcome.judge_cell(
        {"event": "cell", "step": "predict", **event},
        FITTED,
        lambda *_: Tolerance(rtol=1e-9, atol=0.0),
        format_name="pickle",
    )
    assert row["status"] in CELL_STATUSES
    return row


def test_what_rows_a_model_was_fitted_with_decides_how_exact_it_is() -> None:
    event = {"event": "cell", "step": "predict", "outputs": encoded(1.0, 2.0 + 4e-6)}
    for told, status in (("float32", "ok"), ("float64", "drift"), (None, "drift")):
        fitted = {**FITTED, "input": {"container": "array", "dtype": told}}
        row = outcome.judge_cell(event, fitted, tolerance_for([], "pickle"), format_name="pickle")
        assert row["status"] == status, told


@pytest.mark.parametrize(("event", "status", "reason"), BROKEN)
def test_what_ended_a_child_is_told_of_cells_and_artifacts_alike(event, status, reason) -> None:
    row = judged(**event)
    assert row["status"] == status
    assert reason in row["reason"]
    assert row.get("parity") is None
    row = outcome.judge_artifact({**event, "step": "dump"})
    assert row["status"] == status
    assert row["sha256"] is None


@pytest.mark.parametrize(("step", "status"), [("load", "load-error"), ("predict", "predict-error")])
def test_an_exception_of_a_cell(step, status) -> None:
    row = judged(step=step, error=ERROR)
    assert (row["status"], row["reason"]) == (status, "builtins.ValueError: first second")
    assert (row["error_type"], row["error_message"]) == ("builtins.ValueError", "first\nsecond")
    assert row["traceback_text"] == "Traceback ..."


@pytest.mark.parametrize(("step", "status"), [("fit", "fit-error"), ("dump", "dump-error")])
def test_an_exception_of_an_artifact(step, status) -> None:
    row = outcome.judge_artifact({"event": "artifact", "step": step, "error": ERROR})
    assert row["status"] == status
    assert row["status"] in ARTIFACT_STATUSES


def test_no_memory_is_oom() -> None:
    assert judged(error={**ERROR, "memory": True})["status"] == "oom"


class Unsendable:
    pass


def test_what_cannot_be_carried_is_neither_the_same_nor_another() -> None:
    opaque, number = encode(Unsendable()), encode(np.array([1.0, 2.0]))
    other = encode(np.array([1.0, 3.0]))

    def row(transform: dict, predict: dict) -> dict:
        fitted = {**FITTED, "reference": {"transform": opaque, "predict": number}}
        event = {"event": "cell", "step": "predict", "outputs": {"transform": transform, "predict": predict}}
        return outcome.judge_cell(event, fitted, lambda *_: Tolerance(rtol=1e-9, atol=0.0), format_name="pickle")

    for sent in (opaque, number):  # on both sides, or on one only
        unknown = row(sent, number)
        assert (unknown["status"], unknown["parity"]) == ("incomparable", None)
        assert unknown["findings"] == ["incomparable"]
        assert "transform: cannot be compared: " in unknown["reason"] and "Unsendable" in unknown["reason"]
    drift = row(opaque, other)
    assert (drift["status"], drift["parity"]) == ("drift", "drift")
    assert drift["reason"].startswith("predict: ")


def test_refusals_and_what_is_not_supported() -> None:
    assert judged(refused="sha256 differs")["status"] == "refused"
    assert judged(unsupported="needs Java")["reason"] == "needs Java"
    assert outcome.judge_artifact({"event": "artifact", "unsupported": "no converter"})["status"] == "unsupported"


def test_an_artifact_that_was_written() -> None:
    row = outcome.judge_artifact(
        {"event": "artifact", "step": "dump", "sha256": "ab", "size_bytes": 7, "dump_seconds": 0.1}
    )
    assert (row["status"], row["reason"], row["sha256"], row["size_bytes"]) == ("ok", None, "ab", 7)


def test_the_same_outputs() -> None:
    row = judged(outputs=encoded(1.0, 2.0), load_seconds=0.25)
    assert (row["status"], row["parity"], row["reason"], row["score"]) == ("ok", "identical", None, 1.0)
    assert (row["load_seconds"], row["predict_seconds"]) == (0.25, None)  # what was not measured is no figure
    assert (row["findings"], row["tolerance_used"]) == ([], 0.0)


def test_other_outputs_are_drift_and_never_ok() -> None:
    row = judged(outputs=encoded(1.0, 3.0))
    assert (row["status"], row["parity"]) == ("drift", "drift")
    assert row["findings"] == ["values"]
    assert "times its tolerance" in row["reason"] and row["tolerance_used"] > 1
    assert row["score"] < 1.0


def test_a_classifier_has_labels_even_where_they_are_floats() -> None:
    wide = Tolerance(rtol=0.9, atol=0.0)

    def of(score_kind, **reference):
        fitted = {"reference": {**encoded(1.0, 2.0), **reference}, "truth": FITTED["truth"], "score_kind": score_kind}
        event = {"event": "cell", "outputs": {**encoded(1.0, 2.5), **reference}}
        return outcome.judge_cell(event, fitted, lambda *_: wide, format_name="pickle")

    assert of("r2")["status"] == "ok"
    assert of("accuracy")["findings"] == ["labels"]
    # An estimator that does not say what it is: whoever has probabilities has classes.
    assert of(None, predict_proba=encode(np.eye(2)))["findings"] == ["labels"]
    assert of(None)["status"] == "ok"


BOTH = {**FITTED, "reference": {**encoded(1.0, 2.0), "transform": encode(np.eye(2))}}


def test_a_format_may_keep_a_part_of_the_methods_and_a_model_may_not() -> None:
    event = {"event": "cell", "outputs": encoded(1.0, 2.0), "methods": ["predict"]}
    close = lambda *_: Tolerance(rtol=0.0, atol=0.0)
    row = outcome.judge_cell(event, BOTH, close, format_name="onnx", partial=True)
    assert (row["status"], row["compared"]) == ("ok", ["predict"])
    for name in ("pickle", "onnx"):
        row = outcome.judge_cell(event, BOTH, close, format_name=name)
        assert (row["status"], row["reason"]) == (
            "crash",
            "its answer makes no sense: ValueError: transform: no output to compare",
        )
    for methods in ([], ["fit"], 7, [[]]):
        row = outcome.judge_cell({**event, "methods": methods}, BOTH, close, format_name="onnx", partial=True)
        assert row["status"] == "crash"
    transform = {"outputs": {"transform": encode(np.eye(2))}, "methods": ["transform"]}
    row = outcome.judge_cell({**event, **transform}, BOTH, close, format_name="onnx", partial=True)
    assert (row["status"], row["score"]) == ("ok", None)


def test_a_recipe_is_judged_by_its_cross_validation() -> None:
    def of(format, theirs, ours):  # noqa: A002
        event = {
            "event": "cell",
            "outputs": encoded(1.0, 9.0),
            "observed": {"cv_scores": ours},
        }
        fitted = {**FITTED, "cv_scores": theirs, "score": None}
        return outcome.judge_cell(event, fitted, lambda *_: Tolerance(rtol=0.0, atol=0.0), format_name=format)

    row = of("recipe", [0.9, 0.8], [0.85, 0.85])
    assert (row["status"], row["parity"], row["compared"]) == ("ok", "close", ["cross_val_score"])
    assert row["max_abs_diff"] == pytest.approx(0.0) and row["score"] < 1.0
    row = of("recipe", [0.9, 0.8], [0.7, 0.7])
    assert (row["status"], row["findings"]) == ("drift", ["score"])
    assert row["reason"] == "cross-validation score 0.7, producer's 0.8 to 0.9"
    for format, theirs, ours in [  # noqa: A001
        ("pickle", [0.9], [0.9]),
        ("recipe", None, [0.9]),
        ("recipe", [None, float("nan")], [0.9]),
    ]:
        assert of(format, theirs, ours)["compared"] == ["predict"]  # by its outputs
    assert of("recipe", [0.9], None)["findings"] == ["missing"]  # scored there and not here
    for scores in ("good", [10**400], [[]]):
        assert of("recipe", [0.9], scores)["status"] == "crash"


def test_a_recipe_whose_outputs_differ_is_not_identical_and_must_do_as_well_on_the_held_out_rows() -> None:
    def of(*outputs: float):
        fitted = {**FITTED, "cv_scores": [0.9, 0.8], "score": 1.0, "n_samples": 100}
        event = {"event": "cell", "observed": {"cv_scores": [0.9, 0.8]}}
        return outcome.judge_cell(
            {**event, "outputs": encoded(*outputs)},
            fitted,
            lambda *_: Tolerance(rtol=0.0, atol=0.0),
            format_name="recipe",
        )

    assert of(1.0, 2.0)["parity"] == "identical"
    assert of(1.0, 2.01)["parity"] == "close"
    worse = of(1.0, 9.0)
    assert (worse["status"], worse["findings"]) == ("drift", ["score"])
    assert worse["reason"].startswith("held-out score ")


def test_whatever_a_process_sends_is_a_crash_and_no_end_of_the_run() -> None:
    for nonsense in (
        {"observed": None},
        {"observed": {"mapped_arrays": 0}},
        {"observed": {"mapped_arrays": "many", "mapped_bytes": 1}},
        {"load_seconds": "x"},
        {"load_seconds": float("inf")},
        {"warnings": [1]},
        {"refused": 5},
        {"error": "x"},
    ):
        event = {"event": "cell", "outputs": encoded(1.0, 2.0), **nonsense}
        row = outcome.judge_cell(event, FITTED, lambda *_: Tolerance(rtol=0.0, atol=0.0), format_name="pickle")
        assert row["status"] == "crash", nonsense


def test_the_version_warning_tells_the_version() -> None:
    warned = [
        {"category": "UserWarning", "message": "hm"},
        {"category": "InconsistentVersionWarning", "message": "from 1.5.2", "original_sklearn_version": "1.5.2"},
    ]
    row = judged(outputs=encoded(1.0, 2.0), warnings=warned)
    assert (row["version_warning"], row["original_sklearn_version"]) == (True, "1.5.2")
    assert row["warnings"] == [{"category": w["category"], "message": w["message"]} for w in warned]
    assert judged(outputs=encoded(1.0, 2.0))["version_warning"] is False


def test_what_decides_may_stand_below_the_first_line() -> None:
    message = (
        "an incompatible dtype:\n- expected: ['left', 'missing_go_to_left']\n\n- got     : ['left']\nfourth\nfifth"
    )
    reason = judged(error={**ERROR, "message": message})["reason"]
    expected = "an incompatible dtype: - expected: ['left', 'missing_go_to_left'] - got : ['left'] ..."
    assert reason == f"builtins.ValueError: {expected}"
    assert judged(error={**ERROR, "message": "one\n\n"})["reason"] == "builtins.ValueError: one"
    assert len(judged(error={**ERROR, "message": "x" * 5000})["reason"]) == 1000


def test_where_nothing_was_predicted_nobody_knows_whether_it_is_the_same() -> None:
    error = {"kind": "error", "type": "builtins.KeyError", "message": "x"}
    fitted = {"reference": {"predict": error, "coef_": encode(1.0)}, "truth": None, "score_kind": None}
    event = {"event": "cell", "step": "predict", "outputs": fitted["reference"], "warnings": []}

    def row(**more) -> dict:
        tolerance = Tolerance(rtol=1e-9, atol=0.0)
        return outcome.judge_cell({**event, **more}, fitted, lambda *_: tolerance, format_name="pickle")

    assert (row()["status"], row()["parity"], row()["differing"]) == ("incomparable", None, ["predict"])
    assert row()["reason"] == "nothing was predicted: predict raised in the producer, too"
    answers_now = {"predict": encode(1.0), "coef_": encode(1.0)}
    assert row(outputs=answers_now)["status"] == "drift"
    fitted["reference"]["transform"] = encode(2.0)
    assert row()["status"] == "ok"  # another method answers


def test_beside_a_method_that_raises_the_others_are_compared_where_one_file_is_asked() -> None:
    reference = {"get_names": encode(1.0), "predict": encode(2.0), "transform": encode(3.0)}
    fitted = {"reference": reference, "truth": None, "score_kind": None}
    error = {"kind": "error", "type": "builtins.KeyError", "message": "x"}
    outputs = {**reference, "get_names": error, "predict": encode(2.5)}
    event = {"event": "cell", "step": "predict", "outputs": outputs, "warnings": []}

    def row(**way) -> dict:
        tolerance = Tolerance(rtol=1e-9, atol=0.0)
        return outcome.judge_cell(event, fitted, lambda *_: tolerance, format_name="pickle", **way)

    assert row()["differing"] == ["get_names"] and "compared" not in row()
    found = row(detailed=True)
    assert found["status"] == "predict-error" and found["differing"] == ["get_names", "predict"]
    assert set(found["compared"]) == set(reference)
