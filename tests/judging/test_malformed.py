"""What cannot be compared, and what is no value at all."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from harness.judging import compare

from tests.judging.common import DRIFT, IDENTICAL, ONES, TIGHT, check, objects, sparse, wire


@pytest.mark.parametrize(
    "value",
    [
        object(),
        [np.ones(1), object()],
        objects("a", object()),
        objects((1, object())),
        pandas.DataFrame({"x": [object()]}),
        np.zeros(2, dtype="V3"),
        pandas.DataFrame([[1.0]], columns=[object]),
        pandas.Categorical([object()]),
        pandas.Series([1.0], index=pandas.Index([object()])),
    ],
)
def test_of_what_cannot_be_compared_nothing_is_known_even_to_itself(value):
    found = check(value, value)
    assert found.parity is None and found.findings == ("incomparable",) and len(found.sentences) == 1


def test_opaque_values_are_named():
    assert check(object(), object()).sentences == ("predict: cannot be compared: object",)
    assert check(np.ones(1), object()).sentences == ("predict: cannot be compared: array -> object",)
    assert "cannot be compared: object" in check(objects("a", object()), objects("a", object())).sentences[0]


def test_a_missing_method_and_an_empty_reference_are_errors():
    one = {"predict": wire(ONES)}
    with pytest.raises(ValueError, match="transform: no output"):
        compare({**one, "transform": wire(ONES)}, one, tolerance=lambda *_: TIGHT)
    with pytest.raises(ValueError, match="nothing to compare"):
        compare({}, one, tolerance=lambda *_: TIGHT)
    with pytest.raises(ValueError, match="nothing to compare"):
        compare(one, one, tolerance=lambda *_: TIGHT, methods=[])
    with pytest.raises(ValueError, match="transform: the reference has no such method"):
        compare(one, one, tolerance=lambda *_: TIGHT, methods=["predict", "transform"])
    with pytest.raises(ValueError, match="p: the reference"):
        compare(one, one, tolerance=lambda *_: TIGHT, methods="predict")
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


def test_a_part_of_the_methods():
    both = {"predict": wire(ONES), "transform": wire(np.ones(2))}
    drifted = {"predict": wire(ONES), "transform": wire(np.zeros(2))}
    assert compare(both, drifted, tolerance=lambda *_: TIGHT).parity is DRIFT
    found = compare(both, {"predict": wire(ONES)}, tolerance=lambda *_: TIGHT, methods=["predict"])
    assert found.parity is IDENTICAL and found.compared == ("predict",) and found.max_abs_diff is None
