"""Values as JSON: data on its way into a model, outputs on their way out. `harness.guest.decoding` is the way back.

Every encoded value is a dict with a ``kind``:

dense     ``dtype`` (of the original, ``"<f8"``, ``">f8"``, ``"<M8[ns]"``, where ``<`` is the byte order of the machine
          that it was on and ``>`` the other), ``npy`` (base64 of .npy version 1, little-endian, C order), ``container``
          "matrix" for ``numpy.matrix`` only. Dates travel as int64, longdouble as float64 (its further bits are lost).
          NumPy scalars are dense of shape ().
objects   ``shape``, ``items`` (see below), ``container`` "array", "list", "tuple" or "scalar", and ``dtype``
          ("object", or pandas' name of it such as "Int64") for arrays.
texts     ``items``: a list of str.
csr       ``shape``, ``data``, ``indices``, ``indptr`` (dense), ``format`` and ``container`` ("matrix" or "array") of
          the original. Duplicates are summed, indices sorted, explicit zeros kept.
list      ``items`` (encoded values), ``container`` "list", "tuple", or "array" with its ``shape``.
dict      ``items``: pairs of a str and an item, in their order.
mapping   ``keys`` (items), ``values`` (encoded): any other dict.
extension a column of pandas or polars, a structured array: see `harness.guest.extensions`.
frame     ``columns``: a list of {``name`` (an item), ``value``}; ``rows``; ``index``: a value, null for 0, 1, 2, ...
series    ``name`` (an item), ``value``, ``index`` as in a frame.
category  ``codes`` (dense, -1 is missing), ``categories`` (a value), ``ordered``.
opaque    ``type``: the qualified name of something that cannot travel, and whether it is too large.

An item is a JSON string, bool, null, integer below 2**53 or finite float (always with a point or an exponent), or a
dict with one key that says what it is: ``int`` (hexadecimal), ``float`` ("nan", "inf", "-inf"), ``complex`` (two
items), ``bytes`` (base64), ``datetime`` ([dtype, int]), ``missing`` ("NA" or "NaT"), ``tuple`` (items), ``typed``
([a type of the standard library or pandas' Timestamp, its text]), ``opaque`` (a type's name).

Nothing is pickled, and no method of an object of unknown type is called, not even to name it: what a model returns
may be hostile. Exact types only, therefore: a subclass may mean something else by its values.

Imports: the standard library; NumPy inside functions; SciPy and pandas only where the value is already theirs.
"""

import binascii
import datetime
import decimal
import functools
import sys

from . import extensions

#: Containers within containers. A list that contains itself ends here.
MAX_DEPTH = 6
_EXACT = 2**53  # integers below it survive JSON readers that know only doubles
NPY_MAGIC = b"\x93NUMPY\x01\x00"
_PLAIN = frozenset({str, bool, int, float, complex, bytes, type(None)})
#: Bytes of one output, and of JSON of all that one event carries. A line of a guest may have 256 MiB.
MOST_BYTES = 48 * 2**20
MOST_OF_ALL = 160 * 2**20
#: Types of the standard library whose text is all that they hold.
_TYPED = {
    datetime.datetime: ("datetime.datetime", datetime.datetime.isoformat),
    datetime.date: ("datetime.date", datetime.date.isoformat),
    datetime.time: ("datetime.time", datetime.time.isoformat),
    datetime.timedelta: ("datetime.timedelta", lambda one: "%d %d %d" % (one.days, one.seconds, one.microseconds)),
    decimal.Decimal: ("decimal.Decimal", str),
}
#: pandas' types with a mask beside the values; everything else of pandas' own is a string, a category, or opaque.
MASKED = frozenset(
    {"boolean", "Float32", "Float64"} | {k + b for k in ("Int", "UInt") for b in ("8", "16", "32", "64")}
)


def encode(value):
    """Return ``value`` as JSON-able data; what cannot travel becomes "opaque"."""
    return _encode(value, MAX_DEPTH)


def encode_output(value):
    """Return one output as `encode` does; what is too large to be sent is opaque, and says so."""
    held = _held(value, 3)
    return _too_large(type_name(value), held) if held > MOST_BYTES else encode(value)


def within_message(encoded):
    """Encoded values by name, as many as one message may hold. The others are opaque, and say so."""
    left, kept = MOST_OF_ALL, {}
    for name, value in encoded.items():
        size = _size(value)
        kept[name] = _too_large("an output", size) if size > left else value
        left -= 0 if size > left else size
    return kept


def _held(value, depth):
    """About how many bytes a value holds, before it is encoded."""
    import numpy as np

    cls = type(value)
    if cls is np.ndarray:
        return int(value.nbytes)
    if cls in (list, tuple, dict) and depth > 0:
        return sum(_held(v, depth - 1) for v in (value.values() if cls is dict else value)) + 8 * len(value)
    if _is_sparse(cls):
        return int(value.nnz) * 16
    if cls is getattr(sys.modules.get("pandas"), "DataFrame", None):
        return int(value.memory_usage(index=False).sum())
    return 0


