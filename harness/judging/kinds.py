"""What differs between two decoded outputs: the rules of parity for each kind of value. Pure.

A change of dtype within a family (``<i8`` to ``<i4``, ``<U4`` to object) or of container (sparse to dense, list to
tuple) with equal values is close, never identical. A change of family (labels 1 to 1.0, True to 1, "1" to 1) is drift
even if the values are equal, because users of the output notice it. Another kind of value (a frame to an array),
and another shape are drift, too.

Of what could not be sent, on one side or on both, nobody knows whether it differs: it is incomparable, never drift.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from harness.judging.arrays import compare_arrays, compare_items, is_unknown, named, to_items
from harness.judging.decoding import (
    Array,
    Category,
    Container,
    Dense,
    Extension,
    Frame,
    Items,
    Missing,
    Opaque,
    Sparse,
    Value,
)
from harness.judging.difference import Difference, Places, Rules, drift, incomparable, merged, show
from harness.terms import Finding, Parity

#: What changed besides the values, each with its words.
Notes: TypeAlias = list[tuple[Finding, str]]


def difference(reference: Value, output: Value, rules: Rules) -> Difference:  # noqa: PLR0911  # a table of kinds
    """Compare two values."""
    match reference, output:
        case (Opaque(), _) | (_, Opaque()):
            kinds = dict.fromkeys((_kind(reference), _kind(output)))
            return incomparable(f"cannot be compared: {' -> '.join(kinds)}")
        case (Dense() | Items(), Dense() | Items()):
            return _arrays(reference, output, rules)
        case (Dense() | Sparse(), Dense() | Sparse()):  # two dense ones were taken above
            return _sparse(reference, output, rules)
        case Container(), Container():
            return _containers(reference, output, rules)
        case Extension(), Extension():
            return _extensions(reference, output, rules)
        case Category(), Category():
            return _categories(reference, output, rules)
        case Frame(), Frame():
            return _frames(reference, output, rules)
    return drift(Finding.CONTAINER, f"type {_kind(reference)} -> {_kind(output)}")


def _kind(value: Value) -> str:
    if isinstance(value, Opaque):
        return value.type
    if isinstance(value, Category):
        return "category"
    return value.container


def _noted(found: Difference, notes: Notes) -> Difference:
    """Add what changed besides the values; with such a change nothing is identical."""
    if not notes:
        return found
    findings = found.findings.union(kind for kind, _ in notes)
    words = [text for _, text in notes]
    if found.parity is Parity.IDENTICAL:
        return replace(found, parity=Parity.CLOSE, findings=findings, sentences=(", ".join([*words, "values equal"]),))
    first = ", ".join([*words, *found.sentences[:1]])
    return replace(found, findings=findings, sentences=(first, *found.sentences[1:]))


def _changed(reference: Dense | Items | Sparse, output: Dense | Items | Sparse) -> Notes:
    notes = []
    if _kind(reference) != _kind(output):
        notes.append((Finding.CONTAINER, f"type {_kind(reference)} -> {_kind(output)}"))
    if reference.dtype != output.dtype:
        notes.append((Finding.DTYPE, f"dtype {reference.dtype} -> {output.dtype}"))
    return notes


def _arrays(reference: Dense | Items, output: Dense | Items, rules: Rules) -> Difference:
    if reference.shape != output.shape:
        return drift(Finding.SHAPE, f"shape {reference.shape} -> {output.shape}")
    notes = _changed(reference, output)
    places = Places(shape=reference.shape, noun=rules.noun)
    if isinstance(reference, Dense) and isinstance(output, Dense):
        return _noted(compare_arrays(reference, output, places, rules), notes)
    return _noted(compare_items(to_items(reference), to_items(output), places, rules), notes)


def _sparse(reference: Dense | Sparse, output: Dense | Sparse, rules: Rules) -> Difference:
    """Compare the positions where either has an entry: a hashed text has a million columns."""
    if reference.shape != output.shape:
        return drift(Finding.SHAPE, f"shape {reference.shape} -> {output.shape}")
    old, new = _entries(reference), _entries(output)
    if old is None or new is None:
        what = f"type {_kind(reference)} -> {_kind(output)}, dtype {reference.dtype} -> {output.dtype}"
        return replace(drift(Finding.CONTAINER, what), findings=frozenset({Finding.CONTAINER, Finding.DTYPE}))
    positions = np.union1d(old[0], new[0])
    b, a = (
        Dense(array=_spread(positions, *side), dtype=dtype)
        for side, dtype in ((old, reference.dtype), (new, output.dtype))
    )
    places = Places(shape=reference.shape, noun=rules.noun, positions=positions)
    return _noted(compare_arrays(b, a, places, rules), _changed(reference, output))


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
    return replace(found, sentences=tuple(f"{prefix}: {sentence}" for sentence in found.sentences))


def _containers(reference: Container, output: Container, rules: Rules) -> Difference:
    if len(reference.values) != len(output.values):
        return drift(Finding.SHAPE, f"{len(reference.values)} outputs -> {len(output.values)}")
    pairs = zip(reference.values, output.values, strict=True)
    parts = [_prefixed(f"output {i}", difference(old, new, rules)) for i, (old, new) in enumerate(pairs)]
    notes = []
    if reference.container != output.container:
        notes.append((Finding.CONTAINER, f"type {reference.container} -> {output.container}"))
    return _noted(merged(parts), notes)


def _extensions(reference: Extension, output: Extension, rules: Rules) -> Difference:
    if reference.container != output.container:
        return drift(Finding.DTYPE, f"type {reference.container} -> {output.container}")
    return difference(reference.value, output.value, rules)


def _categories(reference: Category, output: Category, rules: Rules) -> Difference:
    if reference.codes.shape != output.codes.shape:
        return drift(Finding.SHAPE, f"shape {reference.codes.shape} -> {output.codes.shape}")
    found = _arrays(_labels(reference), _labels(output), rules)
    own = _arrays(reference.categories, output.categories, rules)
    if own.parity is None:
        return merged([found, own])
    notes = []
    if reference.ordered != output.ordered:
        notes.append((Finding.DTYPE, f"ordered {reference.ordered} -> {output.ordered}"))
    if own.parity is not Parity.IDENTICAL:
        notes.append((Finding.DTYPE, "categories differ"))
    return _noted(found, notes)


def _labels(value: Category) -> Items:
    categories = to_items(value.categories).items
    missing = Missing(name="no category")
    items = tuple(missing if code < 0 else categories[code] for code in value.codes.array.tolist())
    return Items(items=items, shape=value.codes.shape, dtype="category", container="array")


def _frames(reference: Frame, output: Frame, rules: Rules) -> Difference:
    if reference.container != output.container:
        return drift(Finding.CONTAINER, f"type {reference.container} -> {output.container}")
    old, new = (reference.rows, len(reference.columns)), (output.rows, len(output.columns))
    if old != new:
        return drift(Finding.SHAPE, f"shape {old} -> {new}")
    unknown = []
    for i, (name, now) in enumerate(zip(reference.names, output.names, strict=True)):
        if is_unknown(name, now):
            unknown.append(incomparable(f"cannot be compared: the name of column {i}"))
        elif named(name) != named(now):
            same = sorted(map(repr, reference.names)) == sorted(map(repr, output.names))
            what = "order" if same else "names"
            return drift(Finding.NAMES, f"{what} of the columns: column {i} is {show(name)} -> {show(now)}")
    columns = zip(reference.names, reference.columns, output.columns, strict=True)
    parts = [_prefixed(f"column {show(name)}", difference(b, a, rules)) for name, b, a in columns]
    return merged([*parts, *unknown[:1], _prefixed("index", _index(reference, output, rules))])


def _index(reference: Frame, output: Frame, rules: Rules) -> Difference:
    """Compare the names of rows, like those of columns: exactly, and without figures, since they are no outputs."""
    if reference.index is None and output.index is None:
        return Difference()
    old, new = (_range(frame) if frame.index is None else frame.index for frame in (reference, output))
    found = difference(old, new, replace(rules, noun="labels", exact=True))
    kept = (Finding.DTYPE, Finding.CONTAINER, Finding.INCOMPARABLE)
    findings = frozenset(finding if finding in kept else Finding.NAMES for finding in found.findings)
    return Difference(parity=found.parity, findings=findings, sentences=found.sentences)


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
