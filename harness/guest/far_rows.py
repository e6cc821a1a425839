"""Rows far from all that a model has learnt, for models that answer such rows by what nearer ones never show.

A Gaussian process finds every class of several equally likely there, and so may one model against the rest. Which of them
they name is the release's to say.
Boosting that begins with a model of its own begins with the logarithm of its shares, and where these come to nothing the
release says how little that is. Of a class that is next to impossible, quadratic discriminant analysis told the logarithm of 0,
and tells its own since scikit-learn 1.6. Standard library at its top.
"""

import random

from . import leaves

ROWS = 8
_BY_NAME = frozenset(["GaussianProcessClassifier", "OneVsRestClassifier", "QuadraticDiscriminantAnalysis"])
TIMES = 1000.0  # as far as the column's values are from each other, or from 0


def rows(model, columns):
    """Lists of values, one for each column; [] for a model whose answers far away are those of nearer rows.

    ``columns`` are the candidates of each, see `harness.guest.learnt`.
    """
    if not leaves.holds(model, _is_other):
        return []
    draw = random.Random(3)
    return [[_far(draw, values) for values in columns] for _ in range(ROWS)]


def _far(draw, values):
    values = [value for value in values if value is not None]
    numbers = [value for value in values if isinstance(value, float)]
    if len(numbers) < len(values):  # categories
        return draw.choice(values)
    # The only threshold of a column has a value close to each side of it, so that what they are counts as well.
    size = max([max(numbers) - min(numbers), *map(abs, numbers)]) if numbers else 0.0
    return draw.gauss(0.0, TIMES) * (size or 1.0)


def _is_other(model):
    name = type(model).__name__
    if name == "GradientBoostingClassifier":
        first = getattr(model, "init_", None)
        return type(first).__name__ != "DummyClassifier" and hasattr(first, "predict_proba")
    return name in _BY_NAME
