"""What differs between two arrays of one shape, element by element. Pure.

Floating-point numbers are *numeric*: they may differ within a tolerance, unless the method's outputs are labels.
Everything else is *discrete* and must be equal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.judging.decoding import Array, Date, Dense, Items, Missing, Opaque, Typed
from harness.judging.difference import Difference, Places, Rules, drift, incomparable, merged, show
from harness.judging.numbers import compare_numbers
from harness.terms import Finding, Parity

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAMILIES = {
    "f": "float", "c": "complex", "i": "integer", "u": "integer", "b": "bool",
    "U": "string", "S": "bytes", "M": "date", "m": "duration",
}  # fmt: skip
_NUMBERS = frozenset({"float", "complex", "integer", "bool"})
_NUMERIC = frozenset({"float", "complex"})
_NAMED = 4  # types of what could not be sent
_TYPES: dict[type, str] = {
    str: "string", bool: "bool", int: "integer", float: "float", complex: "complex", bytes: "bytes",
    Date: "date", Typed: "typed", Missing: "missing", Opaque: "opaque", tuple: "tuple", type(None): "None",
}  # fmt: skip


def family(dtype: str) -> str:
    return _FAMILIES[dtype[1]]


def is_numeric(dtype: str) -> bool:
    return family(dtype) in _NUMERIC


def named(item: Any) -> tuple[str, Any]:
    """An item with its family, to be compared: 1, 1.0 and True are equal to Python, and different here.

    NaN equals NaN. An opaque value equals nothing, not even itself.
    """
    name = _TYPES[type(item)]
    if name == "tuple":
        return name, tuple(map(named, item))
    if name == "complex":
        return name, (named(item.real), named(item.imag))
    if name == "opaque":
        return name, object()
    if name == "date":
        return name, _moment(item)
    return name, "NaN" if item != item else item  # noqa: PLR0124  # that is what NaN is


_SECOND = 10**18  # in attoseconds, the least unit of NumPy
_UNITS = {
    "W": 604_800 * _SECOND, "D": 86_400 * _SECOND, "h": 3_600 * _SECOND, "m": 60 * _SECOND, "s": _SECOND,
    "ms": 10**15, "us": 10**12, "ns": 10**9, "ps": 10**6, "fs": 10**3, "as": 1,
}  # fmt: skip


def _moment(item: Date) -> tuple[str, int, str]:
    """A date or duration whatever unit it is counted in: pandas 3 counts microseconds, older ones nanoseconds."""
    dtype = np.dtype(f"<{item.dtype[1:]}")
    unit, many = np.datetime_data(dtype)
    if item.count == np.iinfo(np.int64).min or unit not in _UNITS:  # NaT, or months
        return dtype.kind, item.count, "" if item.count == np.iinfo(np.int64).min else unit
    return dtype.kind, item.count * many * _UNITS[unit], "as"


def compare_arrays(reference: Dense, output: Dense, places: Places, rules: Rules) -> Difference:
    """Compare two arrays of the same number of elements."""
    b, a = reference.array.ravel(), output.array.ravel()
    dtypes = reference.dtype, output.dtype
    families = family(reference.dtype), family(output.dtype)
    if families[0] != families[1]:
        return _compare_families(b, a, families, places, rules)
    if rules.exact or families[0] not in _NUMERIC:
        return _compare_labels(b, a, _unequal(b, a), places)
    if families[0] == "complex":
        positions = np.arange(len(b)) if places.positions is None else places.positions
        parts = Places(shape=places.shape, noun="parts", positions=np.repeat(positions, 2), parts=2)
        return compare_numbers(_components(b), _components(a), parts, rules, dtypes)
    return compare_numbers(b, a, places, rules, dtypes)


def _unequal(b: Array, a: Array) -> Array:
    try:
        different = np.asarray(b != a)
    except TypeError:  # durations in months against some in days
        return np.ones(len(b), dtype=np.bool_)
    if b.dtype.kind in "mM":
        return different & ~(np.isnat(b) & np.isnat(a))
    return different & ~(np.isnan(b) & np.isnan(a)) if b.dtype.kind in "fc" else different


def _components(array: Array) -> Array:
    return np.ascontiguousarray(array).view(np.dtype(f"<f{array.dtype.itemsize // 2}"))


def _compare_families(b: Array, a: Array, families: tuple[str, str], places: Places, rules: Rules) -> Difference:
    """Compare arrays of different families: always drift, but close if a converted model has equal values."""
    comparable = _NUMBERS.issuperset(families)
    different = np.asarray(b != a) if comparable else np.ones(len(b), dtype=np.bool_)
    found = _compare_labels(b, a, different, places)
    if rules.converted and comparable and not found.findings:
        sentence = f"{families[0]} became {families[1]}, values equal"
        mismatch = None if _NUMERIC.issuperset(families) else found.mismatch
        return Difference(
            parity=Parity.CLOSE, mismatch=mismatch, findings=frozenset({Finding.DTYPE}), sentences=(sentence,)
        )
    values = found.sentences or ("values equal",)
    kind = rules.drifting if families[0] in _NUMERIC and not rules.exact else Finding.LABELS
    return Difference(
        parity=Parity.DRIFT,
        mismatch=None if _NUMERIC.issuperset(families) else found.mismatch,
        findings=frozenset({Finding.DTYPE, kind} if found.findings else {Finding.DTYPE}),
        sentences=(f"{families[0]} became {families[1]}, {values[0]}",),
    )


def _compare_labels(b: Sequence[Any] | Array, a: Sequence[Any] | Array, different: Array, places: Places) -> Difference:
    count = int(np.count_nonzero(different))
    if not count:
        return Difference(mismatch=0.0)
    first = int(np.argmax(different))
    example = f"first{places.at(first)}: {show(b[first])} -> {show(a[first])}"
    found = drift(Finding.LABELS, f"{count} of {places.total} {places.noun} differ, {example}")
    return replace(found, mismatch=count / places.total)


def to_items(value: Dense | Items) -> Items:
    if isinstance(value, Items):
        return value
    flat = value.array.ravel()
    if flat.dtype.kind in "mM":
        items: list[Any] = [Date(dtype=value.dtype, count=count) for count in flat.view(np.int64).tolist()]
    else:
        items = flat.tolist()
    return Items(items=tuple(items), shape=value.shape, dtype=value.dtype, container=value.container)


def compare_items(reference: Items, output: Items, places: Places, rules: Rules) -> Difference:
    """Compare two sequences of Python scalars of one length: floats as numbers; all others must be equal."""
    pairs = list(zip(reference.items, output.items, strict=True))
    numeric = [not rules.exact and type(b) is float and type(a) is float for b, a in pairs]
    parts = []
    if any(numeric):
        where = np.flatnonzero(numeric)
        dtypes = _float_dtype(reference), _float_dtype(output)
        precision = np.dtype(f"<f{min(int(dtypes[0][2:]), 8)}")
        b = np.array([pairs[i][0] for i in where], dtype=precision)
        a = np.array([pairs[i][1] for i in where], dtype=np.float64)
        parts.append(
            compare_numbers(b, a, Places(shape=places.shape, noun=places.noun, positions=where), rules, dtypes)
        )
    if not all(numeric):
        where = np.flatnonzero(np.logical_not(numeric))
        there = Places(shape=places.shape, noun=places.noun, positions=where)
        parts.append(_compare_discrete([pairs[i] for i in where], there))
    return merged(parts)


def _float_dtype(value: Items) -> str:
    """Python's floats are doubles, unless they stood in an array of another precision."""
    return value.dtype if value.dtype[1:2] == "f" and value.dtype[0] in "<>" else "<f8"


