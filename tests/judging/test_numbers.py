"""Floats: close or drift, and the figures that are reported."""

from __future__ import annotations

import numpy as np
import pytest

from harness.terms import Tolerance

from tests.judging.common import CLOSE, DRIFT, check, objects


def test_close_says_how_much_of_the_tolerance_was_used():
    found = check(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 5e-10]), method="transform")
    assert found.parity is CLOSE and found.findings == ()
    assert found.sentences == (
        "transform: 1 of 2 values differ by up to 5e-10, worst at [1]: 2.0 -> 2.0000000005, "
        "within rtol 1e-09, atol 0: 25 % of its tolerance",
    )
    assert found.max_abs_diff == pytest.approx(5e-10) and found.max_rel_diff == pytest.approx(2.5e-10)
    assert found.tolerance_used == pytest.approx(0.25)
    assert found.label_mismatch is None


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        (0.05, ", within rtol 0.001, atol 0"),
        (0.61, ", within rtol 0.001, atol 0: 61 % of its tolerance"),
        (2.3, ", 2.3 times its tolerance (rtol 0.001, atol 0)"),
        (43.0, ", 43 times its tolerance (rtol 0.001, atol 0)"),
        (43210.0, ", 43,210 times its tolerance (rtol 0.001, atol 0)"),
        (4e9, ", 4.0e+09 times its tolerance (rtol 0.001, atol 0)"),
    ],
)
def test_how_near_the_tolerance_is_said_where_it_matters(apart, words):
    found = check(np.array([1.0, 1.0]), np.array([1.0, 1 + apart * 1e-3]), Tolerance(rtol=1e-3, atol=0.0))
    assert found.sentences[0].endswith(words)
    assert found.tolerance_used == pytest.approx(apart)


def test_the_tolerance_used_is_the_largest_of_all_numbers_and_methods():
    # The largest difference is not the one that uses most of its tolerance.
    reference, output = np.array([1000.0, 1.0]), np.array([1000.5, 1.1])
    assert check(reference, output, Tolerance(rtol=0.1, atol=0.0)).tolerance_used == pytest.approx(1.0)
    both = check([reference, np.array([1.0])], [reference, np.array([1.05])], Tolerance(rtol=0.1, atol=0.0))
    assert both.tolerance_used == pytest.approx(0.5)


def test_where_nothing_is_allowed_the_tolerance_used_is_infinite():
    found = check(np.array([0.0]), np.array([1e-300]))
    assert found.parity is DRIFT and found.tolerance_used == np.inf
    assert found.sentences[0].endswith("0.0 -> 1e-300 (rtol 1e-09, atol 0)")


def test_drift_counts_what_is_beyond_and_shows_the_worst():
    reference = np.full((3, 2), 0.5)
    output = reference.copy()
    output[0, 0], output[2, 1], output[1, 0] = 0.6, 0.81, 0.5 + 1e-12
    found = check(reference, output, method="predict_proba")
    assert found.parity is DRIFT
    assert found.sentences == (
        "predict_proba: 2 of 6 values differ by up to 0.31, worst at [2, 1]: 0.5 -> 0.81, 6.2e+08 times its tolerance "
        "(rtol 1e-09, atol 0)",
    )


def test_atol_is_relative_to_the_largest_finite_reference():
    tolerance = Tolerance(rtol=0.0, atol=1e-3)
    reference = np.array([0.0, 1000.0, np.inf])
    assert check(reference, np.array([0.9, 1000.0, np.inf]), tolerance).parity is CLOSE
    assert check(reference, np.array([1.1, 1000.0, np.inf]), tolerance).parity is DRIFT
    assert check(np.array([0.0]), np.array([1e-300]), tolerance).parity is DRIFT


def test_the_tolerance_is_relative_to_the_reference_not_the_output():
    tolerance = Tolerance(rtol=0.1, atol=0.0)
    assert check(np.array([1.0]), np.array([1.105]), tolerance).parity is DRIFT
    assert check(np.array([1.105]), np.array([1.0]), tolerance).parity is CLOSE


def test_an_overflow_is_not_forgiven():
    big = np.finfo(float).max
    assert check(np.array([big]), np.array([-big]), Tolerance(rtol=2.0, atol=2.0)).parity is DRIFT


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (1.0, np.nan, "1 of 2 values became NaN, first at [1]: 1.0 -> nan"),
        (np.nan, 1.0, "1 of 2 values were NaN and are numbers, first at [1]: nan -> 1.0"),
        (np.nan, np.inf, "1 of 2 values were NaN and are numbers, first at [1]: nan -> inf"),
        (np.inf, -np.inf, "1 of 2 values are infinite on one side or with another sign, first at [1]: inf -> -inf"),
        (1.0, np.inf, "1 of 2 values are infinite on one side or with another sign, first at [1]: 1.0 -> inf"),
        (np.inf, 1.0, "1 of 2 values are infinite on one side or with another sign, first at [1]: inf -> 1.0"),
    ],
)
def test_nan_and_infinity_where_there_was_none_is_drift(old, new, text):
    found = check(np.array([3.0, old]), np.array([3.0, new]), Tolerance(rtol=1e9, atol=1e9), method="transform")
    assert found.parity is DRIFT and found.sentences == ("transform: " + text,)
    assert found.max_abs_diff == 0.0


def test_relative_differences_leave_out_references_of_zero():
    found = check(np.array([0.0, 2.0]), np.array([5.0, 3.0]))
    assert (found.max_abs_diff, found.max_rel_diff) == (5.0, 0.5)
    assert check(np.array([0.0, 2.0]), np.array([5.0, 2.0])).max_rel_diff is None


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8"])
@pytest.mark.parametrize("start", [1.0, -1.0, 0.0, 5.96e-8])
def test_ulps_count_the_numbers_in_between(dtype, start):
    reference = np.array([start], dtype=dtype)
    output = reference.copy()
    for _ in range(3):
        output = np.nextafter(output, np.array([-10], dtype=dtype)).astype(dtype)
    assert check(reference, output).max_ulp_diff == 3


def test_ulps_are_of_the_reference_and_do_not_overflow():
    assert check(np.array([1.0], dtype="f4"), np.array([1.0 + 2**-23])).max_ulp_diff == 1
    assert check(np.array([1.0]), np.array([1 + 2**-23], dtype="f4")).max_ulp_diff == 2**29
    assert check(np.array([1.0], dtype="f4"), objects(1.0 + 2**-23)).max_ulp_diff == 1
    assert check(np.array([-1e308]), np.array([1e308])).max_ulp_diff > 2**63


def test_complex_numbers_are_compared_by_part():
    found = check(np.array([1 + 1j, 2 + 2j]), np.array([1 + 1j, 2 + 3j]), method="transform")
    assert found.sentences == (
        "transform: 1 of 4 parts differ by up to 1, worst at [1]: 2.0 -> 3.0, 5.0e+08 times its tolerance (rtol 1e-09, atol 0)",
    )
