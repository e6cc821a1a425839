"""A false 'identical' is the worst bug: what is identical, and that the fast way agrees with the slow one."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from harness.judging import OutputComparison

from tests.judging.common import FRAME, IDENTICAL, NOTHING, check, objects, slow, sparse

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
    "dicts": ([{"city": "Oslo", "degrees": 1.5}, {}], True, True),
    "tuple of arrays": ((np.array([0.5]), np.array([0.5])), True, False),
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
    assert found == OutputComparison(
        parity=IDENTICAL,
        compared=("predict",),
        differing=(),
        max_abs_diff=number,
        max_rel_diff=number,
        max_ulp_diff=number,
        label_mismatch=0.0 if discrete else None,
        findings=(),
        sentences=(),
        tolerance_used=number,
    )


@pytest.mark.parametrize("name", IDENTICALS)
def test_the_fast_way_says_what_the_slow_way_says(name):
    value, numeric, discrete = IDENTICALS[name]
    found = slow(value)
    assert found.parity is IDENTICAL
    assert (found.max_abs, found.max_rel, found.max_ulp) == ((0.0,) * 3 if numeric else (None,) * 3)
    assert found.mismatch == (0.0 if discrete else None)


def test_nans_of_any_bits_are_identical():
    found = check(np.array([0.0, np.nan]), np.array([0.0, -np.nan]), NOTHING)
    assert found.parity is IDENTICAL and found.max_ulp_diff == 0
