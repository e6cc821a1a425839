"""What differs between two decoded outputs: the rules of parity for each kind of value. Pure.

A change of dtype within a family (``<i8`` to ``<i4``, ``<U4`` to object) or of container (sparse to dense, list to
tuple) with equal values is close, never identical. A change of family (labels 1 to 1.0, True to 1, "1" to 1) is drift
even if the values are equal, because whoever uses the output sees it. So is another kind of value (a frame to an
array), another shape, and whatever cannot be compared.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from harness.model import Parity
from harness.parity.decoding import Array, Category, Dense, Frame, Group, Items, Missing, Opaque, Sparse, Value
from harness.parity.elements import (
    Difference,
    Places,
    ToleranceOf,
    drift,
    merged,
    named,
    of_arrays,
    of_items,
    show,
    to_items,
)


def difference(  # noqa: PLR0911  # a table of kinds
    reference: Value, output: Value, *, noun: str, tolerance: ToleranceOf
) -> Difference:
    """Compare two values; ``noun`` is what their elements are called in findings ("labels", "values")."""
    match reference, output:
        case Opaque(), Opaque():
            return drift(f"cannot be compared: {reference.type}, {output.type}")
        case (Opaque(), _) | (_, Opaque()):
            return drift(f"cannot be compared: {_kind(reference)} -> {_kind(output)}")
        case (Dense() | Items(), Dense() | Items()):
            return _arrays(reference, output, noun, tolerance)
        case (Dense() | Sparse(), Dense() | Sparse()):  # two dense ones were taken above
            return _sparse(reference, output, noun, tolerance)
        case Group(), Group():
            return _groups(reference, output, noun, tolerance)
        case Category(), Category():
            return _categories(reference, output, noun, tolerance)
        case Frame(), Frame():
            return _frames(reference, output, noun, tolerance)
    return drift(f"type {_kind(reference)} -> {_kind(output)}")


def _kind(value: Value) -> str:
    if isinstance(value, Opaque):
        return value.type
    if isinstance(value, Category):
        return "category"
    return value.container


def _noted(found: Difference, notes: list[str]) -> Difference:
    """Add what changed beside the values; with such a change nothing is identical."""
    if not notes:
        return found
    if found.parity is Parity.IDENTICAL:
        return replace(found, parity=Parity.CLOSE, findings=(", ".join([*notes, "values equal"]),))
    return replace(found, findings=(", ".join([*notes, *found.findings[:1]]), *found.findings[1:]))


def _changes(**pairs: tuple[str, str]) -> list[str]:
    return [f"{what} {old} -> {new}" for what, (old, new) in pairs.items() if old != new]


def _arrays(reference: Dense | Items, output: Dense | Items, noun: str, tolerance: ToleranceOf) -> Difference:
    if reference.shape != output.shape:
        return drift(f"shape {reference.shape} -> {output.shape}")
    notes = _changes(
        type=(reference.container, output.container),
        dtype=(reference.dtype, output.dtype),
    )
    places = Places(shape=reference.shape, noun=noun)
    if isinstance(reference, Dense) and isinstance(output, Dense):
        return _noted(of_arrays(reference, output, places, tolerance), notes)
    return _noted(of_items(to_items(reference), to_items(output), places, tolerance), notes)


def _sparse(reference: Dense | Sparse, output: Dense | Sparse, noun: str, tolerance: ToleranceOf) -> Difference:
    """By the places where either has an entry: a hashed text has a million columns."""
    if reference.shape != output.shape:
        return drift(f"shape {reference.shape} -> {output.shape}")
    old, new = _entries(reference), _entries(output)
    if old is None or new is None:
        return drift(f"type {_kind(reference)} -> {_kind(output)}, dtype {reference.dtype} -> {output.dtype}")
    positions = np.union1d(old[0], new[0])
    b, a = (
        Dense(array=_spread(positions, *side), dtype=dtype)
        for side, dtype in ((old, reference.dtype), (new, output.dtype))
    )
    places = Places(shape=reference.shape, noun=noun, positions=positions)
    notes = _changes(
        type=(_kind(reference), _kind(output)),
        dtype=(reference.dtype, output.dtype),
    )
    return _noted(of_arrays(b, a, places, tolerance), notes)


def _entries(value: Dense | Sparse) -> tuple[Array, Array] | None:
    if isinstance(value, Sparse):
        return value.positions, value.values
    if value.array.dtype.kind not in "fiubc":
        return None
    flat = value.array.ravel()
    positions = np.flatnonzero(flat != 0)  # NaN is an entry
    return positions, flat[positions]


def _spread(positions: Array, own: Array, values: Array) -> Array:
    spread = np.zeros(len(positions), dtype=values.dtype)
    spread[np.searchsorted(positions, own)] = values
    return spread


def _prefixed(prefix: str, found: Difference) -> Difference:
    return replace(found, findings=tuple(f"{prefix}: {finding}" for finding in found.findings))


def _groups(reference: Group, output: Group, noun: str, tolerance: ToleranceOf) -> Difference:
    if len(reference.values) != len(output.values):
        return drift(f"{len(reference.values)} outputs -> {len(output.values)}")
    pairs = zip(reference.values, output.values, strict=True)
    parts = [
        _prefixed(f"output {i}", difference(old, new, noun=noun, tolerance=tolerance))
        for i, (old, new) in enumerate(pairs)
    ]
    return _noted(merged(parts), _changes(type=(reference.container, output.container)))


def _categories(reference: Category, output: Category, noun: str, tolerance: ToleranceOf) -> Difference:
    if reference.codes.shape != output.codes.shape:
        return drift(f"shape {reference.codes.shape} -> {output.codes.shape}")
    found = _arrays(_labels(reference), _labels(output), noun, tolerance)
    own = _arrays(reference.categories, output.categories, noun, tolerance)
    notes = _changes(ordered=(str(reference.ordered), str(output.ordered)))
    if own.parity is not Parity.IDENTICAL:
        notes.append("categories differ")
    return _noted(found, notes)


def _labels(value: Category) -> Items:
    categories = to_items(value.categories).items
    missing = Missing(name="no category")
    items = tuple(missing if code < 0 else categories[code] for code in value.codes.array.tolist())
    return Items(items=items, shape=value.codes.shape, dtype="category", container="array")


def _frames(reference: Frame, output: Frame, noun: str, tolerance: ToleranceOf) -> Difference:
    if reference.container != output.container:
        return drift(f"type {reference.container} -> {output.container}")
    old, new = (reference.rows, len(reference.columns)), (output.rows, len(output.columns))
    if old != new:
        return drift(f"shape {old} -> {new}")
    for i, (name, now) in enumerate(zip(reference.names, output.names, strict=True)):
        if named(name) != named(now):
            same = sorted(map(repr, reference.names)) == sorted(map(repr, output.names))
            return drift(f"{'order' if same else 'names'} of the columns: column {i} is {show(name)} -> {show(now)}")
    columns = zip(reference.names, reference.columns, output.columns, strict=True)
    parts = [
        _prefixed(f"column {show(name)}", difference(b, a, noun=noun, tolerance=tolerance)) for name, b, a in columns
    ]
    index = _prefixed("index", _index(reference, output, tolerance))
    return merged([*parts, Difference(parity=index.parity, findings=index.findings)])


def _index(reference: Frame, output: Frame, tolerance: ToleranceOf) -> Difference:
    if reference.index is None and output.index is None:
        return Difference()
    old, new = (_range(frame) if frame.index is None else frame.index for frame in (reference, output))
    return difference(old, new, noun="labels", tolerance=tolerance)


def _range(frame: Frame) -> Dense:
    """The index 0, 1, 2, ... that stands for none."""
    column = frame.columns[0] if frame.columns else None
    if frame.rows >= 0:
        rows = frame.rows
    elif isinstance(column, Category):
        rows = math.prod(column.codes.shape)
    else:
        rows = math.prod(column.shape) if isinstance(column, Dense | Items) else 0
    return Dense(array=np.arange(rows, dtype=np.int64), dtype="<i8")
