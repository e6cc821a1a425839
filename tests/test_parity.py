"""Identical, close or drift: the rules, each by an example or by a property. A false "identical" is the worst bug."""

from __future__ import annotations

import importlib.util
import json
import math
import pathlib
import sys

import hypothesis
import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from harness import parity
from harness.parity.decoding import decode
from harness.parity.differences import difference
from harness.guest import values
from harness.model import Parity, Tolerance
from harness.parity import Comparison, compare, score, tolerance_for

IDENTICAL, CLOSE, DRIFT = Parity
TIGHT = Tolerance(rtol=1e-9, atol=0.0)
NOTHING = Tolerance(rtol=0.0, atol=0.0)


def wire(value):
    """A value as it arrives: encoded by a guest, through JSON."""
    encoded = value if isinstance(value, dict) else values.encode(value)
    return json.loads(json.dumps(encoded))


def csr(data, indices, indptr, shape, format="csr", container="matrix"):  # noqa: A002
    """What a guest sends for a sparse matrix; the host has no SciPy."""
    parts = {"data": np.asarray(data), "indices": np.asarray(indices, "i4"), "indptr": np.asarray(indptr, "i4")}
    encoded = {name: values.encode(part) for name, part in parts.items()}
    return {"kind": "csr", "shape": list(shape), "format": format, "container": container, **encoded}


def sparse(dense, **kind):
    dense = np.asarray(dense)
    rows, columns = np.nonzero(dense)
    indptr = np.searchsorted(rows, np.arange(len(dense) + 1))
    return csr(dense[rows, columns], columns, indptr, dense.shape, **kind)


def check(reference, output, tolerance: Tolerance = TIGHT, method: str = "predict") -> Comparison:
    return compare({method: wire(reference)}, {method: wire(output)}, tolerance=lambda *_: tolerance)


def slow(reference, tolerance: Tolerance = TIGHT):
    one = decode(wire(reference))
    return difference(one, one, noun="values", tolerance=lambda _: tolerance)


def objects(*items, shape=None):
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array if shape is None else array.reshape(shape)


# ------------------------------------------------------------------------------------------------ identical

FRAME = pandas.DataFrame({"x": [1.5, np.nan], "n": [1, 2], "s": ["a", None], "c": pandas.Categorical(["u", "v"])})
IDENTICALS = {
    "floats": (np.array([[0.5, np.nan], [np.inf, -0.0]]), True, False),
    "float32": (np.array([0.1], dtype="f4"), True, False),
    "complex": (np.array([1 + 2j, complex(np.nan, 1)]), True, False),
    "longdouble": (np.array([0.1], dtype=np.longdouble), True, False),
    "big-endian": (np.array([0.1], dtype=">f8"), True, False),
    "integers": (np.array([1, 2]), False, True),
    "bools": (np.array([True]), False, True),
    "strings": (np.array(["ham", "spam"]), False, True),
    "bytes": (np.array([b"ham"]), False, True),
    "dates": (np.array(["2020-01-01", "NaT"], dtype="M8[ns]"), False, True),
    "scalar": (np.float64(0.5), True, False),
    "empty": (np.zeros((0, 3)), True, False),
    "objects": (objects("a", None, 1, 2**70, True, b"x"), False, True),
    "object floats": (objects(0.5, float("nan"), -float("inf")), True, False),
    "mixed objects": (objects("a", 0.5), True, True),
    "odd objects": (objects(1 + 2j, complex("nan"), np.datetime64("NaT", "D"), (1, "a")), False, True),
    "no objects": (objects(), False, False),
    "texts": (["a", "b"], False, True),
    "list": ([1, 2.0], True, True),
    "list of arrays": ([np.array([0.5]), np.array([1])], True, True),
    "tuple of arrays": ((np.array([0.5]), np.array([0.5])), True, False),
    "dicts": ([{"city": "Oslo", "degrees": 1.5}, {}], True, True),
    "ragged": (objects(np.arange(2), np.arange(3.0)), True, True),
    "sparse": (sparse([[0, 1.0], [0, np.nan]]), True, False),
    "sparse counts": (sparse([[0, 1], [0, 2]], format="csc"), False, True),
    "frame": (FRAME, True, True),
    "frame with index": (FRAME.set_axis([3, 4]), True, True),
    "series": (pandas.Series([0.5, 1.5], name="y"), True, False),
    "category": (pandas.Categorical(["b", None]), False, True),
}


