"""Objects, lists and dicts travel and come back equal; what is not known does not travel."""

import importlib.util
import json
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
roundtrip = _helpers.roundtrip
same_array = _helpers.same_array
same_items = _helpers.same_items


ITEMS = [
    "ham",
    "\ud800",
    "",
    0,
    -1,
    2**53,
    -(2**53),
    10**5000,
    0.1,
    1.0,
    -0.0,
    1e22,
    float("nan"),
    float("inf"),
    -float("inf"),
    True,
    False,
    None,
    1 + 2j,
    complex(float("nan"), 1),
    b"\xff",
]


def test_object_arrays():
    array = np.empty(len(ITEMS) + 1, dtype=object)
    array[:-1] = ITEMS
    array[-1] = "end"
    same_array(roundtrip(array), array)
    same_array(roundtrip(array[:6].reshape(2, 3)), array[:6].reshape(2, 3))
    same_array(roundtrip(np.empty((0, 2), dtype=object)), np.empty((0, 2), dtype=object))


def test_integers_and_floats_stay_apart_in_the_text():
    assert json.dumps(encode([1, 1.0])["items"]) == "[1, 1.0]"
    assert encode([2**53])["items"] == [{"int": "0x20000000000000"}]


def test_numpy_scalars_within_objects_become_python_ones():
    array = np.array([np.float32(0.1), np.int64(3), np.bool_(True), np.str_("x"), np.longdouble(2), None], dtype=object)
    same_items(roundtrip(array).tolist(), [float(np.float32(0.1)), 3, True, "x", 2.0, None])
    date = roundtrip([np.datetime64("2020-01-01", "D"), np.timedelta64("NaT")])
    assert date[0] == np.datetime64("2020-01-01") and np.isnat(date[1]) and date[0].dtype == np.dtype("M8[D]")


def test_lists_tuples_and_scalars():
    for value in [[1, 2.5, None], (1, "a"), [], (), 3, 0.5, "text", None, True, ("a", "b")]:
        back = roundtrip(value)
        assert type(back) is type(value) and back == value
    assert encode(["a", "b"]) == {"kind": "texts", "items": ["a", "b"]}
    assert roundtrip(["a", "b"]) == ["a", "b"]


def test_nested_sequences():
    value = [("a", "b"), (), ["c", "d"], [[1], [2, 3]]]
    assert roundtrip(value) == value


def test_dicts():
    for value in [{}, {"b": 1, "a": 2.5}, {"": None, "\ud800": "x", "t": (1, "y")}, [{"a": 1}, {}, {"b": "c"}]]:
        back = roundtrip(value)
        assert back == value and type(back) is type(value)
    assert list(roundtrip({"b": 1, "a": 2})) == ["b", "a"]
    assert encode({"a": np.float64(0.5)}) == {"kind": "dict", "items": [["a", 0.5]]}


def test_lists_of_arrays():
    value = [np.arange(4.0).reshape(2, 2), np.array([1, 2])]
    back = roundtrip(value)
    assert type(back) is list
    for a, b in zip(back, value):
        same_array(a, b)
    assert type(roundtrip(tuple(value))) is tuple


def test_object_arrays_of_arrays():
    array = np.empty(2, dtype=object)
    array[0], array[1] = np.arange(3), np.arange(2.0)
    back = roundtrip(array)
    assert back.dtype == object and back.shape == (2,)
    same_array(back[0], array[0])
    same_array(back[1], array[1])
    equal = np.empty((1, 2), dtype=object)  # of one length: NumPy would like to make it 3-d
    equal[0, 0], equal[0, 1] = np.arange(3), np.arange(3)
    assert roundtrip(equal).shape == (1, 2)
