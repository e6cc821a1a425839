"""Another dtype, container, shape or kind of value."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from harness.terms import Tolerance

from tests.judging.common import CLOSE, DRIFT, ONES, check, objects, sparse


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (ONES.astype("<i8"), ONES.astype("<i4"), "dtype <i8 -> <i4, values equal"),
        (ONES.astype("<i8"), ONES.astype("<u8"), "dtype <i8 -> <u8, values equal"),
        (ONES.astype("<f8"), ONES.astype("<f4"), "dtype <f8 -> <f4, values equal"),
        (ONES.astype("<f8"), ONES.astype(">f8"), "dtype <f8 -> >f8, values equal"),
        (np.array(["a"], dtype="U4"), np.array(["a"], dtype="U5"), "dtype <U4 -> <U5, values equal"),
        (np.array(["a"], dtype="U4"), objects("a"), "dtype <U4 -> object, values equal"),
        (objects("a"), np.array(["a"], dtype="U4"), "dtype object -> <U4, values equal"),
        (objects(1, 2), np.array([1, 2]), "dtype object -> <i8, values equal"),
        (np.array([0.5]), objects(0.5), "dtype <f8 -> object, values equal"),
        (objects("a", "b"), ["a", "b"], "type array -> list, values equal"),
        ([0.5, 1.5], (0.5, 1.5), "type list -> tuple, values equal"),
        ([np.ones(1)] * 2, (np.ones(1),) * 2, "type list -> tuple, values equal"),
        (np.ones((1, 1)), np.ones((1, 1)).view(np.matrix), "type array -> matrix, values equal"),
    ],
)
def test_equal_values_in_another_type_of_their_family_are_close(old, new, text):
    found = check(old, new)
    assert found.parity is CLOSE and found.sentences == (f"predict: {text}",)


@pytest.mark.parametrize(
    ("old", "new", "mismatch"),
    [
        (ONES, ONES.astype(float), 0.0),
        (ONES.astype(float), ONES, 0.0),
        (ONES, ONES.astype(bool), 0.0),
        (ONES, np.array([1.0, 0.0, 2.0]), 1 / 3),
        (ONES, ONES.astype(str), 1.0),
        (np.array(["a"]), np.array([b"a"]), 1.0),
        (np.array([1.5]), np.array([1.5 + 0j]), None),
        (objects(1), objects(1.0), 1.0),
        (objects(1), objects(True), 1.0),
        (objects(0), objects(False), 1.0),
        ([1, 2], [1, 2.0], 0.5),
        (objects(None), objects(float("nan")), 1.0),
        (objects((1,)), objects((1.0,)), 1.0),
        (objects("1"), objects(1), 1.0),
        (objects("a", 1), np.array(["a", "1"]), 0.5),
    ],
)
def test_another_family_is_drift_even_with_equal_values(old, new, mismatch):
    found = check(old, new, Tolerance(rtol=1e9, atol=1e9))
    assert found.parity is DRIFT and found.label_mismatch == mismatch and found.sentences


def test_a_change_of_family_says_whether_the_values_are_equal():
    assert check(ONES, ONES.astype(float)).sentences == (
        "predict: dtype <i8 -> <f8, integer became float, values equal",
    )
    assert check(ONES, np.array([1.0, 0, 2])).sentences == (
        "predict: dtype <i8 -> <f8, integer became float, 1 of 3 labels differ, first at [2]: 1 -> 2.0",
    )


def test_another_precision_within_tolerance_is_close():
    reference = np.array([0.1, 0.2])
    found = check(reference, reference.astype("f4"), Tolerance(rtol=1e-6, atol=0))
    assert found.parity is CLOSE and found.sentences[0].startswith("predict: dtype <f8 -> <f4, 2 of 2 values differ by")
    assert check(reference, reference.astype("f4")).parity is DRIFT


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (np.ones((4, 3)), np.ones((4, 2)), "shape (4, 3) -> (4, 2)"),
        (np.ones((1, 3)), np.ones(3), "shape (1, 3) -> (3,)"),
        (np.float64(1), np.ones(1), "shape () -> (1,)"),
        (np.zeros((0, 3)), np.zeros((0, 2)), "shape (0, 3) -> (0, 2)"),
        (["a"], ["a", "b"], "shape (1,) -> (2,)"),
        (np.eye(2), sparse(np.eye(3)), "shape (2, 2) -> (3, 3)"),
        ([np.ones(2)], [np.ones(2), np.ones(2)], "1 outputs -> 2"),
        ([np.ones(2)] * 2, np.ones((2, 2)), "type list -> array"),
        (pandas.DataFrame({"x": [1.0]}), np.ones((1, 1)), "type frame -> array"),
        (pandas.DataFrame({"x": [1.0]}), pandas.Series([1.0], name="x"), "type frame -> series"),
        (pandas.DataFrame({"x": [1.0]}), pandas.DataFrame({"x": [1.0, 2.0]}), "shape (1, 1) -> (2, 1)"),
    ],
)
def test_another_shape_or_kind_is_drift(old, new, text):
    found = check(old, new, Tolerance(rtol=1e9, atol=1e9))
    assert found.parity is DRIFT and found.sentences == (f"predict: {text}",)
    assert (found.max_abs_diff, found.max_rel_diff, found.max_ulp_diff, found.label_mismatch) == (None,) * 4
