"""A case, fitted: the model, its data, its reference outputs, and what it takes to make it again.

Standard library at its top; scikit-learn and its friends were imported before the fork.
"""

import copy
import importlib
import math
import time
import warnings

from . import as_fitted, choosing, conditioning, errors, parts, sources, training
from .decoding import NotSentError, decode
from .encoding import encode, within_message
from .probes import seed_everything
from .wire import HELD_OUT

FOLDS = 3  # of the cross-validation: every fit is done again for each, and a run has thousands of fits


class Fit:
    """One case after its fit, with the scores of a cross-validation if ``scored``.

    ``estimator`` is unfitted, ``model`` fitted; ``inputs`` and ``truth`` (which may be None) were held out; ``choice`` is
    what the model is compared by, a `harness.guest.choosing.Choice`, and ``methods`` are those that are timed.
    """

    def __init__(self, case, scored=True):
        self.case = case
        self.code = sources.collect(case)
        seed_everything(case["seed"])
        self.estimator, data, truth, named = recipe(case)
        train, test = split(data)
        train_truth, self.truth = (None, None) if truth is None else split(truth)
        # Before the fit, which may write into its data: what is kept is what the model was given.
        self.data = training.kept(train, train_truth)
        self.rows = training.kind_of_rows(train)
        small = self.data["stored"]
        given = (fresh(train), fresh(train_truth)) if small else (train, train_truth)
        started = time.perf_counter()
        self.model = fitted(self.estimator, *given)
        self.seconds = time.perf_counter() - started
        self._attributes = as_fitted.attributes(self.model)
        self.encoded = encode(test)
        # The reference sees exactly what a consumer will see: data that went through the encoding once.
        self.inputs = received(self.encoded)
        methods_only = case.get("compare") == "methods"
        self.choice = choosing.Choice(self.model, self.inputs, named, small, methods_only)
        self.methods = self.choice.methods
        try:
            self.cv_scores = cross_validated(self.estimator, train, train_truth) if small and scored else None
        except Exception:  # precomputed kernels, one row a class, scores that want truth: nothing to go by
            self.cv_scores = None

    def dumped(self, writer, options):
        """The bytes of the model in the format of a module, as it was fitted: it was asked since, and some write then."""
        as_fitted.restore(self._attributes)
        return writer.dump(self.model, options, self)

    def facts(self):
        """The ``fitted`` event."""
        return dict(
            told(self.model, self.choice, self.encoded, self.data),
            fit_seconds=self.seconds,
            truth=encoded_or_none(self.truth),
            score_kind=_score_kind(self.model, self.methods, self.truth),
            parameters=parts.parameters(self.estimator),
            input=self.rows,
            cv_scores=self.cv_scores,
            code=self.code,
        )


def told(model, choice, encoded, data):
    """What the ``fitted`` event says of a model, whether it was fitted here or is a user's.

    ``choice`` is what it is compared by, ``encoded`` are its rows, ``data`` is what `harness.guest.training.kept` gives.
    """
    described, reference = data["told"]["train"], within_message(choice.reference)
    return {
        "fitted_at": time.time(),
        "n_samples": described["shape"][0],
        "n_features": described["shape"][1] if len(described["shape"]) > 1 else None,
        "methods": choice.methods,
        "probes": choice.probes,
        "not_compared": choice.not_compared,
        "written": choice.written,
        "inputs": encoded,
        "reference": reference,
        "conditioning": conditioning.conditioning(model, decode(encoded), list(reference)),
        "outputs": {name: layout(value, reference[name]) for name, value in choice.raw.items()},
        "estimator": errors.qualified_name(type(model)),
        "parts": parts.parts(model),
        "data": data,
        "data_stored": data["stored"],
        "train_sha256": described["sha256"],
    }


def recipe(case):
    """What a case function gives: (estimator, X, y or None, methods or None). Says what is wrong with it."""
    module = importlib.import_module(case["module"])
    where = "%s.%s" % (case["module"], case["function"])
    made = getattr(module, case["function"])(*sources.arguments(case))
    if not isinstance(made, tuple) or not 2 <= len(made) <= 4:
        raise TypeError("%s must return (estimator, X), (estimator, X, y) or (estimator, X, y, methods)" % where)
    estimator, data, truth, named = made + (None,) * (4 - len(made))
    if named is not None and not isinstance(named, (tuple, list)):
        raise TypeError('%s: methods must be a tuple such as ("predict",)' % where)
    if not isinstance(data, tuple) and _rows(data) <= HELD_OUT:
        raise ValueError("%s: X has %d rows, and %d are held out: give more" % (where, _rows(data), HELD_OUT))
    return estimator, data, truth, named


def fitted(estimator, train, truth):
    return estimator.fit(train) if truth is None else estimator.fit(train, truth)


def cross_validated(estimator, train, truth):
    """The scores of a cross-validation on the training data, one for each fold; None where the estimator has no score,
    or gives none that is finite. Raises whatever scoring raises."""
    if not hasattr(estimator, "score"):
        return None
    from sklearn.base import clone
    from sklearn.model_selection import cross_val_score

    seed_everything(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = cross_val_score(clone(estimator), fresh(train), fresh(truth), cv=FOLDS, error_score="raise")
    scores = [float(score) for score in scores]
    return scores if all(map(math.isfinite, scores)) else None


def received(encoded):
    """The held-out rows as a consumer gets them. That they cannot travel is no fault of the fit: Unsupported."""
    try:
        return decode(encoded)
    except NotSentError as error:
        raise errors.Unsupported("its held-out rows cannot be sent to a consumer: %s" % error) from error


def fresh(data):
    """A copy of training data, for an estimator that may write into it."""
    return copy.deepcopy(data)


def encoded_or_none(value):
    return None if value is None else encode(value)


def layout(value, encoded):
    """``kind``, ``shape`` and ``dtype`` of an output, for readers whose format knows of no ranks."""
    facts = {"kind": encoded["kind"]}
    if encoded["kind"] == "list":
        facts["items"] = [layout(part, item) for part, item in zip(value, encoded["items"])]
    elif hasattr(value, "shape"):
        facts["shape"] = [int(size) for size in value.shape]
        facts["dtype"] = encoded.get("dtype")
    return facts


def split(rows):
    """(train, held out); a pair was split by the case itself."""
    if isinstance(rows, tuple):
        return rows
    if hasattr(rows, "iloc"):
        return rows.iloc[:-HELD_OUT], rows.iloc[-HELD_OUT:]
    return rows[:-HELD_OUT], rows[-HELD_OUT:]


def _rows(data):
    return int(data.shape[0]) if hasattr(data, "shape") else len(data)


def _score_kind(model, methods, truth):
    if truth is None or "predict" not in methods:
        return None
    from sklearn.base import is_classifier, is_regressor

    try:
        return "accuracy" if is_classifier(model) else "r2" if is_regressor(model) else None
    except Exception:  # a user's estimator need not be one that scikit-learn knows how to ask: it has no tags
        return None