def _size(encoded):
    """About how long its JSON is."""
    if isinstance(encoded, dict):
        return sum(map(_size, encoded.values())) + 16 * len(encoded)
    if isinstance(encoded, list):
        return sum(map(_size, encoded)) + 2 * len(encoded)
    return len(encoded) if isinstance(encoded, str) else 16


def _too_large(name, size):
    return {"kind": "opaque", "type": "%s, too large to be carried (%d bytes)" % (name, size)}


def type_name(value):
    """The qualified name of the type of ``value``, without asking anything of it or its metaclass."""
    cls = type(value)
    qualname = type.__dict__["__qualname__"].__get__(cls)
    module = type.__dict__["__module__"].__get__(cls)
    if type(module) is not str or module == "builtins":
        return str(qualname)
    return "%s.%s" % (module, qualname)


def portable(dtype, byteorder=sys.byteorder):
    """A dtype in which ``<`` is this machine's own byte order and ``>`` the other, from one in which ``<`` is little;
    and the reverse. What is native on one machine is native on the next: nobody hands a model foreign numbers."""
    if byteorder == "little" or dtype[:1] not in ("<", ">"):
        return dtype
    return (">" if dtype[0] == "<" else "<") + dtype[1:]


def _encode(value, depth):
    import numpy as np

    cls = type(value)
    if cls is np.ndarray:
        return _array(value, depth)
    if cls in _scalar_types():
        return _array(np.asarray(value), depth)
    if _is_item(value):
        return {"kind": "objects", "container": "scalar", "shape": [], "items": [_item(value)]}
    if depth <= 0:
        return _opaque(value)
    if cls is dict:
        return _dict(value, depth)
    if cls is list or cls is tuple:
        return _sequence(value, cls.__name__, depth)
    if cls is np.ma.MaskedArray:
        return extensions.masked(value, depth, _BY)
    if cls is np.memmap:
        return _array(np.asarray(value), depth)
    if cls is np.matrix:
        return dict(_array(np.asarray(value), depth), container="matrix")
    if _is_sparse(cls):
        return _sparse(value)
    return _pandas(value, depth)


def _opaque(value):
    return {"kind": "opaque", "type": type_name(value)}


def _array(array, depth):
    kind = array.dtype.kind
    if kind == "V" and array.dtype.names and array.ndim and depth > 0:
        return extensions.structured(array, depth, _BY)
    if kind in "fiubcUSmM":
        return _dense(array)
    if kind == "O":
        return _objects(array, depth)
    if kind == "T":  # NumPy 2's strings of variable width
        return dict(_objects(array.astype(object), depth), dtype="StringDType")
    return {"kind": "opaque", "type": "numpy.ndarray of kind %s" % kind}


def _dense(array):
    dtype = array.dtype
    descr = dtype.str
    original = portable(descr)
    kind = dtype.kind
    if kind in "mM":
        array, descr = array.astype("<i8"), "<i8"
    elif (kind == "f" and dtype.itemsize > 8) or (kind == "c" and dtype.itemsize > 16):
        array, descr = _narrowed(array, kind)
    elif dtype.itemsize == 0:
        descr = "<U1" if kind == "U" else "|S1"
        array = array.astype(descr)
    elif descr[0] == ">":
        array, descr = array.astype(dtype.newbyteorder("<")), "<" + descr[1:]
    raw = _npy_header(descr, array.shape) + array.tobytes()
    return {"kind": "dense", "dtype": original, "npy": binascii.b2a_base64(raw, newline=False).decode("ascii")}


def _narrowed(array, kind):
    import numpy as np

    descr = "<f8" if kind == "f" else "<c16"
    with np.errstate(all="ignore"):
        return array.astype(descr), descr


@functools.lru_cache(maxsize=1024)
def _npy_header(descr, shape):
    text = "{'descr': %r, 'fortran_order': False, 'shape': %r, }" % (descr, tuple(shape))
    text += " " * (-(len(NPY_MAGIC) + 2 + len(text) + 1) % 64) + "\n"
    return NPY_MAGIC + len(text).to_bytes(2, "little") + text.encode("latin-1")


def _objects(array, depth):
    import numpy as np

    flat = array.ravel(order="C").tolist()
    shape = [int(n) for n in array.shape]
    if depth > 0 and any(type(v) in (np.ndarray, list, dict) for v in flat):  # ragged, as of radius_neighbors
        return {"kind": "list", "container": "array", "shape": shape, "items": [_encode(v, depth - 1) for v in flat]}
    items = [_item(v) for v in flat]
    return {"kind": "objects", "container": "array", "dtype": "object", "shape": shape, "items": items}


def _sequence(values, container, depth):
    if container == "list" and values and all(type(v) is str for v in values):
        return {"kind": "texts", "items": list(values)}
    if all(map(_is_item, values)):
        items = [_item(v) for v in values]
        return {"kind": "objects", "container": container, "shape": [len(items)], "items": items}
    return {"kind": "list", "container": container, "items": [_encode(v, depth - 1) for v in values]}


def _dict(value, depth):
    if all(map(_is_item, value.values())) and all(type(name) is str for name in value):
        return {"kind": "dict", "items": [[name, _item(v)] for name, v in value.items()]}
    values = [_encode(v, depth - 1) for v in value.values()]
    return {"kind": "mapping", "keys": [_item(name) for name in value], "values": values}


