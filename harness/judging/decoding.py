"""Decodes outputs that guests send into values that can be compared.

`harness.guest.encoding` documents the encoding; this is the host's own implementation. Everything is checked: a
malformed value raises ValueError, so it can never pass as equal.
"""

from __future__ import annotations

import binascii
import functools
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.lib import format as npy

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Encoded: TypeAlias = Mapping[str, Any]

MAX_DEPTH = 16  # far deeper than a guest nests values


@dataclass(frozen=True, kw_only=True)
class Opaque:
    """A value that could not be sent as data; only the name of its type was."""

    type: str


@dataclass(frozen=True, kw_only=True)
class Missing:
    """pandas' NA or NaT."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Date:
    """A date or a duration within an object array, as NumPy counts it."""

    dtype: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A date, a decimal, ... of Python's standard library or pandas, by its text."""

    type: str
    text: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Dense:
    array: Array
    dtype: str  # of the original; the array is little-endian, and a longdouble's is float64
    container: str = "array"

    @property
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.array.shape
        return shape


@dataclass(frozen=True, kw_only=True)
class Items:
    """Python scalars in C order."""

    items: tuple[Any, ...]
    shape: tuple[int, ...]
    dtype: str
    container: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Sparse:
    """A 2-d array as the flat positions of its entries, ascending, and their values."""

    positions: Array
    values: Array
    shape: tuple[int, ...]
    dtype: str
    container: str  # "csc matrix"


@dataclass(frozen=True, eq=False, kw_only=True)
class Container:
    """A list, tuple or object array of values."""

    values: tuple[Value, ...]
    container: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Category:
    codes: Dense
    categories: Dense | Items
    ordered: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Frame:
    """A DataFrame, a Series as a frame of one column, or a dict as a frame of one row, its keys in order."""

    container: str  # "frame", "series" or "dict"
    names: tuple[Any, ...]
    columns: tuple[Value, ...]
    rows: int
    index: Value | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Extension:
    """A value, what it is, and what else belongs to it: see `harness.guest.extensions`."""

    name: str
    mark: str
    value: Value

    @property
    def container(self) -> str:
        return f"{self.name} {self.mark}".rstrip()


Value: TypeAlias = Extension | Dense | Items | Sparse | Container | Category | Frame | Opaque


def decode(encoded: Encoded, *, depth: int = MAX_DEPTH) -> Value:
    """Return the value that ``encoded`` stands for.

    Raises
    ------
    ValueError
        It is malformed, with what is wrong about it.
    """
    if depth <= 0:
        raise ValueError(f"an encoded value nests deeper than {MAX_DEPTH}")
    try:
        kind = encoded["kind"]
        return _DECODERS[kind](encoded, depth - 1)
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"malformed value of kind {encoded_kind(encoded)}: {type(error).__name__}: {error}") from error


def encoded_kind(encoded: Any) -> str:
    return str(encoded.get("kind")) if isinstance(encoded, Mapping) else type(encoded).__name__


def _dense(encoded: Encoded, _depth: int = 0) -> Dense:
    raw = binascii.a2b_base64(encoded["npy"])
    start = 10 + int.from_bytes(raw[8:10], "little")
    shape, dtype = _header(raw[:start])
    if len(raw) - start != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{len(raw) - start} bytes of data for shape {shape} and dtype {dtype.str}")
    array = (np.frombuffer(raw, dtype, offset=start) if len(raw) > start else np.empty(0, dtype)).reshape(shape)
    original = _text(encoded["dtype"])
    kind = original[1:2]
    if kind in ("m", "M") and dtype.str == "<i8":
        array = array.view(np.dtype(f"<{original[1:]}"))
    elif kind != dtype.kind:
        raise ValueError(f"data of dtype {dtype.str} that claim to be {original}")
    return Dense(array=array, dtype=original, container=_text(encoded.get("container", "array")))


