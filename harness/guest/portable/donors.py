"""Models fitted here, on other data, which tell what this release keeps beside what an older one kept.

An attribute that a model lacks and on which both donors agree is a constant. One on which they differ depends on the data:
it is left to a rule, and never guessed. Standard library at its top.
"""

import copy
import inspect
import warnings

from ..cases import estimator_data, estimator_rules, estimators

#: Parameters that a donor never gets from a file: what they name is read, written or kept.
_NOT_GIVEN = {"memory", "input", "verbose", "warm_start", "n_jobs", "copy_X", "copy", "encoding", "random_state"}
_HELPERS = ("sklearn._loss", "sklearn.linear_model._sgd_fast", "_loss")


class Donors:
    """The donors of every class that is asked for, fitted once each."""

    def __init__(self):
        self._fitted = {}
        self._samples = {}  # by class: one list of instances for each donor

    def fill(self, value, lost):
        """Give an object the constants that it lacks, and those of the names in ``lost``."""
        first, second = self.samples(value)
        if not first or not second:
            return
        lacking = set(vars(first[0])).intersection(*map(vars, first + second)) - (set(vars(value)) - set(lost))
        for name in sorted(lacking):
            values = [vars(one)[name] for one in first + second]
            if is_constant(values):
                value.__dict__[name] = copy.deepcopy(values[0])

    def keeps(self, value, name):
        """Whether this release keeps an attribute of that name in such objects."""
        first, second = self.samples(value)
        return not first or any(name in vars(one) for one in first + second)

    def samples(self, value):
        """Objects of the class of ``value`` in the first donor, and in the second."""
        cls = type(value)
        if estimators.public().get(cls.__name__) is cls:
            key = (cls, tuple(sorted(given(value).items(), key=repr)))
            if key not in self._fitted:
                self._fitted[key] = _fit_both(cls, given(value))
                for place, donor in enumerate(self._fitted[key]):
                    for one in within(donor):
                        self._samples.setdefault(type(one), ([], []))[place].append(one)
            return tuple([donor] for donor in self._fitted[key]) or ([], [])
        return self._samples.get(cls, ([], []))


def given(value):
    """The parameters of a model that choose how it works, as far as they are words or switches."""
    known = inspect.signature(type(value)).parameters
    return {
        name: one
        for name, one in vars(value).items()
        if name in known and name not in _NOT_GIVEN and (one is None or isinstance(one, (bool, str)))
    }


def _fit_both(cls, parameters):
    """Two fitted models of a class; none where none can be had."""
    for wanted in (parameters, {}):
        try:
            return [_fit(cls, wanted, place) for place in (0, 1)]
        except Exception:  # no parameter of a file need be valid here
            continue
    return []


def _fit(cls, wanted, place):
    """A model of this class. The second one has fewer rows and columns, so that their number is no constant."""
    seed = place + 1
    arguments = dict(wanted, **estimator_rules.parameters(cls, seed))
    arguments.update((name, one) for name, one in wanted.items() if isinstance(one, str))
    estimator = cls(**arguments)
    kind = estimator_rules.kind_of_data(estimator)
    X, y = getattr(estimator_data, kind)(seed)
    if not estimator_rules.wants_y(estimator, kind):
        y = None
    rows, truth = (X[0], y[0]) if isinstance(X, tuple) else (X, y)
    if place and not isinstance(X, tuple):
        rows, truth = rows[:-10], None if truth is None else truth[:-10]
        if getattr(rows, "ndim", 0) == 2 and rows.shape[1] > 2 and not hasattr(rows, "columns"):
            rows = rows[:, :-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(rows) if truth is None else estimator.fit(rows, truth)


def within(value, seen=None, depth=12):
    """Every object of scikit-learn within a model."""
    seen = {} if seen is None else seen
    if depth and id(value) not in seen:
        seen[id(value)] = value
        if isinstance(value, dict):
            parts = list(value.values())
        elif isinstance(value, (list, tuple)) or type(value).__name__ == "ndarray" and value.dtype == object:
            parts = list(value) if not hasattr(value, "ravel") else list(value.ravel())
        elif type(value).__module__.startswith("sklearn.") and hasattr(value, "__dict__"):
            parts = list(vars(value).values())
            yield value
        else:
            return
        for part in parts:
            for one in within(part, seen, depth - 1):
                yield one


def is_constant(values):
    """Whether values are all the same, and of a kind that data do not give: no number but 0, 1 and -1, nothing of numbers.

    Two models have the same number of columns by chance.
    """
    return all(_same(values[0], other, 6) for other in values[1:])


def _same(a, b, depth):
    import numpy as np

    if type(a) is not type(b) or not depth:
        return False
    if a is None or isinstance(a, (bool, str, type, np.dtype)):
        return a == b
    if isinstance(a, (int, float)):
        return a == b and a in (-1, 0, 1)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(_same(one, other, depth - 1) for one, other in zip(a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key], depth - 1) for key in a)
    if type(a).__module__.startswith("sklearn.") and hasattr(a, "__dict__"):
        return _same(vars(a), vars(b), depth - 1)
    return a is b or type(a).__module__.startswith(_HELPERS)
