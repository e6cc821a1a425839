"""Values that are more than an array: columns of pandas' extension types, polars, structured and masked arrays.

Each is ``{"kind": "extension", "name", "mark", "value"}``: what it is, what else belongs to it, and an encoded value of
`harness.guest.encoding`. Two are equal if all three are.

zoned        dates with a time zone, as those of UTC; mark: the zone's name
period       the dates at which periods begin; mark: the frequency
interval     a tuple of left and right ends; mark: which ends belong to it
sparse       the dense array of a sparse column; mark: the fill value
items        any other column of pandas, if its items can travel; mark: the dtype
index        an index of pandas as an output
structured   a mapping of the fields' names to arrays
masked       a tuple of data, 0 where masked, and mask
polars       a column; mark: the dtype. Dates and durations are integers, categories are strings
frame        a list of columns of polars, with their names; mark: "polars"

Imports: as in `harness.guest.encoding`.
"""

import collections
import sys

#: What pandas prefixes: these have names that tell them apart, in every version.
_INDEXES = (
    "Index",
    "RangeIndex",
    "DatetimeIndex",
    "TimedeltaIndex",
    "PeriodIndex",
    "CategoricalIndex",
    "IntervalIndex",
)
_RENAMED = {"Utf8": "String"}


#: How `harness.guest.encoding` encodes what an extension is made of. Each takes a depth, too.
Encoders = collections.namedtuple("Encoders", ["value", "array", "objects", "column", "sequence"])


def extension(name, mark, value):
    return {"kind": "extension", "name": name, "mark": mark, "value": value}


def pandas_column(series, depth, by):
    """A column of an extension type of pandas; None if it cannot travel."""
    import numpy as np

    dtype = series.dtype
    kind = type(dtype).__name__
    if kind == "DatetimeTZDtype":
        dates = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return extension("zoned", str(dtype.tz), by.array(dates, depth))
    if kind == "PeriodDtype":
        return extension("period", dtype.name, by.array(series.dt.to_timestamp().to_numpy(), depth))
    if kind == "IntervalDtype":
        ends = [pandas_side(series.array, side, depth, by) for side in ("left", "right")]
        return extension("interval", str(series.array.closed), {"kind": "list", "container": "tuple", "items": ends})
    if kind == "SparseDtype":
        return extension("sparse", str(dtype.fill_value), by.array(np.asarray(series.array), depth))
    items = by.objects(series.to_numpy(dtype=object), depth)
    if items["kind"] == "objects" and any(isinstance(item, dict) and "opaque" in item for item in items["items"]):
        return None
    return extension("items", dtype.name, items)


def pandas_side(array, side, depth, by):
    import pandas

    return by.column(pandas.Series(getattr(array, side)), depth)


def pandas_index(value, depth, by):
    """An index that is an output."""
    pandas = sys.modules["pandas"]
    if not any(type(value) is getattr(pandas, name, None) for name in _INDEXES):
        return None
    return extension("index", "", by.column(value.to_series(), depth))


def structured(array, depth, by):
    names = list(array.dtype.names)
    values = [by.value(array[name], depth - 1) for name in names]
    return extension("structured", "", {"kind": "mapping", "keys": names, "values": values})


def masked(array, depth, by):
    import numpy as np

    mask = np.ma.getmaskarray(array)
    parts = [by.array(np.array(array.filled(0)), depth), by.array(mask, depth)]
    return extension("masked", "", {"kind": "list", "container": "tuple", "items": parts})


def polars(value, depth, by):
    """A DataFrame or a Series of polars; None if it is neither."""
    pl = sys.modules.get("polars")
    if pl is None or not hasattr(pl, "DataFrame"):
        return None
    if type(value) is pl.Series:
        return extension("frame", "polars series", _polars_columns([value], depth, by))
    if type(value) is pl.DataFrame:
        return extension("frame", "polars", _polars_columns(value.get_columns(), depth, by))
    return None


def _polars_columns(columns, depth, by):
    named = [{"name": one.name, "value": _polars_column(one, depth, by)} for one in columns]
    return {"kind": "frame", "columns": named, "rows": len(columns[0]) if columns else 0, "index": None}


def _polars_column(series, depth, by):
    mark = polars_mark(series.dtype)
    head = mark.partition("[")[0]
    if head in ("Categorical", "Enum"):
        series = series.cast(sys.modules["polars"].Utf8)
    elif head in ("Date", "Datetime", "Duration", "Time"):
        series = series.to_physical()
    if head not in ("List", "Array", "Struct", "Object", "String", "Binary") and not series.null_count():
        array = series.to_numpy()
        if array.dtype.kind in "fiub":
            return extension("polars", mark, by.array(array, depth))
    return extension("polars", mark, by.sequence(series.to_list(), "tuple", depth))


def polars_mark(dtype):
    """The name of a dtype as every version writes it, with the unit and zone of dates."""
    head = str(dtype).partition("(")[0]
    head = _RENAMED.get(head, head)
    if head in ("Datetime", "Duration"):
        zone = getattr(dtype, "time_zone", None)
        return "%s[%s%s]" % (head, dtype.time_unit, ", %s" % zone if zone else "")
    return head


def decode(obj, value):
    """The value that `extension` was made of, ``value`` being decoded already. Raises ValueError."""
    import numpy as np

    name, mark = obj["name"], obj["mark"]
    if name == "structured":
        fields = [(key, part.dtype, part.shape[1:]) for key, part in value.items()]
        first = next(iter(value.values()))
        array = np.empty(first.shape[:1], dtype=fields)
        for key, part in value.items():
            array[key] = part
        return array
    if name == "masked":
        return np.ma.MaskedArray(value[0], mask=value[1])
    if name in ("frame", "polars"):
        return value
    import pandas

    if name == "zoned":
        return pandas.DatetimeIndex(value).tz_localize("UTC").tz_convert(mark).array
    if name == "period":
        return pandas.DatetimeIndex(value).to_period(mark[len("period[") : -1]).array
    if name == "interval":
        return pandas.arrays.IntervalArray.from_arrays(value[0], value[1], closed=mark)
    if name == "sparse":
        return pandas.arrays.SparseArray(value, fill_value=_fill_value(value.dtype, mark))
    if name == "items":
        return pandas.array(list(value), dtype=mark)
    if name == "index":
        return pandas.Index(value)
    raise ValueError("no extension %r" % (name,))


def _fill_value(dtype, mark):
    return mark == "True" if dtype.kind == "b" else dtype.type(mark).item()


def decode_polars(obj, columns):
    """A frame or series of polars, from its columns: name, mark and decoded value."""
    import polars as pl

    series = [_polars_series(pl, *column) for column in columns]
    return series[0] if obj["mark"] == "polars series" else pl.DataFrame(series)


def _polars_series(pl, name, mark, value):
    head, _, rest = mark.rstrip("]").partition("[")
    values = value if hasattr(value, "dtype") else list(value)
    if head in ("Datetime", "Duration"):
        unit, _, zone = rest.partition(", ")
        dtype = pl.Datetime(unit, zone or None) if head == "Datetime" else pl.Duration(unit)
        return pl.Series(name, values, dtype=pl.Int64).cast(dtype)
    if head in ("Date", "Time"):
        return pl.Series(name, values, dtype=pl.Int32 if head == "Date" else pl.Int64).cast(getattr(pl, head))
    if head == "Categorical":
        return pl.Series(name, values, dtype=pl.Utf8).cast(pl.Categorical)
    if head in ("List", "Array", "Struct", "Enum"):
        return pl.Series(name, values)
    return pl.Series(name, values, dtype=pl.Utf8 if head == "String" else getattr(pl, head))
