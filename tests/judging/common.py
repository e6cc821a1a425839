"""Values as they arrive from a guest, and how the tests compare them."""

from __future__ import annotations

import json

import numpy as np
import pandas

from harness.guest.encoding import encode
from harness.terms import Parity, Tolerance
from harness.judging import OutputComparison, compare
from harness.judging.comparison import make_rules
from harness.judging.decoding import decode
from harness.judging.kinds import difference

IDENTICAL, CLOSE, DRIFT = Parity
TIGHT = Tolerance(rtol=1e-9, atol=0.0)
NOTHING = Tolerance(rtol=0.0, atol=0.0)


def wire(value):
    """A value as it arrives: encoded by a guest, through JSON."""
    encoded = value if isinstance(value, dict) else encode(value)
    return json.loads(json.dumps(encoded))


def csr(data, indices, indptr, shape, format="csr", container="matrix"):  # noqa: A002
    """What a guest sends for a sparse matrix; the host has no SciPy."""
    parts = {"data": np.asarray(data), "indices": np.asarray(indices, "i4"), "indptr": np.asarray(indptr, "i4")}
    encoded = {name: encode(part) for name, part in parts.items()}
    return {"kind": "csr", "shape": list(shape), "format": format, "container": container, **encoded}


def sparse(dense, **kind):
    dense = np.asarray(dense)
    rows, columns = np.nonzero(dense)
    indptr = np.searchsorted(rows, np.arange(len(dense) + 1))
    return csr(dense[rows, columns], columns, indptr, dense.shape, **kind)


def check(reference, output, tolerance: Tolerance = TIGHT, method: str = "predict") -> OutputComparison:
    return compare({method: wire(reference)}, {method: wire(output)}, tolerance=lambda *_: tolerance)


def slow(reference, tolerance: Tolerance = TIGHT):
    one = decode(wire(reference))
    return difference(one, one, make_rules("transform", lambda *_: tolerance))


def objects(*items, shape=None):
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array if shape is None else array.reshape(shape)


ONES = np.array([1, 0, 1])
FRAME = pandas.DataFrame({"x": [1.5, np.nan], "n": [1, 2], "s": ["a", None], "c": pandas.Categorical(["u", "v"])})
