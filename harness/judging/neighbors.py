"""Distances and indices of neighbours: which of two at the same distance comes first, no release promises. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from harness.judging.decoding import Container, Dense
from harness.judging.kinds import difference
from harness.terms import Finding, Parity

if TYPE_CHECKING:
    from harness.judging.decoding import Array, Value
    from harness.judging.difference import Difference, Rules

#: Of the largest distance: neighbours that are no further apart count as equally far.
_TIE = 1e-6


def difference_of_neighbors(reference: Value, output: Value, rules: Rules) -> Difference:
    """Compare what ``kneighbors`` gave: (distances, indices). Other indices are close where the distances are tied."""
    found = difference(reference, output, rules)
    before, now = _pair(reference), _pair(output)
    if found.findings != {Finding.LABELS} or before is None or now is None:
        return found
    distances, indices = before
    if not np.logical_or(indices == now[1], _tied(distances)).all():
        return found
    count = int(np.count_nonzero(indices != now[1]))
    sentence = f"{count} of {indices.size} indices differ, all of neighbours at the same distance"
    kept = tuple(one for one in found.sentences if not one.startswith("output 1: "))
    return replace(found, parity=Parity.CLOSE, findings=frozenset(), mismatch=0.0, sentences=(*kept, sentence))


def _pair(value: Value) -> tuple[Array, Array] | None:
    """Distances and indices, if that is what it is."""
    match value:
        case Container(values=(Dense() as distances, Dense() as indices)):
            is_table = distances.shape == indices.shape and len(distances.shape) == 2  # noqa: PLR2004
            return (distances.array, indices.array) if is_table and distances.array.dtype.kind == "f" else None
    return None


def _tied(distances: Array) -> Array:
    """Mark the places with a neighbour as far on either side. Beyond the last may stand one that nobody sees."""
    limit = _TIE * float(np.abs(distances).max(initial=0.0))
    tied = np.zeros(distances.shape, dtype=np.bool_)
    near = np.abs(np.diff(distances, axis=1)) <= limit
    tied[:, 1:] |= near
    tied[:, :-1] |= near
    if distances.shape[1]:
        last = distances[:, -1:]
        tied |= np.abs(distances - last) <= limit
    return tied