@pytest.mark.parametrize("name", IDENTICALS)
def test_a_value_is_identical_to_itself_with_figures_of_zero(name):
    value, numeric, discrete = IDENTICALS[name]
    found = check(value, value, NOTHING)
    number = 0.0 if numeric else None
    assert found == Comparison(
        parity=IDENTICAL,
        compared=("predict",),
        max_abs_diff=number,
        max_rel_diff=number,
        max_ulp_diff=number,
        label_mismatch=0.0 if discrete else None,
        findings=(),
    )


@pytest.mark.parametrize("name", IDENTICALS)
def test_the_fast_way_says_what_the_slow_way_says(name):
    value, numeric, discrete = IDENTICALS[name]
    found = slow(value)
    assert found.parity is IDENTICAL
    assert (found.max_abs, found.max_rel, found.max_ulp) == ((0.0,) * 3 if numeric else (None,) * 3)
    assert found.mismatch == (0.0 if discrete else None)


def test_zeros_of_either_sign_and_nans_of_any_bits_are_identical():
    found = check(np.array([0.0, np.nan]), np.array([-0.0, -np.nan]), NOTHING)
    assert found.parity is IDENTICAL and found.max_ulp_diff == 0


# ------------------------------------------------------------------------------------------------ numbers


def test_close_says_how_much_of_the_tolerance_was_used():
    found = check(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 5e-10]), method="transform")
    assert found.parity is CLOSE
    assert found.findings == (
        "transform: 1 of 2 values differ by up to 5e-10, worst at [1]: 2.0 -> 2.0000000005, "
        "within rtol 1e-09, atol 0, used 25 % of it",
    )
    assert found.max_abs_diff == pytest.approx(5e-10) and found.max_rel_diff == pytest.approx(2.5e-10)
    assert found.label_mismatch is None


