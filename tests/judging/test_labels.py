"""Discrete outputs must be equal."""

from __future__ import annotations

import numpy as np

from harness.terms import Tolerance

from tests.judging.common import DRIFT, check, objects


def test_labels_must_be_equal():
    reference = np.array(["ham"] * 40)
    output = reference.astype("<U4")
    output[[2, 5, 9]] = "spam"
    found = check(reference.astype("<U4"), output, Tolerance(rtol=1e9, atol=1e9))
    assert found.parity is DRIFT and found.label_mismatch == 3 / 40 and found.max_abs_diff is None
    assert found.sentences == ("predict: 3 of 40 labels differ, first at [2]: 'ham' -> 'spam'",)
    assert check(np.array([1, 2]), np.array([1, 3]), Tolerance(rtol=1e9, atol=1e9)).label_mismatch == 0.5
    assert check(np.array([True, True]), np.array([True, False])).label_mismatch == 0.5
    assert check(objects("a", None), objects("a", "b")).label_mismatch == 0.5
    assert check(["a", "b"], ["a", "c"]).label_mismatch == 0.5


def test_numbers_among_objects_do_not_dilute_the_mismatch():
    found = check(objects("a", 0.5, "b", 0.5), objects("a", 0.75, "c", 0.5))
    assert found.label_mismatch == 0.5 and found.max_abs_diff == 0.25
    assert "worst at [1]: 0.5 -> 0.75" in found.sentences[0] and "first at [2]: 'b' -> 'c'" in found.sentences[0]


def test_large_integers_are_compared_exactly():
    assert check(np.array([2**53]), np.array([2**53 + 1])).parity is DRIFT
    assert check(np.array([2**63 - 1]), np.array([2**63], dtype="u8")).parity is DRIFT
    assert check(np.array([-1]), np.array([2**64 - 1], dtype="u8")).parity is DRIFT
    assert check(objects(10**5000), objects(10**5000 + 1)).parity is DRIFT


def test_dates():
    days = np.array(["2020-01-01", "NaT"], dtype="M8[ns]")
    assert check(days, np.array(["2020-01-01", "2020-01-02"], dtype="M8[ns]")).parity is DRIFT
    assert check(days, days.astype("M8[us]")).sentences == ("predict: dtype <M8[ns] -> <M8[us], values equal",)
    assert check(np.array([1], dtype="m8[Y]"), np.array([12], dtype="m8[D]")).parity is DRIFT
