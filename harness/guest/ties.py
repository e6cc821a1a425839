"""Rows that a classifier finds as likely to be of one class as of another: which of them it names is the release's to say.

``OneVsRestClassifier`` names the first of them since scikit-learn 1.8, and named the last before. Rows that are drawn
seldom tie, so they are looked for among many. Of other classifiers they are not asked: a tie that the last digit of a sum
decides says nothing of a release. Standard library at its top.
"""

import random
import warnings

from . import leaves

ROWS = 8  # that are kept
BEYOND = (
    3.0  # times the range of a column: of iris, neighbours of three classes tie ten times as often there as within it
)
TRIED, VALUES = 2000, 100000  # rows that are looked at, and values in them


def tried(width):
    """How many rows of so many columns are looked at."""
    return min(TRIED, VALUES // max(1, width))


def are_settled_otherwise(model):
    """Whether releases differ in which class they name."""
    return leaves.holds(model, lambda one: type(one).__name__ == "OneVsRestClassifier")


def between(columns, count):
    """Rows from all over the range of each column, and far beyond: three classes seldom meet among what is known.

    ``columns`` are the candidates of each, see `harness.guest.learnt`.
    """
    draw = random.Random(4)
    ranges = [_range(values) for values in columns]
    return [
        [draw.choice(values) if limits is None else draw.uniform(*limits) for values, limits in zip(columns, ranges)]
        for _ in range(count)
    ]


def _range(values):
    """None for what has no range: categories, and one value alone."""
    numbers = [value for value in values if isinstance(value, float)]
    if not numbers:
        return None if values else (-3.0, 3.0)
    beyond = BEYOND * (max(numbers) - min(numbers))
    is_mixed = len(numbers) < sum(value is not None for value in values)
    return None if is_mixed or not beyond else (min(numbers) - beyond, max(numbers) + beyond)


def among(model, rows):
    """Positions of rows, at most ``ROWS``, whose best classes tie; [] where the model does not tell how likely they are."""
    name = next((name for name in ("decision_function", "predict_proba") if hasattr(model, name)), None)
    if name is None:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores = getattr(model, name)(rows)
        return _positions(scores)[:ROWS]
    except Exception:  # it is the methods' own to say so, where they are compared
        return []


def _positions(scores):
    import numpy as np

    scores = np.asarray(scores)
    if scores.ndim == 1:  # of two classes
        return np.flatnonzero(scores == 0).tolist()
    if scores.ndim != 2 or scores.shape[1] < 2:  # a score of each row; several outputs
        return []
    best = np.sort(scores, axis=1)[:, -2:]
    return np.flatnonzero(best[:, 0] == best[:, 1]).tolist()