@functools.lru_cache(maxsize=4096)
def _header(header: bytes) -> tuple[tuple[int, ...], np.dtype[Any]]:
    if header[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError("not an .npy file of version 1")
    shape, fortran, dtype = npy.read_array_header_1_0(io.BytesIO(header[8:]))
    if fortran or dtype.kind not in "fiubcUS" or dtype.itemsize == 0:
        raise ValueError(f"an .npy file in Fortran order or of dtype {dtype.str}")
    return shape, dtype


def _items(encoded: Encoded, _depth: int) -> Items:
    items = tuple(map(_item, encoded["items"]))
    container = _text(encoded["container"])
    shape = _shape(encoded["shape"])
    if math.prod(shape) != len(items):
        raise ValueError(f"{len(items)} items for shape {shape}")
    return Items(items=items, shape=shape, dtype=_text(encoded.get("dtype", "object")), container=container)


def _texts(encoded: Encoded, _depth: int) -> Items:
    items = tuple(map(_text, encoded["items"]))
    return Items(items=items, shape=(len(items),), dtype="object", container="list")


def _item(item: Any) -> Any:
    if item is None or isinstance(item, str | bool | int | float):
        return item
    ((tag, content),) = item.items()
    if tag not in _TAGS:
        raise ValueError(f"no item is tagged {tag!r}")
    return _TAGS[tag](content)


def _complex(parts: Sequence[Any]) -> complex:
    real, imag = map(_item, parts)
    return complex(real, imag)


_TAGS: dict[str, Callable[[Any], Any]] = {
    "int": lambda text: int(text, 16),
    "float": float,
    "complex": _complex,
    "bytes": binascii.a2b_base64,
    "datetime": lambda pair: Date(dtype=_text(pair[0]), count=int(_item(pair[1]))),
    "missing": lambda name: Missing(name=_text(name)),
    "tuple": lambda items: tuple(map(_item, items)),
    "typed": lambda pair: Typed(type=_text(pair[0]), text=_text(pair[1])),
    "opaque": lambda name: Opaque(type=_text(name)),
}


def _sparse(encoded: Encoded, _depth: int) -> Sparse:
    data, indices, indptr = (_dense(encoded[name]) for name in ("data", "indices", "indptr"))
    rows, columns = shape = _shape(encoded["shape"])
    if rows * columns >= 2**63:
        raise ValueError(f"a sparse matrix of shape {shape} has more places than can be counted")
    starts, where = indptr.array.astype(np.int64), indices.array.astype(np.int64)
    lengths = np.diff(starts)
    if starts.shape != (rows + 1,) or starts[0] != 0 or starts[-1] != len(where) or (lengths < 0).any():
        raise ValueError("an indptr that does not fit its indices")
    positions = np.repeat(np.arange(rows, dtype=np.int64), lengths) * columns + where
    outside = ((where < 0) | (where >= columns)).any()
    if outside or data.shape != positions.shape or (np.diff(positions) <= 0).any():
        raise ValueError("indices that are not canonical")
    container = f"{_text(encoded['format'])} {_text(encoded['container'])}"
    return Sparse(positions=positions, values=data.array, shape=shape, dtype=data.dtype, container=container)


def _container(encoded: Encoded, depth: int) -> Container:
    values = tuple(decode(item, depth=depth) for item in encoded["items"])
    container = _text(encoded["container"])
    if container != "array":
        return Container(values=values, container=container)
    shape = _shape(encoded["shape"])
    if math.prod(shape) != len(values):
        raise ValueError(f"{len(values)} arrays for shape {shape}")
    return Container(values=values, container=f"object array of shape {shape}")


def _listed(side: Dense | Items) -> list[Any]:
    if isinstance(side, Items):
        return list(side.items)
    if side.array.dtype.kind in "mM":
        return [Date(dtype=side.dtype, count=count) for count in side.array.view(np.int64).ravel().tolist()]
    return list(side.array.ravel().tolist())


def _plain(value: Extension) -> Dense | Items:
    """Categories of an extension type as plain items."""
    inner = value.value
    sides = inner.values if isinstance(inner, Container) else (inner,)
    lists = [_listed(side) for side in sides if isinstance(side, Dense | Items)]
    if len(lists) != len(sides):
        raise ValueError(f"categories of {value.container} that are no arrays")
    items = tuple((value.container, *parts) for parts in zip(*lists, strict=True))
    return Items(items=items, shape=(len(items),), dtype="object", container="array")


def _category(encoded: Encoded, depth: int) -> Category:
    codes, categories = _dense(encoded["codes"]), decode(encoded["categories"], depth=depth)
    if isinstance(categories, Extension):  # intervals of a cut
        categories = _plain(categories)
    if not isinstance(categories, Dense | Items):
        raise ValueError("categories that are no array")  # noqa: TRY004  # the value is wrong, not our call
    size = math.prod(categories.shape)
    if codes.array.ndim != 1 or codes.array.dtype.kind != "i" or ((codes.array < -1) | (codes.array >= size)).any():
        raise ValueError("codes outside the categories")
    return Category(codes=codes, categories=categories, ordered=bool(encoded["ordered"]))


def _frame(encoded: Encoded, depth: int) -> Frame:
    index = None if encoded["index"] is None else decode(encoded["index"], depth=depth)
    columns = encoded["columns"]
    return Frame(
        container="frame",
        names=tuple(_item(column["name"]) for column in columns),
        columns=tuple(decode(column["value"], depth=depth) for column in columns),
        rows=int(encoded["rows"]),
        index=index,
    )


def _series(encoded: Encoded, depth: int) -> Frame:
    index = None if encoded["index"] is None else decode(encoded["index"], depth=depth)
    column = decode(encoded["value"], depth=depth)
    name = _item(encoded["name"])
    return Frame(container="series", names=(name,), columns=(column,), rows=-1, index=index)


def _dict(encoded: Encoded, _depth: int) -> Frame:
    pairs = [(_text(name), _item(item)) for name, item in encoded["items"]]
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a dict with a key that is there twice")
    pairs.sort(key=lambda pair: repr(pair[0]))
    values = tuple(Items(items=(item,), shape=(), dtype="object", container="scalar") for _, item in pairs)
    return Frame(container="dict", names=tuple(name for name, _ in pairs), columns=values, rows=1, index=None)


def _mapping(encoded: Encoded, depth: int) -> Frame:
    keys = [_item(key) for key in encoded["keys"]]
    values = [decode(value, depth=depth) for value in encoded["values"]]
    pairs = sorted(zip(keys, values, strict=True), key=lambda pair: repr(pair[0]))
    names = tuple(key for key, _ in pairs)
    return Frame(container="dict", names=names, columns=tuple(value for _, value in pairs), rows=1, index=None)


def _extension(encoded: Encoded, depth: int) -> Extension:
    value = decode(encoded["value"], depth=depth)
    return Extension(name=_text(encoded["name"]), mark=_text(encoded["mark"]), value=value)


def _opaque(encoded: Encoded, _depth: int) -> Opaque:
    return Opaque(type=_text(encoded["type"]))


def _shape(shape: Any) -> tuple[int, ...]:
    if not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"{shape!r} is no shape")
    return tuple(shape)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no string")  # noqa: TRY004  # the value is wrong, not our call
    return value


_DECODERS: dict[str, Callable[[Encoded, int], Value]] = {
    "dense": _dense,
    "objects": _items,
    "texts": _texts,
    "csr": _sparse,
    "list": _container,
    "category": _category,
    "frame": _frame,
    "series": _series,
    "dict": _dict,
    "mapping": _mapping,
    "extension": _extension,
    "opaque": _opaque,
}
