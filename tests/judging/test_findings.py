"""What differs has a kind, out of a closed list."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from harness.terms import Finding, Tolerance
from harness.judging import compare

from tests.judging.common import DRIFT, FRAME, IDENTICAL, NOTHING, ONES, TIGHT, check, objects, sparse, wire

HALF = np.full((2, 2), 0.5)
SPAM = np.array(["ham", "spam"])


@pytest.mark.parametrize(
    ("method", "old", "new", "findings"),
    [
        ("predict", SPAM, SPAM[::-1], "labels"),
        ("predict", ONES, 1 - ONES, "labels"),
        ("transform", ONES, 1 - ONES, "labels"),  # counts are discrete, too
        ("predict", SPAM, np.array([1, 2]), "labels dtype"),
        ("predict_proba", HALF, HALF + 0.1, "probabilities"),
        ("predict_log_proba", HALF, HALF + 0.1, "probabilities"),
        ("predict_proba", [HALF, HALF], [HALF, HALF + 0.1], "probabilities"),
        ("decision_function", HALF, HALF + 0.1, "values"),
        ("predict", HALF, HALF + 0.1, "values"),
        ("predict", objects(0.5), objects(0.6), "values"),
        ("predict_proba", HALF, (HALF + 0.1).astype("f4"), "probabilities dtype"),
        ("predict_proba", HALF, ONES[:1].repeat(4).reshape(2, 2), "probabilities dtype"),
        ("transform", HALF, HALF * np.nan, "missing"),
        ("transform", HALF * np.nan, HALF, "missing"),
        ("transform", HALF, HALF * np.inf, "missing"),
        ("transform", HALF, np.array([[0.5, 0.6], [np.nan, 0.5]]), "values missing"),
        ("transform", objects("a", "b"), objects("a", None), "missing"),
        ("transform", objects("a", "b"), objects("c", None), "labels missing"),
        ("transform", objects(None), objects(np.nan), "labels"),  # both are missing, yet not the same
        ("transform", HALF, HALF[:1], "shape"),
        ("transform", HALF, sparse(HALF[:1]), "shape"),
        ("predict_proba", [HALF], [HALF, HALF], "shape"),
        ("transform", HALF, HALF.view(np.matrix), "container"),
        ("transform", HALF, sparse(HALF), "container"),
        ("transform", sparse(HALF), HALF + 0.1, "values container"),
        ("transform", sparse(HALF), np.array([["a", "b"]] * 2), "container dtype"),
        ("predict_proba", [HALF, HALF], np.array([HALF, HALF]), "container"),
        ("predict_proba", [HALF, HALF], (HALF, HALF), "container"),
        ("transform", FRAME, HALF, "container"),
        ("transform", FRAME, FRAME[["n", "x", "s", "c"]], "names"),
        ("transform", FRAME, FRAME.set_axis([1, 0]), "names"),
        ("transform", FRAME, FRAME.set_axis(np.array([0, 1], dtype="i4")), "dtype"),
        ("transform", FRAME, FRAME.assign(x=[2.5, np.nan]), "values"),
        ("transform", pandas.Categorical(["u"]), pandas.Categorical(["u"], ["u", "v"]), "dtype"),
        ("transform", HALF, HALF.astype("f4"), "dtype"),
        ("predict", ONES, ONES.astype(float), "dtype"),
        ("transform", object(), object(), "incomparable"),
        ("transform", HALF, object(), "incomparable"),
        ("transform", objects("a", object()), objects("a", object()), "incomparable"),
        ("transform", objects("a", object()), objects("b", object()), "labels incomparable"),
        ("transform", objects(("a", object())), objects(("a", object())), "incomparable"),
        ("transform", objects(("a", object())), objects(("b", object())), "labels"),
        ("transform", FRAME.set_axis([object(), object()]), FRAME.set_axis([object(), object()]), "incomparable"),
    ],
)
def test_each_difference_has_its_kind_and_what_weighs_most_comes_first(method, old, new, findings):
    found = check(old, new, method=method)
    assert found.parity is not IDENTICAL
    assert " ".join(found.findings) == findings
    assert len(found.sentences) == 1


def test_an_index_of_floats_is_compared_exactly():
    wide = Tolerance(rtol=0.5, atol=0.5)
    frame = pandas.DataFrame({"x": [1.0, 2.0]}, index=[0.5, 1.5])
    assert check(frame, frame.set_axis([0.5, 1.25]), wide).findings == (Finding.NAMES,)
    assert check(frame, frame.assign(x=[1.0, 2.5]), wide).findings == ()


def test_what_is_within_tolerance_is_no_finding():
    assert check(HALF, HALF + 1e-12).findings == ()
    assert check(HALF, HALF + 1e-12, NOTHING).findings == (Finding.VALUES,)


def test_the_findings_of_all_methods_are_one_list_and_what_drifts_is_told_first():
    reference = {"transform": wire(np.ones(2)), "predict": wire(ONES), "predict_proba": wire(HALF)}
    outputs = {"transform": wire(np.ones(2) + 1e-12), "predict": wire(1 - ONES), "predict_proba": wire(HALF + 0.1)}
    found = compare(reference, outputs, tolerance=lambda *_: TIGHT)
    assert found.parity is DRIFT and found.findings == (Finding.LABELS, Finding.PROBABILITIES)
    assert [sentence.partition(":")[0] for sentence in found.sentences] == ["predict", "predict_proba", "transform"]
    assert found.compared == ("transform", "predict", "predict_proba")
