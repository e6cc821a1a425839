"""The rules, as properties of any values."""

from __future__ import annotations

import math

import hypothesis
import numpy as np
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as arrays

from harness.terms import Tolerance

from tests.judging.common import CLOSE, DRIFT, IDENTICAL, NOTHING, check, objects, slow, sparse

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
TABLES = arrays.arrays(
    st.sampled_from(["<f8", "<f4", "<i8", "|b1", "<U3"]), arrays.array_shapes(max_dims=2, max_side=4)
)


@given(TABLES, TABLES)
def test_identical_means_equal_in_every_respect(a, b):
    same = a.dtype == b.dtype and a.shape == b.shape
    equal = same and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    signs = equal and (a.dtype.kind != "f" or np.array_equal(np.signbit(a[a == 0]), np.signbit(b[b == 0])))
    found = check(a, b, NOTHING)
    assert (found.parity is IDENTICAL) == signs  # zeros of another sign are close
    assert equal == (not found.findings)  # with no tolerance, whatever else differs is a finding


def test_zeros_of_another_sign_are_close_and_no_finding():
    found = check(np.array([0.0, 1.0]), np.array([-0.0, 1.0]), NOTHING)
    assert (found.parity, found.findings) == (CLOSE, ())


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
    finite = [(a, b) for a, b in zip(output, reference, strict=True) if math.isfinite(a) and math.isfinite(b)]
    assert (found.tolerance_used <= 1) == all(within(a, b) for a, b in finite)
    assert (found.tolerance_used == 0) == all(a == b for a, b in finite)


@given(TABLES, st.data())
def test_one_change_is_never_overlooked(a, data):
    place = tuple(data.draw(st.integers(0, n - 1)) for n in a.shape)
    b = a.copy()
    b[place] = data.draw(arrays.from_dtype(a.dtype))
    hypothesis.assume(not (a[place] == b[place] or (a[place] != a[place] and b[place] != b[place])))
    found = check(a, b, NOTHING)
    assert found.parity is DRIFT and len(found.sentences) == 1 and found.findings


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
    assert found.sentences == dense.sentences


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
