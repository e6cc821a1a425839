"""Errors are answers: the same on both sides, of another type, or on one side only; and what is told beside outputs."""

from __future__ import annotations

import numpy as np
import pytest

from harness.guest.encoding import encode
from harness.judging import compare, outcome
from harness.terms import Finding, Parity, Tolerance

NOTHING = Tolerance(rtol=0.0, atol=0.0)
ONES = encode(np.ones(3))


def error(kind: str = "ValueError", message: str = "Input X contains NaN.", **more: str) -> dict:
    return {"kind": "error", "type": kind, "message": message, **more}


def compared(expected: dict, got: dict, name: str = "predict(missing values)"):
    found = compare({"predict": ONES, name: expected}, {"predict": ONES, name: got}, tolerance=lambda *_: NOTHING)
    return found.parity, found.findings, "; ".join(found.sentences)


def test_the_same_error_is_the_same_answer_whatever_its_message() -> None:
    assert compared(error(), error()) == (Parity.IDENTICAL, (), "")
    assert compared(error(), error(message="in other words"))[0] is Parity.IDENTICAL
    # Libraries move their classes.
    assert compared(error("numpy.core.E"), error("numpy._core.E"))[0] is Parity.IDENTICAL


def test_another_error_is_close() -> None:
    parity, findings, sentence = compared(error(), error("TypeError"))
    assert (parity, findings) == (Parity.CLOSE, (Finding.ERROR,))
    assert sentence == "predict(missing values): raised ValueError in the producer, raises TypeError here"


def test_a_prediction_where_the_producer_raised_is_drift_and_so_is_the_reverse() -> None:
    parity, findings, sentence = compared(error(), ONES)
    assert (parity, findings) == (Parity.DRIFT, (Finding.ERROR,))
    assert sentence == (
        "predict(missing values): raised ValueError (Input X contains NaN.) in the producer, answers here"
    )
    parity, findings, sentence = compared(ONES, error(message="a" * 1000))
    assert (parity, findings) == (Parity.DRIFT, (Finding.ERROR,))
    assert "answers in the producer, raises ValueError (aaa" in sentence and len(sentence) < 250


def test_an_attribute_that_is_gone_is_close() -> None:
    parity, findings, sentence = compared(ONES, {"kind": "absent"}, name="coef_")
    assert (parity, findings) == (Parity.CLOSE, (Finding.ABSENT,))
    assert sentence == "coef_: only the producer's model has it"


@pytest.mark.parametrize("wrong", [{"kind": "error"}, error(kind=1), error(message=None), {"kind": "?"}])
def test_an_answer_that_makes_no_sense_is_refused(wrong) -> None:
    for pair in [(ONES, wrong), (error(), wrong)]:
        with pytest.raises(ValueError, match="predict"):
            compared(*pair)


def test_rows_in_float32_have_the_tolerance_of_float32() -> None:
    given = []

    def tolerance(method: str, dtype: str) -> Tolerance:
        given.append((method, dtype))
        return NOTHING

    other = encode(np.ones(3) + 1e-8)
    for name in ("predict(float32)", "predict(list)"):
        compare({name: ONES}, {name: other}, tolerance=tolerance)
    assert given == [("predict", "float32"), ("predict", "<f8")]


def test_labels_are_labels_on_other_rows_too() -> None:
    wide = Tolerance(rtol=0.9, atol=0.0)
    pair = {"predict(list)": ONES}, {"predict(list)": encode(np.ones(3) + 0.1)}
    assert compare(*pair, tolerance=lambda *_: wide).parity is Parity.CLOSE
    assert compare(*pair, tolerance=lambda *_: wide, labels=("predict",)).findings == (Finding.LABELS,)


def test_only_other_rows_may_be_missing() -> None:
    reference = {"predict": ONES, "predict(frame)": ONES}

    def of(*names: str, unasked: list[str]):
        return compare(reference, dict.fromkeys(names, ONES), tolerance=lambda *_: NOTHING, unasked=unasked)

    assert of("predict", unasked=["predict(frame)"]).compared == ("predict",)
    with pytest.raises(ValueError, match="no output"):
        of("predict", unasked=[])
    with pytest.raises(ValueError, match="no output"):
        of("predict(frame)", unasked=["predict"])


FITTED = {"reference": {"predict": ONES, "predict(frame)": error()}, "truth": None, "score_kind": None, "written": []}


def judged(fitted=FITTED, **event) -> dict:
    sent = {"event": "cell", "step": "predict", "outputs": FITTED["reference"], **event}
    return outcome.judge_cell(sent, fitted, lambda *_: NOTHING, format_name="pickle")


def test_a_method_that_raises_and_answered_is_an_error_of_the_cell() -> None:
    row = judged(outputs={"predict": error(message="first\nsecond", traceback="Traceback ..."), "predict(frame)": ONES})
    assert (row["status"], row["reason"]) == ("predict-error", "predict: ValueError: first second")
    assert (row["error_type"], row["error_message"]) == ("ValueError", "first\nsecond")
    assert row["traceback_text"] == "Traceback ..." and "parity" not in row


def test_a_method_that_raised_already_ends_nothing() -> None:
    fitted = {**FITTED, "reference": {"predict": ONES, "score_samples": error()}}
    row = judged(fitted, outputs={"predict": ONES, "score_samples": error()})
    assert (row["status"], row["parity"], row["compared"]) == ("ok", "identical", ["predict", "score_samples"])
    row = judged(fitted, outputs={"predict": ONES, "score_samples": ONES})
    assert (row["status"], row["findings"]) == ("drift", ["error"])


def test_what_is_new_here_changes_no_parity() -> None:
    row = judged(added=["score_samples", "n_features_in_"])
    assert (row["status"], row["parity"], row["findings"]) == ("ok", "identical", ["added"])
    assert row["reason"] == "only here: score_samples, n_features_in_"
    assert judged(added=[f"a{i}_" for i in range(9)])["reason"].endswith("a5_ and 3 more")


def test_writing_into_the_rows_is_a_finding_and_a_difference_where_only_one_side_does() -> None:
    row = judged(written=["predict"])
    assert (row["parity"], row["findings"]) == ("close", ["input"])
    assert row["reason"] == "predict: writes into the rows here, not in the producer"
    both = {**FITTED, "written": ["predict"]}
    assert (judged(both, written=["predict"])["parity"], judged(both, written=["predict"])["findings"]) == (
        "identical",
        ["input"],
    )
    assert judged(both)["reason"] == "predict: writes into the rows in the producer only"


def test_what_could_not_be_asked_is_named_and_not_compared() -> None:
    row = judged(outputs={"predict": ONES}, unasked={"predict(frame)": "No module named 'pandas'"})
    assert (row["status"], row["compared"]) == ("ok", ["predict"])
    assert row["reason"] == "not asked here: predict(frame)"


@pytest.mark.parametrize("nonsense", [{"added": 1}, {"added": [1]}, {"written": [{}]}, {"unasked": 5}])
def test_remarks_that_make_no_sense_are_a_crash(nonsense) -> None:
    assert judged(**nonsense)["status"] == "crash"


def test_a_fit_of_an_older_harness_is_judged_by_what_it_has() -> None:
    old = {"reference": {"predict": ONES}, "truth": None, "score_kind": None}
    assert judged(old, outputs={"predict": ONES})["parity"] == "identical"
