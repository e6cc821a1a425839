"""Which tolerance is for which numbers."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

from harness import judging
from harness.config.matrix import load_matrix
from harness.terms import Tolerance
from harness.judging import compare, tolerance_for
from harness.judging.cancellation import MOST
from harness.judging.tolerances import DEFAULT, DEFAULTS

from tests.judging.common import CLOSE, DRIFT, TIGHT, objects, sparse, wire


def test_the_first_tolerance_that_applies():
    first = Tolerance(rtol=1, atol=1, formats=("onnx",), dtypes=("float32",), methods=("predict_proba",))
    second = Tolerance(rtol=2, atol=2, formats=("onnx",))
    third = Tolerance(rtol=3, atol=3, dtypes=("<f4",))
    onnx, pickle = (tolerance_for([first, second, third], name) for name in ("onnx", "pickle"))
    assert onnx("predict_proba", "<f4") is first and onnx("predict_proba", ">f4") is first
    assert onnx("predict", "<f4") is second and onnx("predict_proba", "<f8") is second
    assert pickle("predict", "<f4") is third and pickle("predict", "float32") is third
    assert pickle("predict", "<f8") is judging.DEFAULT


def test_default_tolerances_follow_the_precision():
    tolerance = tolerance_for([], "pickle")
    half, single, double = (tolerance("predict", dtype).rtol for dtype in ("<f2", "<f4", "<f8"))
    assert half > single > double > 0
    for dtype in ("<f12", "<f16", "<c16", "<c32"):
        assert tolerance("predict", dtype) is judging.DEFAULT
    mine = Tolerance(rtol=1, atol=1, dtypes=("longdouble",))
    assert {tolerance_for([mine], "x")("predict", dtype) for dtype in ("<f12", "<f16", ">f16")} == {mine}
    assert tolerance_for([mine], "x")("predict", "<f8") is judging.DEFAULT


def test_no_tolerance_hides_a_tenth_of_the_smallest_change_that_was_seen():
    smallest = 2.6e-2  # of the value, of all drifts whose cause is known
    matrix = load_matrix(pathlib.Path(__file__).parents[2] / "matrix.yaml")
    profile = matrix.profile("nightly", satisfiable=lambda _: True)
    held = [*profile.tolerances, *(one for form in profile.formats for one in form.tolerances)]
    held += [DEFAULT, *DEFAULTS.values()]
    assert len(held) > 8
    assert max(max(one.rtol, one.atol) for one in held) <= smallest / 10
    assert MOST <= smallest / 10


def asked(reference, output, method="transform"):
    """The methods and dtypes that a tolerance was asked for."""
    found = []

    def tolerance(*of):
        found.append(of)
        return TIGHT

    compare({method: wire(reference)}, {method: wire(output)}, tolerance=tolerance, converted=True)
    return found


@pytest.mark.parametrize(
    ("reference", "output", "dtype"),
    [
        (np.ones(1), np.zeros(1), "<f8"),
        (np.ones(1, dtype="f4"), np.zeros(1), "<f4"),
        (np.ones(1), np.zeros(1, dtype="f4"), "<f4"),
        (np.ones(1, dtype="f4"), np.zeros(1, dtype="f2"), "<f2"),
        (np.ones(1), np.zeros(1, dtype=np.longdouble), "<f8"),
        (np.ones(1, dtype="c16"), np.zeros(1, dtype="c8"), "<c8"),
        (objects(1.0), objects(2.0), "<f8"),
        (np.ones(1, dtype="f4"), objects(2.0), "<f4"),
        (objects(1.0), np.zeros(1, dtype="f4"), "<f4"),
        (sparse(np.eye(2)), np.zeros((2, 2), dtype="f4"), "<f4"),
    ],
)
def test_the_tolerance_asked_for_is_that_of_the_method_and_the_coarser_dtype(reference, output, dtype):
    assert asked(reference, output) == [("transform", dtype)]


def test_the_order_of_entries_does_not_decide_between_two_dtypes():
    double, single = (
        Tolerance(rtol=1e-9, atol=0, dtypes=("float64",)),
        Tolerance(rtol=1e-5, atol=0, dtypes=("float32",)),
    )
    reference, output = {"transform": wire(np.ones(1))}, {"transform": wire(np.full(1, 1 + 1e-6, dtype="f4"))}
    for entries in ([double, single], [single, double]):
        found = compare(reference, output, tolerance=tolerance_for(entries, "onnx"), converted=True)
        assert found.parity is CLOSE and found.findings == ("dtype",)
        same = compare(reference, {"transform": wire(np.full(1, 1 + 1e-6))}, tolerance=tolerance_for(entries, "onnx"))
        assert same.parity is DRIFT  # a double is held to what doubles can keep


def test_a_model_of_single_precision_is_held_to_that_whatever_rows_it_is_asked_with():
    off = wire(np.full(3, 1 + 3e-6))
    names = ("score_samples", "score_samples(float64)", "score_samples(list)", "lengths_")
    one, other = {name: wire(np.ones(3)) for name in names}, dict.fromkeys(names, off)
    tolerance = tolerance_for([], "pickle")
    assert compare(one, other, tolerance=tolerance).differing == names
    found = compare(one, other, tolerance=tolerance, narrow=True)
    assert (found.differing, found.parity) == (("lengths_",), DRIFT)  # what is stored is stored bit by bit
    far = compare(one, {**other, "score_samples": wire(np.full(3, 1 + 3e-4))}, tolerance=tolerance, narrow=True)
    assert far.differing == ("score_samples", "lengths_")


def test_the_matrix_has_a_tolerance_for_each_precision_of_each_format():
    profile = load_matrix(pathlib.Path("matrix.yaml")).profile("default", satisfiable=lambda _: True)
    for item in profile.formats:
        tolerance = tolerance_for(profile.tolerances, item.name)
        assert 1e-12 < tolerance("predict_proba", "<f8").rtol < tolerance("predict_proba", "<f4").rtol < 1e-2
