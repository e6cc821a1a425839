"""Scores of predictions: against the truth, with scikit-learn's definitions, and by cross-validation. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from harness.judging.arrays import named, to_items
from harness.judging.comparison import OutputComparison
from harness.judging.decoding import Array, Category, Dense, Encoded, Frame, Items, Opaque, Sparse, Value, decode
from harness.judging.difference import describe_tolerance
from harness.terms import Finding, Parity

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.terms import Tolerance

CROSS_VALIDATION = "cross_val_score"  # the method's name, for ``methods`` of tolerances and in ``compared``
_DENSE_LIMIT = 10**7  # places; a sparse prediction beyond it is not scored


def score(kind: str | None, predictions: Encoded, truth: Encoded) -> float | None:
    """Return the score, or None where it is not defined.

    Parameters
    ----------
    kind : "accuracy" is the fraction of rows that match exactly. "r2" is averaged uniformly over outputs; a constant
        output gives 1.0 if it is met and 0.0 if it is missed. It is not defined below two rows, or with NaN or
        infinities. None is no score.
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


def row_count(truth: Encoded) -> int:
    """How many rows a score is over. Raises ValueError where the truth has none, or is malformed."""
    table = _table(decode(truth))
    if table is None or not _shape(table)[0]:
        raise ValueError("the truth has no rows")
    return _shape(table)[0]


def has_scores(scores: Any) -> bool:
    """Whether a refitted model can be judged: at least one fold has a score."""
    return scores is not None and bool(np.isfinite(_folds(scores)).any())


def compare_scores(
    reference: Any, scores: Any, *, tolerance: Callable[[str, str], Tolerance], row: float = 0.0
) -> OutputComparison:
    """Judge a model that was fitted again by its cross-validation, as scikit-learn's documentation asks.

    identical   the same score in every fold
    close       the mean lies within the range of the producer's folds, widened by the tolerance
    drift       it does not, or another number of folds could not be scored

    The range is widened by rtol + atol, relative to the producer's median score or 1, whichever is larger. The best
    accuracy and R2 are 1, so 0.01 is one hundredth of that, even if all scores are nearly 0. An accuracy may differ by
    one row, too: among folds that are all perfect, one row makes no other model.
    ``tolerance_used`` is how far the mean lies outside the range, 0 inside.

    A fold whose score is NaN (or infinite, or null) could not be scored. It says nothing about how good the model is,
    so ranges and means are over the others. But both sides must have the same number of folds without a score.

    Parameters
    ----------
    reference, scores : lists of floats, the producer's and the consumer's, one for each fold. A guest sent them, and
        nothing has checked them before.
    tolerance : of a method and a dtype.
    row : what one row more or less changes in the mean; 0 if scores are not counted by rows.

    Raises
    ------
    ValueError
        Not lists of numbers, or the producer has no score at all.
    """
    theirs, ours = _folds(reference), _folds(scores)
    known, found = theirs[np.isfinite(theirs)], ours[np.isfinite(ours)]
    if not len(known):
        raise ValueError("the producer's cross-validation has no score")
    lowest, highest = float(known.min()), float(known.max())
    unscored = len(theirs) - len(known), len(ours) - len(found)
    if not len(found) or unscored[0] != unscored[1]:
        sentence = (
            f"{unscored[1]} of {len(ours)} folds of the cross-validation have no score, "
            f"with the producer {unscored[0]} of {len(theirs)}"
        )
        return _verdict(Parity.DRIFT, Finding.MISSING, sentence, apart=None, used=None)
    mean = float(found.mean())
    apart = abs(mean - float(known.mean()))
    if np.array_equal(theirs, ours, equal_nan=True):
        return _verdict(Parity.IDENTICAL, None, None, apart=0.0, used=0.0)
    sentence = f"cross-validation score {mean:.4g}, producer's {lowest:.4g} to {highest:.4g}"
    outside = max(lowest - mean, mean - highest, 0.0)
    chosen = tolerance(CROSS_VALIDATION, "<f8")
    used = _share(outside, (chosen.rtol + chosen.atol) * max(1.0, float(np.median(np.abs(known)))) + row)
    if used > 1:
        return _verdict(Parity.DRIFT, Finding.SCORE, sentence, apart=apart, used=used)
    return _verdict(Parity.CLOSE, None, sentence, apart=apart, used=used)


def _folds(scores: Any) -> Array:
    if not isinstance(scores, list) or not all(s is None or type(s) in (int, float) for s in scores):
        raise ValueError(f"cross-validation scores that are no list of numbers: {str(scores)[:80]}")
    try:
        return np.array([np.nan if score is None else score for score in scores], dtype=np.float64)
    except OverflowError as error:
        raise ValueError(f"a cross-validation score that is no float: {error}") from error


def _share(outside: float, widening: float) -> float:
    if outside == 0:
        return 0.0
    return outside / widening if widening else float("inf")


def _verdict(
    parity: Parity, finding: Finding | None, sentence: str | None, *, apart: float | None, used: float | None
) -> OutputComparison:
    share = describe_tolerance(used) if used is not None else ""
    text = f"{sentence}{share and ', '}{share}"
    return OutputComparison(
        parity=parity,
        compared=(CROSS_VALIDATION,),
        differing=(CROSS_VALIDATION,) if parity is Parity.DRIFT else (),
        max_abs_diff=apart,
        max_rel_diff=None,
        max_ulp_diff=None,
        tolerance_used=used,
        label_mismatch=None,
        findings=() if finding is None else (finding,),
        sentences=() if sentence is None else (text,),
    )


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
