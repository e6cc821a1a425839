"""Formats beside pickle give back other dtypes and containers: close where the values allow it, never identical."""

from __future__ import annotations

import numpy as np
import pytest

from harness.terms import Tolerance
from harness.judging import compare, tolerance_for

from tests.judging.common import CLOSE, DRIFT, IDENTICAL, objects, sparse, wire

ENTRIES = [
    Tolerance(rtol=1e-3, atol=1e-3, formats=("onnx",), dtypes=("float32",), methods=("predict_proba",)),
    Tolerance(rtol=1e-5, atol=1e-5, formats=("onnx",), dtypes=("float32",)),
    Tolerance(rtol=0.5, atol=0.5, formats=("pmml",)),
]
THIRDS = np.array([[1 / 3, 2 / 3], [0.9, 0.1]])
SINGLE = THIRDS.astype("f4")


def loaded(reference, output, method="predict", format="onnx", labels=()):  # noqa: A002
    tolerance, converted = tolerance_for(ENTRIES, format), format != "pickle"
    old, new = {method: wire(reference)}, {method: wire(output)}
    return compare(old, new, tolerance=tolerance, labels=labels, converted=converted)


@pytest.mark.parametrize("format", ["onnx", "pmml", "pickle"])
@pytest.mark.parametrize(
    ("method", "old", "new", "findings"),
    [
        ("predict_proba", THIRDS, SINGLE, "dtype"),
        ("predict", THIRDS[:, 0], SINGLE[:, 0], "dtype"),
        ("transform", sparse(THIRDS), THIRDS, "container"),
        ("transform", sparse(THIRDS), SINGLE, "container dtype"),
        ("transform", sparse(np.eye(3, dtype=int)), np.eye(3, dtype="i4"), "container dtype"),
        ("predict", np.array(["ham", "spam!"]), objects("ham", "spam!"), "dtype"),
        ("predict", np.array([0, 1, 2]), np.array([0, 1, 2], dtype="i4"), "dtype"),
        ("predict", np.array([0, 1, 2], dtype="i4"), np.array([0, 1, 2]), "dtype"),
    ],
)
def test_the_same_in_another_type_is_close_and_the_type_is_a_finding(format, method, old, new, findings):  # noqa: A002
    found = loaded(old, new, method, format)
    rounded = format == "pickle" and any(getattr(new, "dtype", None) == name for name in ("f4",))
    assert found.parity is (DRIFT if rounded else CLOSE)  # a pickle has every bit, and no excuse
    assert set(findings.split()) <= set(found.findings)
    assert rounded or len(found.findings) == len(findings.split())


def test_equal_numbers_of_another_kind_are_close_only_where_a_format_has_its_own_types():
    for old, new in ((np.array([1, 2]), np.array([1.0, 2.0])), (np.array([True, False]), np.array([1, 0]))):
        assert loaded(old, new).parity is CLOSE and loaded(old, new).findings == ("dtype",)
        assert loaded(old, new, format="pickle").parity is DRIFT
        assert loaded(old, new + 1).parity is DRIFT
    assert loaded(np.array(["1", "2"]), np.array([1, 2])).parity is DRIFT


def test_a_column_of_billions_does_not_pardon_one_of_units():
    old = np.array([[1.0e5, 3.0], [1.5e5, 4.0]])
    entry = Tolerance(rtol=1e-4, atol=1e-5, formats=("onnx",))
    flipped = {"transform": wire(old * [1.0, -1.0])}
    assert compare({"transform": wire(old)}, flipped, tolerance=tolerance_for([entry], "onnx")).parity is DRIFT


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_format_method_and_dtype_have_a_tolerance_of_their_own(dtype):
    output = (THIRDS * (1 + 1e-4)).astype(dtype)
    single = dtype == "f4"
    assert loaded(THIRDS, output, "predict_proba").parity is (CLOSE if single else DRIFT)
    assert loaded(THIRDS, output, "decision_function").parity is DRIFT
    assert loaded(THIRDS, output, "decision_function", "pmml").parity is CLOSE
    assert loaded(THIRDS, output, "decision_function", "pickle").parity is DRIFT  # it stores every bit


@pytest.mark.parametrize("format", ["onnx", "pmml", "pickle"])
def test_labels_of_a_classifier_never_have_a_tolerance(format):  # noqa: A002
    reference = np.array([10000.0, 10001.0, 10000.0])
    other = np.array([10000.0, 10000.0, 10000.0])
    for labels, new in [
        (reference, other),
        (objects(*reference), objects(*other)),
        (sparse([reference]), sparse([other])),
    ]:
        found = loaded(labels, new, format=format, labels=("predict",))
        assert found.parity is DRIFT and found.findings == ("labels",)
        assert found.label_mismatch == pytest.approx(1 / 3) and found.tolerance_used is None
    assert loaded(reference, other, format="pmml").parity is CLOSE  # a regression, which has one
    single = loaded(reference, reference.astype("f4"), format=format, labels=("predict",))
    assert single.parity is CLOSE and single.findings == ("dtype",) and single.label_mismatch == 0.0
    tenth = loaded(np.array([0.1]), np.array([0.1], dtype="f4"), format=format, labels=("predict",))
    assert tenth.parity is DRIFT and tenth.findings == ("labels", "dtype")  # whoever asks for 0.1 does not find it


def test_labels_that_are_floats_and_the_same_have_no_figures_of_numbers():
    labels = np.array([0.0, 1.0, np.nan])
    for output in (labels, labels * np.array([-1.0, 1.0, 1.0])):  # the fast way, and the slow one
        found = loaded(labels, output, labels=("predict",))
        assert found.parity is IDENTICAL
        assert (found.max_abs_diff, found.tolerance_used, found.label_mismatch) == (None, None, 0.0)
    assert loaded(labels, labels).max_abs_diff == 0.0


def test_labels_that_become_another_kind_of_number_are_drift():
    found = loaded(np.array([0.0, 1.0]), np.array([0, 1]), format="pickle", labels=("predict",))
    assert found.parity is DRIFT and found.findings == ("dtype",)
    found = loaded(np.array([0, 1]), np.array([0.0, 0.0]), labels=("predict",))
    assert found.parity is DRIFT and found.findings == ("labels", "dtype")
