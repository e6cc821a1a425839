"""Values that are more than an array arrive as they were sent."""

import datetime
import decimal
import importlib.util
import json
import unittest

from guest import encoding
from guest.decoding import decode
from guest.encoding import encode, encode_output, within_message

try:
    import numpy as np
    import pandas
except ImportError:
    raise unittest.SkipTest("no pandas here")

DAYS = pandas.date_range("2024-01-01", periods=3, tz="Europe/Berlin")
COLUMNS = {
    "zoned": pandas.Series(DAYS),
    "zoned and missing": pandas.Series([DAYS[0], pandas.NaT]),
    "period": pandas.Series(pandas.period_range("2024-01", periods=3, freq="M")),
    "interval": pandas.Series(pandas.interval_range(0, 3)),
    "sparse": pandas.Series(pandas.arrays.SparseArray([0.0, 0.0, 1.5], fill_value=0.0)),
    "category of dates": pandas.Series(pandas.Categorical(list(DAYS.tz_localize(None)))),
    "nullable": pandas.Series([1, None], dtype="Int64"),
}


def roundtrip(value):
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


def test_columns_of_pandas():
    for name, column in COLUMNS.items():
        back = roundtrip(column.rename("a"))
        assert str(back.dtype) == str(column.dtype), (name, back.dtype)
        pandas.testing.assert_series_equal(back, column.rename("a"))
        pandas.testing.assert_frame_equal(roundtrip(pandas.DataFrame({"a": column})), pandas.DataFrame({"a": column}))


def test_columns_of_arrow():
    if importlib.util.find_spec("pyarrow") is None or not hasattr(pandas, "ArrowDtype"):
        raise unittest.SkipTest("no pyarrow here")
    column = pandas.Series([1, None], dtype="int64[pyarrow]")
    pandas.testing.assert_series_equal(roundtrip(column), column)


def test_indexes():
    for index in (DAYS, pandas.Index([1, 2]), pandas.RangeIndex(2)):
        assert list(roundtrip(index)) == list(index)


def test_frames_of_polars():
    if importlib.util.find_spec("polars") is None:
        raise unittest.SkipTest("no polars here")
    import polars

    frame = polars.DataFrame(
        {
            "i": [1, 2],
            "n": [1, None],
            "f": [0.5, float("nan")],
            "s": ["a", None],
            "b": [True, False],
            "d": [datetime.date(2024, 1, 1), None],
            "t": [datetime.datetime(2024, 1, 1, 12), datetime.datetime(1999, 1, 1)],
            "l": [[1, 2], [3]],
        }
    )
    zoned = frame["t"].dt.replace_time_zone("UTC").alias("z")
    frame = frame.with_columns([zoned, frame["s"].cast(polars.Categorical).alias("c")])
    back = roundtrip(frame)
    assert back.schema == frame.schema and str(back) == str(frame), (back, frame)
    assert str(roundtrip(frame["f"])) == str(frame["f"])


def test_structured_and_masked_arrays():
    array = np.array([(1, 0.5, "a"), (2, 1.5, "b")], dtype=[("i", "<i4"), ("f", "<f8"), ("s", "<U1")])
    assert roundtrip(array).dtype == array.dtype and (roundtrip(array) == array).all()
    masked = np.ma.MaskedArray([1.0, 2.0], mask=[False, True])
    assert (roundtrip(masked).mask == masked.mask).all() and roundtrip(masked)[0] == 1.0


def test_containers_of_any_kind():
    values = [
        {1: "a", "b": 2.0}, {"a": [1, {"b": None}]}, [{"a": 1}, {"b": "x"}], {("a", 1): [1.5]},
        [datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, 1), datetime.timedelta(1, 2, 3), decimal.Decimal("1.10")],
    ]  # fmt: skip
    for value in values:
        assert roundtrip(value) == value, value
    array = np.empty(2, dtype=object)
    array[0], array[1] = [1, 2], {"a": 1}
    assert roundtrip(array).tolist() == [[1, 2], {"a": 1}]


def test_what_is_too_large_says_so():
    before = encoding.MOST_BYTES, encoding.MOST_OF_ALL
    encoding.MOST_BYTES, encoding.MOST_OF_ALL = 800, 1500
    try:
        large = {
            "a": np.zeros(101),
            "b": [np.zeros(50)] * 3,
            "c": pandas.DataFrame(np.zeros((101, 1))),
            "d": np.zeros(99),
        }
        sent = {name: encode_output(value) for name, value in large.items()}
        assert "numpy.ndarray, too large to be carried (808 bytes)" in sent["a"]["type"]
        assert [one["kind"] for one in sent.values()] == ["opaque", "opaque", "opaque", "dense"]
        sent = within_message({"a": encode(np.zeros(90)), "b": encode(np.zeros(90)), "c": encode(np.zeros(1))})
        assert [one["kind"] for one in sent.values()] == ["dense", "opaque", "dense"]
    finally:
        encoding.MOST_BYTES, encoding.MOST_OF_ALL = before