def _compare_discrete(pairs: list[tuple[Any, Any]], places: Places) -> Difference:
    unequal = [named(b) != named(a) for b, a in pairs]
    unknown = [apart and is_unknown(b, a) for apart, (b, a) in zip(unequal, pairs, strict=True)]
    different = np.array(unequal, dtype=np.bool_) & ~np.array(unknown, dtype=np.bool_)
    found = _compare_labels([b for b, _ in pairs], [a for _, a in pairs], different, places)
    if found.mismatch:
        kinds = {_kind(*pairs[i]) for i in np.flatnonzero(different)}
        found = replace(found, mismatch=float(different.mean()), findings=frozenset(kinds))
    opaque = sorted({name for pair, lost in zip(pairs, unknown, strict=True) if lost for name in _opaque(pair)})
    if not opaque:
        return found
    more = f" and {len(opaque) - _NAMED} more types" if len(opaque) > _NAMED else ""
    return merged([found, incomparable(f"cannot be compared: {', '.join(opaque[:_NAMED])}{more}")])


def is_unknown(b: Any, a: Any) -> bool:
    """Whether two items that are not equal may be so, because of what could not be sent."""
    if isinstance(b, tuple) and isinstance(a, tuple) and len(b) == len(a):
        return all(named(x) == named(y) or is_unknown(x, y) for x, y in zip(b, a, strict=True))
    return isinstance(b, Opaque) or isinstance(a, Opaque)


def _opaque(item: Any) -> list[str]:
    """The types of what could not be sent."""
    if isinstance(item, tuple):
        return [name for part in item for name in _opaque(part)]
    return [item.type] if isinstance(item, Opaque) else []


def _kind(b: Any, a: Any) -> Finding:
    return Finding.MISSING if _is_missing(b) != _is_missing(a) else Finding.LABELS


def _is_missing(item: Any) -> bool:
    return item is None or isinstance(item, Missing) or item != item  # noqa: PLR0124  # that is what NaN is