def test_drift_counts_what_is_beyond_and_shows_the_worst():
    reference = np.full((3, 2), 0.5)
    output = reference.copy()
    output[0, 0], output[2, 1], output[1, 0] = 0.6, 0.81, 0.5 + 1e-12
    found = check(reference, output, method="predict_proba")
    assert found.parity is DRIFT
    assert found.findings == (
        "predict_proba: 2 of 6 values differ by up to 0.31, worst at [2, 1]: 0.5 -> 0.81 (rtol 1e-09, atol 0)",
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
    assert found.parity is DRIFT and found.findings == ("transform: " + text,)
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
    assert found.findings == (
        "transform: 1 of 4 parts differ by up to 1, worst at [1]: 2.0 -> 3.0 (rtol 1e-09, atol 0)",
    )


# ------------------------------------------------------------------------------------------------ labels


def test_labels_must_be_equal():
    reference = np.array(["ham"] * 40)
    output = reference.astype("<U4")
    output[[2, 5, 9]] = "spam"
    found = check(reference.astype("<U4"), output, Tolerance(rtol=1e9, atol=1e9))
    assert found.parity is DRIFT and found.label_mismatch == 3 / 40 and found.max_abs_diff is None
    assert found.findings == ("predict: 3 of 40 labels differ, first at [2]: 'ham' -> 'spam'",)
    assert check(np.array([1, 2]), np.array([1, 3]), Tolerance(rtol=1e9, atol=1e9)).label_mismatch == 0.5
    assert check(np.array([True, True]), np.array([True, False])).label_mismatch == 0.5
    assert check(objects("a", None), objects("a", "b")).label_mismatch == 0.5
    assert check(["a", "b"], ["a", "c"]).label_mismatch == 0.5


def test_numbers_among_objects_do_not_dilute_the_mismatch():
    found = check(objects("a", 0.5, "b", 0.5), objects("a", 0.75, "c", 0.5))
    assert found.label_mismatch == 0.5 and found.max_abs_diff == 0.25
    assert "worst at [1]: 0.5 -> 0.75" in found.findings[0] and "first at [2]: 'b' -> 'c'" in found.findings[0]


def test_large_integers_are_compared_exactly():
    assert check(np.array([2**53]), np.array([2**53 + 1])).parity is DRIFT
    assert check(np.array([2**63 - 1]), np.array([2**63], dtype="u8")).parity is DRIFT
    assert check(np.array([-1]), np.array([2**64 - 1], dtype="u8")).parity is DRIFT
    assert check(objects(10**5000), objects(10**5000 + 1)).parity is DRIFT


def test_dates():
    days = np.array(["2020-01-01", "NaT"], dtype="M8[ns]")
    assert check(days, np.array(["2020-01-01", "2020-01-02"], dtype="M8[ns]")).parity is DRIFT
    assert check(days, days.astype("M8[us]")).findings == ("predict: dtype <M8[ns] -> <M8[us], values equal",)
    assert check(np.array([1], dtype="m8[Y]"), np.array([12], dtype="m8[D]")).parity is DRIFT


# ------------------------------------------------------------------------------------------------ other types

ONES = np.array([1, 0, 1])


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
    assert found.parity is CLOSE and found.findings == (f"predict: {text}",)


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
    assert found.parity is DRIFT and found.label_mismatch == mismatch and found.findings


def test_a_change_of_family_says_whether_the_values_are_equal():
    assert check(ONES, ONES.astype(float)).findings == (
        "predict: dtype <i8 -> <f8, integer became float, values equal",
    )
    assert check(ONES, np.array([1.0, 0, 2])).findings == (
        "predict: dtype <i8 -> <f8, integer became float, 1 of 3 labels differ, first at [2]: 1 -> 2.0",
    )


def test_another_precision_within_tolerance_is_close():
    reference = np.array([0.1, 0.2])
    found = check(reference, reference.astype("f4"), Tolerance(rtol=1e-6, atol=0))
    assert found.parity is CLOSE and found.findings[0].startswith("predict: dtype <f8 -> <f4, 2 of 2 values differ by")
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
    assert found.parity is DRIFT and found.findings == (f"predict: {text}",)
    assert (found.max_abs_diff, found.max_rel_diff, found.max_ulp_diff, found.label_mismatch) == (None,) * 4


# ------------------------------------------------------------------------------------------------ opaque, malformed


@pytest.mark.parametrize(
    "value",
    [
        object(),
        [np.ones(1), object()],
        objects("a", object()),
        objects((1, object())),
        pandas.DataFrame({"x": pandas.to_datetime(["2020-01-01"]).tz_localize("UTC")}),
        pandas.DataFrame([[1.0]], columns=[object]),
        pandas.Categorical([pandas.Interval(0, 1)]),
        pandas.Series([1.0], index=pandas.Index([object()])),
    ],
)
def test_what_cannot_be_compared_is_drift_even_to_itself(value):
    found = check(value, value)
    assert found.parity is DRIFT and len(found.findings) == 1


def test_opaque_values_are_named():
    assert check(object(), object()).findings == ("predict: cannot be compared: object, object",)
    assert check(np.ones(1), object()).findings == ("predict: cannot be compared: array -> object",)
    assert "cannot be compared: object" in check(objects("a", object()), objects("a", object())).findings[0]


def test_a_missing_method_and_an_empty_reference_are_errors():
    one = {"predict": wire(ONES)}
    with pytest.raises(ValueError, match="transform: no output"):
        compare({**one, "transform": wire(ONES)}, one, tolerance=lambda *_: TIGHT)
    with pytest.raises(ValueError, match="nothing to compare"):
        compare({}, one, tolerance=lambda *_: TIGHT)
    assert compare(one, {**one, "more": wire(1)}, tolerance=lambda *_: TIGHT).compared == ("predict",)


def spoiled(value, **changes):
    return {**wire(value), **changes}


@pytest.mark.parametrize(
    "encoded",
    [
        {},
        {"kind": "pickle"},
        {"kind": "dense", "dtype": "<f8"},
        spoiled(np.ones(3), npy="!"),
        spoiled(np.ones(3), npy=wire(np.ones(3))["npy"][:-4]),
        spoiled(np.ones(3), dtype="<i8"),
        spoiled(np.ones(3), dtype="<M8[ns]"),
        spoiled(np.arange(3), dtype="<M8[no]"),
        spoiled([1, 2], shape=[3]),
        spoiled([1, 2], shape=[-1, -2]),
        spoiled([1, 2], items=[1, {"new": 2}]),
        spoiled([1, 2], items=[1, [2]]),
        spoiled(["a"], items=["a", 1]),
        spoiled(sparse(np.eye(3)), shape=[3, 1]),
        spoiled(sparse(np.eye(3)), shape=[4, 3]),
        spoiled(sparse(np.eye(3)), indices=wire(np.array([0, -1, 2]))),
        spoiled(sparse([[1, 1]]), indices=wire(np.array([1, 0]))),
        spoiled(sparse([[1, 1]]), indices=wire(np.array([1, 1]))),
        {"kind": "dict", "items": [["a", 1], ["a", 2]]},
        {"kind": "dict", "items": [[1, 1]]},
        {"kind": "dict", "items": [["a", {"new": 2}]]},
        spoiled(pandas.Categorical(["a"]), codes=wire(np.array([1], dtype="i1"))),
    ],
)
def test_a_malformed_value_is_an_error_and_no_verdict(encoded):
    with pytest.raises(ValueError, match="predict: "):
        compare({"predict": wire(np.ones(3))}, {"predict": encoded}, tolerance=lambda *_: TIGHT)


def test_depth_is_bounded():
    encoded = wire(ONES)
    for _ in range(100):
        encoded = {"kind": "list", "container": "list", "items": [encoded]}
    with pytest.raises(ValueError, match="deeper"):
        compare({"predict": wire(ONES)}, {"predict": encoded}, tolerance=lambda *_: TIGHT)


# ------------------------------------------------------------------------------------------------ sparse


def test_explicit_zeros_do_not_matter():
    tidy = sparse([[0, 3.0], [0, 0]])
    zeros = csr([0.0, 3.0, 0.0], [0, 1, 0], [0, 2, 3], (2, 2))
    assert tidy != zeros
    assert check(tidy, zeros, NOTHING).parity is IDENTICAL
    assert check(zeros, tidy, NOTHING).parity is IDENTICAL


def test_sparse_and_dense_with_equal_values_are_close():
    dense = np.array([[0, 1.5, np.nan], [0, 0, -2.0]])
    for old, new in [(dense, sparse(dense)), (sparse(dense), dense)]:
        found = check(old, new, NOTHING)
        assert found.parity is CLOSE and found.findings[0].endswith("values equal")
    found = check(sparse(dense, format="csc"), sparse(dense), NOTHING)
    assert found.findings == ("predict: type csc matrix -> csr matrix, values equal",)
    assert check(sparse(dense), sparse(dense, container="array")).parity is CLOSE


def test_sparse_differences_are_found_where_only_one_has_an_entry():
    wide = (2, 2**20)
    old = csr([1.0], [70000], [0, 0, 1], wide)
    new = csr([0.25, 1.0], [9, 70000], [0, 1, 2], wide)
    found = check(old, new, method="transform")
    assert found.parity is DRIFT and found.max_abs_diff == 0.25
    assert found.findings == (
        "transform: 1 of 2097152 values differ by up to 0.25, worst at [0, 9]: 0.0 -> 0.25 (rtol 1e-09, atol 0)",
    )
    counts = check(sparse([[1, 0, 0, 0]]), sparse([[1, 2, 0, 0]]))
    assert counts.parity is DRIFT and counts.label_mismatch == 0.25
    assert check(sparse(np.zeros((2, 2))), np.eye(2)).parity is DRIFT
    assert check(sparse(np.zeros((2, 2))), np.zeros((2, 2), dtype="U1")).parity is DRIFT


# ------------------------------------------------------------------------------------------------ frames, lists


def test_frames_are_compared_by_column():
    other = FRAME.copy()
    other.loc[1, "n"] = 3
    found = check(FRAME, other, method="transform")
    assert found.findings == ("transform: column 'n': 1 of 2 values differ, first at [1]: 2 -> 3",)
    assert found.parity is DRIFT and found.label_mismatch == 0.5 and found.max_abs_diff == 0.0
    assert "order of the columns" in check(FRAME, FRAME[["n", "x", "s", "c"]]).findings[0]
    assert "names of the columns" in check(FRAME, FRAME.rename(columns={"n": "m"})).findings[0]
    assert check(pandas.DataFrame([[1.0]]), pandas.DataFrame([[1.0]], columns=["0"])).parity is DRIFT
    assert check(pandas.DataFrame([[1.0]]), pandas.DataFrame([[1.0]], columns=[0.0])).parity is DRIFT


def test_dicts_are_compared_by_key():
    old = [{"city": "Oslo", "degrees": 1.5}]
    assert check(old, [{"degrees": 1.5, "city": "Oslo"}]).parity is IDENTICAL
    found = check(old, [{"city": "Rome", "degrees": 1.5}])
    assert found.parity is DRIFT and found.label_mismatch == 1.0
    assert found.findings == ("predict: output 0: column 'city': 1 of 1 labels differ, first: 'Oslo' -> 'Rome'",)
    assert "names of the columns" in check(old, [{"city": "Oslo", "rain": 1.5}]).findings[0]
    assert "shape (1, 2) -> (1, 1)" in check(old, [{"city": "Oslo"}]).findings[0]
    assert "type dict -> array" in check(old, [np.ones(1)]).findings[0]


def test_an_index_that_changes_is_seen():
    found = check(FRAME, FRAME.set_axis([1, 0]))
    assert found.parity is DRIFT and found.findings[0].startswith("predict: index: 2 of 2 labels differ")
    assert found.label_mismatch == 0.0  # the index is no output
    assert check(FRAME, FRAME.set_axis(np.array([0, 1]))).parity is IDENTICAL
    series = pandas.Series([0.5, 1.5])
    assert check(series, series.set_axis(np.array([0, 1]))).parity is IDENTICAL
    assert check(series, series.set_axis([0, 2])).parity is DRIFT
    assert check(series, series.rename("y")).parity is DRIFT


def test_categories():
    old = pandas.Categorical(["a", "b", None], categories=["a", "b"])
    assert check(old, pandas.Categorical(["a", "b", "b"], categories=["a", "b"])).label_mismatch == pytest.approx(1 / 3)
    for new in [old.reorder_categories(["b", "a"]), old.add_categories(["z"])]:
        assert check(old, new).findings == ("predict: categories differ, values equal",)
    assert check(old, old.as_ordered()).findings == ("predict: ordered False -> True, values equal",)
    assert check(old, old.rename_categories({"a": "b", "b": "a"})).parity is DRIFT
    assert check(old, np.array(["a", "b", "c"])).parity is DRIFT


def test_lists_take_the_worst_and_name_the_output():
    old = [np.array([0.5]), np.array([1.0]), np.array([1])]
    new = [np.array([0.5]), np.array([2.0]), np.array([1])]
    found = check(old, new, method="predict_proba")
    assert found.parity is DRIFT and found.max_abs_diff == 1.0 and found.label_mismatch == 0.0
    assert found.findings[0].startswith("predict_proba: output 1: 1 of 1 values differ")


def test_methods_are_aggregated_by_the_worst():
    reference = {"predict": wire(ONES), "predict_proba": wire(np.ones(2)), "transform": wire(np.ones(2))}
    outputs = {
        "predict": wire(np.array([1, 0, 0])),
        "predict_proba": wire(np.array([1.0, 1 + 1e-10])),
        "transform": wire(np.ones(2)),
    }
    found = compare(reference, outputs, tolerance=lambda *_: TIGHT)
    assert found.parity is DRIFT and found.compared == ("predict", "predict_proba", "transform")
    assert found.label_mismatch == 1 / 3 and found.max_abs_diff == pytest.approx(1e-10)
    assert [finding.partition(":")[0] for finding in found.findings] == ["predict", "predict_proba"]


def test_findings_stay_one_short_sentence_per_method():
    old = pandas.DataFrame(np.zeros((2, 50)))
    found = check(old, old + 1)
    assert len(found.findings) == 1 and found.findings[0].endswith("; and 46 more")
    assert len(check(objects("x" * 10**6), objects("y" * 10**6)).findings[0]) < 300
    assert len(check(objects(10**5000), objects(10**5001)).findings[0]) < 300


# ------------------------------------------------------------------------------------------------ properties

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
TABLES = arrays.arrays(
    st.sampled_from(["<f8", "<f4", "<i8", "|b1", "<U3"]), arrays.array_shapes(max_dims=2, max_side=4)
)


@given(TABLES, TABLES)
def test_identical_means_equal_in_every_respect(a, b):
    same = a.dtype == b.dtype and a.shape == b.shape
    same = same and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    assert (check(a, b, NOTHING).parity is IDENTICAL) == same


@given(TABLES)
def test_everything_is_identical_to_its_copy_whatever_the_order(a):
    assert check(a, np.asfortranarray(a), NOTHING).parity is IDENTICAL


@given(st.lists(FLOATS, min_size=1, max_size=6), st.data())
def test_close_is_the_formula(reference, data):
    output = data.draw(st.lists(FLOATS, min_size=len(reference), max_size=len(reference)))
    rtol, atol = data.draw(st.sampled_from([0.0, 1e-9, 0.5])), data.draw(st.sampled_from([0.0, 1e-9, 0.5]))
    scale = max((abs(b) for b in reference if math.isfinite(b)), default=0.0)

    def within(a, b):
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        if math.isinf(a) or math.isinf(b):
            return a == b
        return math.isfinite(a - b) and abs(a - b) <= rtol * abs(b) + atol * scale

    found = check(np.array(reference), np.array(output), Tolerance(rtol=rtol, atol=atol))
    assert (found.parity is not DRIFT) == all(map(within, output, reference))


@given(TABLES, st.data())
def test_one_change_is_never_overlooked(a, data):
    place = tuple(data.draw(st.integers(0, n - 1)) for n in a.shape)
    b = a.copy()
    b[place] = data.draw(arrays.from_dtype(a.dtype))
    hypothesis.assume(not (a[place] == b[place] or (a[place] != a[place] and b[place] != b[place])))
    found = check(a, b, NOTHING)
    assert found.parity is DRIFT and len(found.findings) == 1


@given(arrays.arrays("<f8", (3, 4), elements=st.sampled_from([0.0, 0.0, 1.0, -2.5, math.nan])), st.data())
def test_sparse_is_compared_as_its_dense_table_would_be(a, data):
    b = (
        data.draw(arrays.arrays("<f8", (3, 4), elements=st.sampled_from([0.0, 1.0, math.nan])))
        if data.draw(st.booleans())
        else a
    )
    dense, found = check(a, b), check(sparse(a), sparse(b))
    assert (found.parity, found.max_abs_diff, found.max_rel_diff, found.max_ulp_diff) == (
        dense.parity,
        dense.max_abs_diff,
        dense.max_rel_diff,
        dense.max_ulp_diff,
    )
    assert found.findings == dense.findings


ITEM = st.one_of(st.text(max_size=3), st.integers(), st.booleans(), st.none(), FLOATS, st.binary(max_size=2))


@given(st.lists(ITEM, max_size=5), st.lists(ITEM, max_size=5))
def test_objects_are_identical_only_with_equal_types_and_values(a, b):
    def key(item):
        return (type(item), "NaN" if item != item else item)

    found = check(objects(*a), objects(*b), NOTHING)
    assert (found.parity is IDENTICAL) == (list(map(key, a)) == list(map(key, b)))


@given(st.lists(ITEM, max_size=6))
def test_the_fast_way_agrees_for_any_objects(items):
    value = objects(*items)
    fast, found = check(value, value), slow(value)
    assert (fast.parity, fast.max_abs_diff, fast.label_mismatch) == (found.parity, found.max_abs, found.mismatch)


# ------------------------------------------------------------------------------------------------ tolerances


def test_the_first_tolerance_that_applies():
    first = Tolerance(rtol=1, atol=1, formats=("onnx",), dtypes=("float32",), methods=("predict_proba",))
    second = Tolerance(rtol=2, atol=2, formats=("onnx",))
    third = Tolerance(rtol=3, atol=3, dtypes=("<f4",))
    onnx, pickle = (tolerance_for([first, second, third], name) for name in ("onnx", "pickle"))
    assert onnx("predict_proba", "<f4") is first and onnx("predict_proba", ">f4") is first
    assert onnx("predict", "<f4") is second and onnx("predict_proba", "<f8") is second
    assert pickle("predict", "<f4") is third and pickle("predict", "float32") is third
    assert pickle("predict", "<f8") is parity.DEFAULT


def test_default_tolerances_follow_the_precision():
    tolerance = tolerance_for([], "pickle")
    half, single, double = (tolerance("predict", dtype).rtol for dtype in ("<f2", "<f4", "<f8"))
    assert half > single > double > 0
    for dtype in ("<f12", "<f16", "<c16", "<c32"):
        assert tolerance("predict", dtype) is parity.DEFAULT
    mine = Tolerance(rtol=1, atol=1, dtypes=("longdouble",))
    assert {tolerance_for([mine], "x")("predict", dtype) for dtype in ("<f12", "<f16", ">f16")} == {mine}
    assert tolerance_for([mine], "x")("predict", "<f8") is parity.DEFAULT


def test_the_tolerance_asked_for_is_that_of_the_method_and_the_reference():
    asked = []

    def tolerance(method, dtype):
        asked.append((method, dtype))
        return TIGHT

    reference = {"a": wire(np.ones(1, dtype="f4")), "b": wire(objects(1.0)), "c": wire(np.ones(1, dtype="f4"))}
    outputs = {"a": wire(np.zeros(1)), "b": wire(objects(2.0)), "c": wire(objects(2.0))}
    compare(reference, outputs, tolerance=tolerance)
    assert asked == [("a", "<f4"), ("b", "<f8"), ("c", "<f4")]


# ------------------------------------------------------------------------------------------------ scores


def scored(kind, predictions, truth):
    return score(kind, wire(predictions), wire(truth))


def test_accuracy():
    assert scored("accuracy", np.array(["a", "b", "b"]), objects("a", "b", "c")) == pytest.approx(2 / 3)
    assert scored("accuracy", np.array([1, 2]), np.array([[1], [3]])) == 0.5
    assert scored("accuracy", np.array([1.0, 2.0]), np.array([1, 2])) == 1.0
    assert scored("accuracy", np.array([1, 2]), np.array(["1", "2"])) == 0.0
    rows = np.array([[1, 0], [1, 1], [0, 0]])
    other = np.array([[1, 0], [1, 0], [0, 0]])
    assert scored("accuracy", sparse(rows), other) == pytest.approx(2 / 3)
    assert scored("accuracy", np.array(["a", "b"]), pandas.Series(["a", "x"])) == 0.5
    assert scored("accuracy", ["a", "b"], pandas.Categorical(["a", None])) == 0.5


def test_r2_is_scikit_learns():
    truth = np.array([3.0, -0.5, 2, 7])
    assert scored("r2", np.array([2.5, 0.0, 2, 8]), truth) == pytest.approx(0.9486081370449679)  # of its docstring
    two = np.array([[0.5, 1], [-1, 1], [7, -6]])
    assert scored("r2", np.array([[0, 2], [-1, 2], [8, -5]]), two) == pytest.approx(
        (0.9654377880184332 + 0.9081632653061225) / 2
    )
    constant = np.array([2.0, 2.0])
    assert scored("r2", constant, constant) == 1.0
    assert scored("r2", constant + 1, constant) == 0.0


@pytest.mark.parametrize(
    ("kind", "predictions", "truth"),
    [
        (None, ONES, ONES),
        ("r2", np.array([1.0]), np.array([1.0])),
        ("r2", np.array([np.nan, 1]), np.array([1.0, 2])),
        ("r2", np.array(["a", "b"]), np.array([1.0, 2])),
        ("r2", np.array([1.0, 2]), np.array([1.0, 2, 3])),
        ("accuracy", np.array([1, 2]), np.array([1, 2, 3])),
        ("accuracy", np.array([], dtype=int), np.array([], dtype=int)),
        ("accuracy", [np.ones(2), np.ones(2)], np.ones((2, 2))),
        ("accuracy", object(), ONES),
    ],
)
def test_no_score_where_none_is_defined(kind, predictions, truth):
    assert scored(kind, predictions, truth) is None


def test_opaque_predictions_are_never_right_and_unknown_scores_are_errors():
    assert scored("accuracy", objects(object(), "a"), objects(object(), "a")) == 0.5
    with pytest.raises(ValueError, match="no score is called 'f1'"):
        scored("f1", ONES, ONES)


def test_the_host_imports_nothing_of_the_guest():
    for path in pathlib.Path(parity.__file__).parent.glob("*.py"):
        assert "harness.guest" not in [
            line.split()[1] for line in path.read_text().splitlines() if line.startswith("from ")
        ]
    assert "sklearn" not in sys.modules
