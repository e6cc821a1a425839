"""A value encoded, sent as JSON and decoded again; and how the tests of it compare."""

import json
import sys
import unittest

from guest.decoding import decode
from guest.encoding import encode


def roundtrip(value):
    text = json.dumps(encode(value), allow_nan=False)
    return decode(json.loads(text))


def optional(name):
    try:
        __import__(name)
    except ImportError:
        raise unittest.SkipTest("no %s here" % name)
    return sys.modules[name]


def same_array(a, b):
    assert type(a) is type(b), (type(a), type(b))
    assert a.dtype == b.dtype and a.dtype.byteorder == b.dtype.byteorder, (a.dtype, b.dtype)
    assert a.shape == b.shape, (a.shape, b.shape)
    if a.dtype.kind == "O":
        same_items(a.ravel().tolist(), b.ravel().tolist())
    else:
        assert a.tobytes() == b.tobytes(), (a, b)


def same_items(a, b):
    assert len(a) == len(b)
    for x, y in zip(a, b):
        assert type(x) is type(y), (x, y)
        assert x == y or (x != x and y != y), (x, y)
