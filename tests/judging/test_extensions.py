"""Columns of extension types, structured arrays and dicts of any kind: what is the same, and what is not."""

from __future__ import annotations

import datetime
import decimal

import numpy as np
import pandas
import pytest

from harness.judging.decoding import decode

from tests.judging.common import CLOSE, DRIFT, IDENTICAL, TIGHT, check, slow, wire

DAYS = pandas.date_range("2024-01-01", periods=2, tz="Europe/Berlin")
RECORDS = np.array([(1, 0.5)], dtype=[("i", "<i4"), ("f", "<f8")])
PAIRS = [
    (pandas.Series(DAYS), pandas.Series(DAYS + pandas.Timedelta("1h"))),
    (pandas.Series(DAYS), pandas.Series(DAYS.tz_convert("UTC"))),
    (pandas.DataFrame({"a": DAYS}), pandas.DataFrame({"a": DAYS[::-1]})),
    (pandas.Series(pandas.period_range("2024-01", periods=2, freq="M")), pandas.Series(pandas.period_range("2024-01", periods=2, freq="D"))),
    (pandas.Series(pandas.interval_range(0, 2)), pandas.Series(pandas.interval_range(0, 2, closed="left"))),
    (pandas.Series(pandas.arrays.SparseArray([0.0, 1.5])), pandas.Series(pandas.arrays.SparseArray([0.0, 1.6]))),
    (pandas.cut([1, 3], 2), pandas.cut([1, 4], 2)),
    (pandas.Index([1, 2]), pandas.Index([1, 3])),
    (RECORDS, np.array([(1, 0.75)], dtype=RECORDS.dtype)),
    (np.ma.MaskedArray([1.0, 2.0], [False, True]), np.ma.MaskedArray([1.0, 2.0], [False, False])),
    ([{1: "a", 2: 0.5}], [{1: "a", 2: 0.75}]),
    ([{1: "a"}], [{"1": "a"}]),
    ([{"a": [1.5], "b": {"c": None}}], [{"a": [1.5], "b": {"c": 1}}]),
    ([{"a": 1}, {"b": 2}], [{"a": 1}, {"b": 3}]),
    ([datetime.date(2024, 1, 1)], [datetime.date(2024, 1, 2)]),
    ([datetime.date(2024, 1, 1)], [datetime.datetime(2024, 1, 1)]),
    ([decimal.Decimal("1.0")], [decimal.Decimal("1.00")]),
    ([DAYS[0]], [DAYS[1]]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_it_is_identical_to_itself_and_drifts_from_another(old, new):
    assert check(old, old, method="transform").parity is IDENTICAL
    assert slow(old).parity is IDENTICAL
    found = check(old, new, method="transform")
    assert found.parity is DRIFT and "incomparable" not in found.findings


def test_dates_are_the_same_in_any_unit():
    days = pandas.DatetimeIndex(["2024-01-01", None])
    nano, micro = (days.astype(f"datetime64[{unit}]") for unit in ("ns", "us"))
    for make in (pandas.Series, pandas.Categorical):
        assert check(make(nano), make(micro)).parity is CLOSE
    assert check(pandas.Series(nano), pandas.Series(micro + pandas.Timedelta("1us"))).parity is DRIFT


def test_rounding_within_a_container_is_close():
    assert check([{1: 1.0}], [{1: 1.0 + 1e-12}], TIGHT).parity is CLOSE
    assert check(RECORDS, np.array([(1, 0.5 + 1e-13)], dtype=RECORDS.dtype), TIGHT).parity is CLOSE


@pytest.mark.parametrize(
    "encoded",
    [
        {"kind": "extension"},
        {"kind": "extension", "name": "zoned", "mark": 7, "value": wire(1)},
        {"kind": "extension", "name": "zoned", "mark": "UTC", "value": {"kind": "x"}},
        {"kind": "mapping", "keys": ["a"], "values": []},
        {"kind": "mapping", "keys": [{"nonsense": 1}], "values": [wire(1)]},
        {"kind": "objects", "container": "scalar", "shape": [], "items": [{"typed": ["x"]}]},
        {"kind": "objects", "container": "scalar", "shape": [], "items": [{"typed": [1, "x"]}]},
    ],
)
def test_what_is_malformed_is_told(encoded):
    with pytest.raises(ValueError, match="malformed|no string|kind|tagged|shorter"):
        decode(encoded)
