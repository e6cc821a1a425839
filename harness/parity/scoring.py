"""How good predictions are against the truth, with scikit-learn's definitions. Pure."""

from __future__ import annotations

import numpy as np

from harness.parity.decoding import Array, Category, Dense, Encoded, Frame, Items, Opaque, Sparse, Value, decode
from harness.parity.elements import named, to_items

_DENSE_LIMIT = 10**7  # places; a sparse prediction beyond it is not scored


def score(kind: str | None, predictions: Encoded, truth: Encoded) -> float | None:
    """Return the score, or None where it is not defined.

    Parameters
    ----------
    kind : "accuracy" is the fraction of rows that match exactly; "r2" is averaged uniformly over outputs, 1.0 for a
        constant output that is met and 0.0 for one that is missed, undefined below two rows or with NaN or infinities;
        None is no score.
    predictions, truth : encoded, of one shape; (n, 1) counts as (n,).

    Raises
    ------
    ValueError
        Another kind, or malformed values.
    """
    if kind is None:
        return None
    if kind not in ("accuracy", "r2"):
        raise ValueError(f"no score is called {kind!r}")
    found, expected = _table(decode(predictions)), _table(decode(truth))
    if found is None or expected is None or _shape(found) != _shape(expected) or not _shape(found)[0]:
        return None
    return _accuracy(found, expected) if kind == "accuracy" else _r2(found, expected)


def _table(value: Value) -> Dense | Items | None:
    if isinstance(value, Frame):
        value = value.columns[0] if len(value.columns) == 1 else Opaque(type="frame")
    if isinstance(value, Category):
        categories = to_items(value.categories).items
        items = tuple(None if code < 0 else categories[code] for code in value.codes.array.tolist())
        return Items(items=items, shape=value.codes.shape, dtype="object", container="array")
    if isinstance(value, Sparse) and value.shape[0] * value.shape[1] <= _DENSE_LIMIT:
        flat = np.zeros(value.shape[0] * value.shape[1], dtype=value.values.dtype)
        flat[value.positions] = value.values
        return Dense(array=flat.reshape(value.shape), dtype=value.dtype)
    return value if isinstance(value, Dense | Items) and value.shape else None


def _shape(table: Dense | Items) -> tuple[int, int]:
    size = 1
    for n in table.shape[1:]:
        size *= n
    return table.shape[0], size


def _accuracy(found: Dense | Items, expected: Dense | Items) -> float:
    if isinstance(found, Dense) and isinstance(expected, Dense):
        equal: Array = np.asarray(found.array.reshape(_shape(found)) == expected.array.reshape(_shape(found)))
    else:
        pairs = zip(to_items(found).items, to_items(expected).items, strict=True)
        equal = np.array([_equal(a, b) for a, b in pairs], dtype=np.bool_).reshape(_shape(found))
    return float(equal.all(axis=1).mean())


def _equal(a: object, b: object) -> bool:
    numbers = isinstance(a, int | float) and isinstance(b, int | float)
    return a == b if numbers else named(a) == named(b)


def _r2(found: Dense | Items, expected: Dense | Items) -> float | None:
    if not (isinstance(found, Dense) and isinstance(expected, Dense)):
        return None
    if found.array.dtype.kind not in "fiub" or expected.array.dtype.kind not in "fiub" or len(found.array) < 2:  # noqa: PLR2004
        return None
    a = found.array.reshape(_shape(found)).astype(np.float64)
    b = expected.array.reshape(_shape(found)).astype(np.float64)
    if not (a.size and np.isfinite(a).all() and np.isfinite(b).all()):
        return None
    missed, spread = ((b - a) ** 2).sum(axis=0), ((b - b.mean(axis=0)) ** 2).sum(axis=0)
    scores = np.where(missed == 0, 1.0, 0.0)
    np.divide(missed, spread, out=missed, where=spread != 0)
    return float(np.where(spread != 0, 1 - missed, scores).mean())
