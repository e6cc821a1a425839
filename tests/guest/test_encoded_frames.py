"""What is pandas' own travels and comes back equal."""

import importlib.util
import os
import unittest

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

from guest.encoding import encode

_spec = importlib.util.spec_from_file_location(
    "roundtrip", os.path.join(os.path.dirname(os.path.abspath(__file__)), "roundtrip.py")
)
_helpers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_helpers)
optional = _helpers.optional
roundtrip = _helpers.roundtrip


def frame_of(pandas):
    return pandas.DataFrame(
        {
            "number": [1.5, np.nan, -0.0],
            "count": np.array([1, 2, 3], dtype="i4"),
            "flag": [True, False, True],
            "text": ["a", None, "ä"],
            "mixed": np.array([1, "x", 2.5], dtype=object),
            "day": np.array(["2020-01-01", "NaT", "1969-07-20"], dtype="M8[ns]"),
            "kind": pandas.Categorical(["lo", "hi", None], categories=["lo", "hi"], ordered=True),
        }
    )


def test_frames():
    pandas = optional("pandas")
    frame = frame_of(pandas)
    encoded = encode(frame)
    assert [column["name"] for column in encoded["columns"]] == list(frame.columns) and encoded["index"] is None
    back = roundtrip(frame)
    assert back["text"].dtype == object
    frame["text"] = frame["text"].astype(object)
    pandas.testing.assert_frame_equal(back.drop(columns="text"), frame.drop(columns="text"), check_categorical=True)
    same_missing(back["text"].tolist(), frame["text"].tolist())
    assert type(back.index) is pandas.RangeIndex
    # pandas 3 makes its own strings of categories too; elsewhere they are objects on both sides
    assert back["kind"].cat.ordered and list(back["kind"].cat.categories) == ["lo", "hi"]


def same_missing(a, b):
    assert len(a) == len(b) and all(x == y or (x is None or x != x) and (y is None or y != y) for x, y in zip(a, b)), (
        a,
        b,
    )


def test_frames_with_odd_names_and_indexes():
    pandas = optional("pandas")
    frame = pandas.DataFrame([[1, 2.0], [3, 4.0]], index=["r", "s"])
    frame.columns = ["same", "same"]
    pandas.testing.assert_frame_equal(roundtrip(frame), frame)
    frame.columns = [0, 1]
    assert list(roundtrip(frame).columns) == [0, 1]
    frame.columns = pandas.MultiIndex.from_tuples([("a", 1), ("a", 2)])
    assert list(roundtrip(frame).columns) == [("a", 1), ("a", 2)]
    empty = pandas.DataFrame(index=pandas.RangeIndex(3))
    assert roundtrip(empty).shape == (3, 0)
    part = pandas.DataFrame({"x": [1, 2, 3]})[1:]
    assert list(roundtrip(part).index) == [1, 2]


def test_nullable_columns_and_strings():
    pandas = optional("pandas")
    for dtype, items in [("Int64", [1, None, 3]), ("boolean", [True, None, False]), ("UInt8", [1, 2, 3])]:
        series = pandas.Series(items, dtype=dtype, name="x")
        pandas.testing.assert_series_equal(roundtrip(series), series)
    series = pandas.Series(["a", None, "b"], dtype="string")
    encoded = encode(series)
    assert encoded["value"]["items"] == ["a", {"missing": "NA"}, "b"] and encoded["value"]["dtype"].startswith("str")
    back = roundtrip(series)
    assert back.dtype == object and back[1] is pandas.NA


def test_series_and_missing_values():
    pandas = optional("pandas")
    series = pandas.Series(np.array(["b", "a"], dtype=object), name="label", index=[5, 7])
    back = roundtrip(series)
    assert back.dtype == object and back.name == "label" and list(back.index) == [5, 7] and list(back) == ["b", "a"]
    back = roundtrip(np.array([pandas.NA, pandas.NaT, "x"], dtype=object))
    assert back[0] is pandas.NA and back[1] is pandas.NaT

    class Frame(pandas.DataFrame):
        pass

    assert encode(Frame({"x": [1]}))["kind"] == "opaque"


def test_a_categorical_travels():
    pandas = optional("pandas")
    value = pandas.Categorical([3, 1, None, 3], categories=[3, 2, 1])
    encoded = encode(value)
    assert encoded["kind"] == "category"
    back = roundtrip(value)
    assert list(back.codes) == list(value.codes) and list(back.categories) == [3, 2, 1] and not back.ordered
