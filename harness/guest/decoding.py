"""What `harness.guest.encoding` wrote, as values again; what the dicts hold is said there.

Imports: as in `harness.guest.encoding`; SciPy and pandas for values that were theirs.
"""

import binascii
import datetime
import decimal
import functools
import io

from . import extensions
from .encoding import MASKED, MAX_DEPTH, NPY_MAGIC, portable


class NotSentError(ValueError):
    """Something was not sent: only the name of its type was."""


def decode(obj):
    """Return a value equal to the one that was encoded. Strings of pandas come back with dtype object.

    Arrays are writable and in C order, and a 0-d array comes back as the NumPy scalar.

    Raises
    ------
    NotSentError
        Something in it is opaque.
    ValueError
        It is of a kind that is not known, or nested too deep.
    """
    return _decode(obj, 2 * MAX_DEPTH + 1)  # an extension is a level more than it costs the encoder


def _decode(obj, depth):
    if depth <= 0:
        raise ValueError("an encoded value nests deeper than %d" % MAX_DEPTH)
    kind = obj["kind"]
    if kind == "opaque":
        raise NotSentError("a value of type %s cannot be sent" % obj["type"])
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise ValueError("no kind %r of encoded value" % (kind,))
    return decoder(obj, depth - 1)


def _decode_dense(obj, depth):
    import numpy as np

    array = _from_npy(obj["npy"])
    dtype = portable(obj["dtype"])
    if dtype != array.dtype.str:
        array = _restore(array, dtype)
    if obj.get("container") == "matrix":
        return array.view(np.matrix)
    return array[()] if array.ndim == 0 else array


def _from_npy(text):
    import numpy as np

    raw = binascii.a2b_base64(text)
    start = 10 + int.from_bytes(raw[8:10], "little")
    shape, dtype = _parse_header(raw[:start])
    if len(raw) == start:
        return np.empty(shape, dtype)
    return np.frombuffer(raw, dtype=dtype, offset=start).reshape(shape).copy()


@functools.lru_cache(maxsize=1024)
def _parse_header(header):
    from numpy.lib import format as npy

    if header[:8] != NPY_MAGIC:
        raise ValueError("not an .npy file of version 1")
    shape, fortran, dtype = npy.read_array_header_1_0(io.BytesIO(header[8:]))
    if fortran or dtype.hasobject:
        raise ValueError("an .npy file in Fortran order or with Python objects")
    return shape, dtype


def _restore(array, dtype):
    import numpy as np

    try:
        wanted = np.dtype(dtype)
    except TypeError:  # a longdouble of another platform
        return array
    if wanted.kind in "mM":
        array = array.view(wanted.newbyteorder("<"))
    return array.astype(wanted)


def _decode_objects(obj, depth):
    items = [_decode_item(item) for item in obj["items"]]
    container = obj["container"]
    if container == "scalar":
        return items[0]
    if container != "array":
        return tuple(items) if container == "tuple" else items
    if obj["dtype"] in MASKED:
        import pandas

        return pandas.array(items, dtype=obj["dtype"])
    return _object_array(items, obj["shape"])


def _object_array(items, shape):
    import numpy as np

    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):  # one by one: NumPy would spread a sequence
        array[i] = item
    return array.reshape(shape)


def _decode_item(item):
    if not isinstance(item, dict):
        return item
    ((tag, content),) = item.items()
    if tag == "int":
        return int(content, 16)
    if tag == "float":
        return float(content)
    if tag == "complex":
        return complex(*(_decode_item(part) for part in content))
    if tag == "bytes":
        return binascii.a2b_base64(content)
    if tag == "tuple":
        return tuple(_decode_item(part) for part in content)
    if tag == "datetime":
        import numpy as np

        return np.array(_decode_item(content[1]), dtype="<i8").view(content[0].replace(">", "<"))[()]
    if tag == "typed":
        return _decode_typed(*content)
    if tag == "missing":
        import pandas

        return getattr(pandas, content)
    raise NotSentError("an item of type %s cannot be sent" % content)


def _decode_typed(name, text):
    if name == "pandas.Timestamp":
        import pandas

        return pandas.Timestamp(text)
    if name == "datetime.timedelta":
        return datetime.timedelta(*map(int, text.split()))
    return decimal.Decimal(text) if name == "decimal.Decimal" else _DATES[name].fromisoformat(text)


_DATES = {
    "datetime.datetime": datetime.datetime,
    "datetime.date": datetime.date,
    "datetime.time": datetime.time,
}


def _decode_mapping(obj, depth):
    return {_decode_item(key): _decode(value, depth) for key, value in zip(obj["keys"], obj["values"])}


def _decode_extension(obj, depth):
    if obj["name"] != "frame":
        return extensions.decode(obj, _decode(obj["value"], depth))
    columns = obj["value"]["columns"]
    taken = [(one["name"], one["value"]["mark"], _decode(one["value"]["value"], depth)) for one in columns]
    return extensions.decode_polars(obj, taken)


def _decode_list(obj, depth):
    items = [_decode(item, depth) for item in obj["items"]]
    if obj["container"] == "array":
        return _object_array(items, obj["shape"])
    return tuple(items) if obj["container"] == "tuple" else items


def _decode_csr(obj, depth):
    from scipy import sparse

    parts = tuple(_decode_dense(obj[name], depth) for name in ("data", "indices", "indptr"))
    wanted = "csr_array" if obj["container"] == "array" else "csr_matrix"
    build = getattr(sparse, wanted, sparse.csr_matrix)  # SciPy has had sparse arrays since 1.8
    return build(parts, shape=tuple(obj["shape"])).asformat(obj["format"])


def _decode_frame(obj, depth):
    import pandas

    series = [_series(column["value"], None, depth) for column in obj["columns"]]
    index = pandas.RangeIndex(obj["rows"]) if obj["index"] is None else pandas.Index(_decode(obj["index"], depth))
    frame = pandas.DataFrame(dict(enumerate(series)), index=pandas.RangeIndex(obj["rows"]))
    frame.index = index
    names = [_decode_item(column["name"]) for column in obj["columns"]]
    frame.columns = pandas.Index(names, dtype=None if names else object)
    return frame


def _decode_series(obj, depth):
    return _series(obj["value"], obj["index"], depth).rename(_decode_item(obj["name"]))


def _series(value, index, depth):
    import pandas

    data = _decode(value, depth)
    # dtype object, said aloud: pandas 3 would make strings of it.
    dtype = object if getattr(data, "dtype", None) == object else None
    return pandas.Series(data, dtype=dtype, index=None if index is None else pandas.Index(_decode(index, depth)))


def _decode_category(obj, depth):
    import pandas

    categories = pandas.Index(_decode(obj["categories"], depth))
    return pandas.Categorical.from_codes(_decode_dense(obj["codes"], depth), categories, ordered=obj["ordered"])


_DECODERS = {
    "dense": _decode_dense,
    "objects": _decode_objects,
    "texts": lambda obj, depth: list(obj["items"]),
    "dict": lambda obj, depth: {name: _decode_item(item) for name, item in obj["items"]},
    "mapping": _decode_mapping,
    "extension": _decode_extension,
    "list": _decode_list,
    "csr": _decode_csr,
    "frame": _decode_frame,
    "series": _decode_series,
    "category": _decode_category,
}