def _is_item(value):
    """Whether a value is an item by itself."""
    cls = type(value)
    return cls in _PLAIN or cls in _TYPED or cls in _scalar_types() or bool(_missing(value)) or _is_timestamp(cls)


def _is_timestamp(cls):
    return cls is getattr(sys.modules.get("pandas"), "Timestamp", None)


def _item(value, depth=2):
    cls = type(value)
    if cls is str or cls is bool or value is None:
        return value
    if cls is int:
        return value if -_EXACT < value < _EXACT else {"int": hex(value)}
    if cls is float:
        return value if value - value == 0 else {"float": str(value)}
    if cls is complex:
        return {"complex": [_item(value.real), _item(value.imag)]}
    if cls is bytes:
        return {"bytes": binascii.b2a_base64(value, newline=False).decode("ascii")}
    if cls is tuple and depth > 0:  # a name of a column, where columns have levels
        return {"tuple": [_item(v, depth - 1) for v in value]}
    if cls in _TYPED:
        name, text = _TYPED[cls]
        return {"typed": [name, text(value)]}
    if cls in _scalar_types():
        return _numpy_item(value)
    if _is_timestamp(cls):
        return {"typed": ["pandas.Timestamp", value.isoformat()]}
    missing = _missing(value)
    return {"missing": missing} if missing else {"opaque": type_name(value)}


def _numpy_item(value):
    kind = value.dtype.kind
    if kind in "mM":
        return {"datetime": [portable(value.dtype.str), _item(int(value.astype("<i8")))]}
    if kind == "f":
        return _item(float(value))  # item() of a longdouble is a longdouble
    if kind == "c":
        return _item(complex(value))
    return _item(value.item()) if kind in "biuUS" else {"opaque": type_name(value)}


@functools.lru_cache(maxsize=None)
def _scalar_types():
    import numpy as np

    return frozenset(np.sctypeDict.values())


def _missing(value):
    pandas = sys.modules.get("pandas")
    if pandas is None or value is None:
        return None
    if value is getattr(pandas, "NA", None):
        return "NA"
    return "NaT" if value is getattr(pandas, "NaT", None) else None


def _is_sparse(cls):
    sparse = sys.modules.get("scipy.sparse")
    name = type.__dict__["__name__"].__get__(cls)
    return name.endswith(("_matrix", "_array")) and getattr(sparse, name, None) is cls


def _sparse(value):
    import numpy as np

    if len(value.shape) != 2 or value.dtype.kind not in "fiubc":
        return _opaque(value)
    csr = value.tocsr(copy=True)
    csr.sum_duplicates()
    narrow = max(*csr.shape, csr.nnz) < 2**31
    index = np.dtype("i4" if narrow else "i8")  # whatever SciPy chose: it is no part of the value
    return {
        "kind": "csr",
        "shape": [int(n) for n in csr.shape],
        "data": _dense(csr.data),
        "indices": _dense(csr.indices.astype(index)),
        "indptr": _dense(csr.indptr.astype(index)),
        "format": value.format,
        "container": "array" if type(value).__name__.endswith("_array") else "matrix",
    }


def _pandas(value, depth):
    pandas = sys.modules.get("pandas")
    cls = type(value)

    of_polars = extensions.polars(value, depth, _BY)
    if of_polars is not None:
        return of_polars
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return _opaque(value)
    if cls is pandas.DataFrame:
        columns = [
            {"name": _item(name), "value": _column(value.iloc[:, i], depth - 1)} for i, name in enumerate(value.columns)
        ]
        index = _index(value.index, depth - 1)
        return {"kind": "frame", "columns": columns, "rows": len(value), "index": index}
    if cls is pandas.Series:
        index = _index(value.index, depth - 1)
        return {"kind": "series", "name": _item(value.name), "value": _column(value, depth - 1), "index": index}
    if cls is pandas.Categorical:
        return _column(pandas.Series(value), depth - 1)
    return extensions.pandas_index(value, depth, _BY) or _opaque(value)


def _column(series, depth):
    import numpy as np

    dtype = series.dtype
    if issubclass(type(dtype), np.dtype):
        return _array(series.to_numpy(), depth)
    if not type_name(dtype).startswith("pandas."):
        return _opaque(series.array)
    name = dtype.name
    if name == "category":
        categories = _column(series.cat.categories.to_series(), depth)
        codes = _dense(series.cat.codes.to_numpy())
        return {"kind": "category", "codes": codes, "categories": categories, "ordered": bool(series.cat.ordered)}
    if name in MASKED or name.startswith("str"):
        return dict(_objects(series.to_numpy(dtype=object), depth), dtype=name)

    return extensions.pandas_column(series, depth, _BY) or _opaque(series.array)


def _index(index, depth):
    import pandas

    if type(index) is pandas.RangeIndex and index.start == 0 and index.step == 1:
        return None
    return _column(index.to_series(), depth)


_BY = extensions.Encoders(_encode, _array, _objects, _column, _sequence)
