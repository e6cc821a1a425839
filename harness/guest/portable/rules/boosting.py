"""Gradient boosting, of both kinds."""

from ...errors import Refused, Unsupported
from ..helpers import check_nodes

_LOSSES = {
    "deviance": ((1, 1, 0), "log_loss"),
    "ls": ((1, 0, 0), "squared_error"),
    "lad": ((1, 0, 0), "absolute_error"),
    "least_squares": ((1, 0, 0), "squared_error"),
    "least_absolute_deviation": ((1, 0, 0), "absolute_error"),
    "auto": ((1, 1, 0), "log_loss"),
    "binary_crossentropy": ((1, 1, 0), "log_loss"),
    "categorical_crossentropy": ((1, 1, 0), "log_loss"),
}

VALUES = {"BaseGradientBoosting BaseHistGradientBoosting": {"loss": _LOSSES}}


def loss(state):
    """The loss is a helper of each release's own: from 1.4 on in both kinds of boosting the same."""
    model = state.value
    if "estimators_" in state.has:
        state.has.setdefault("n_trees_per_iteration_", state.has["estimators_"].shape[1])
    if hasattr(model, "_get_loss"):
        state.has["_loss"] = model._get_loss(sample_weight=None)
    elif hasattr(model, "_check_params"):  # before 1.4
        model._check_params()


def first_guess(state):
    """With three classes and more, boosting began with the logarithms of their shares; from 1.4 on with these less their
    mean. The trees of the first stage take the difference, so that `decision_function` stays what it was."""
    import numpy as np

    trees, init = state.has.get("estimators_"), state.has.get("init_")
    if not state.crosses((1, 4, 0)) or trees is None or trees.shape[1] < 3 or isinstance(init, str):
        return
    if type(init).__name__ != "DummyClassifier":
        raise Unsupported("gradient boosting of several classes that begins with a model of its own")
    tiny = np.finfo(np.float32).eps
    shift = np.log(np.clip(init.class_prior_, tiny, 1 - tiny)).mean() / state.has["learning_rate"]
    for tree in trees[0]:
        tree.tree_.value[...] += shift


def loss_by_histograms(state):
    """The same, with what is predicted before the first tree, and without the translation of categories.

    Releases before 1.4 kept categories as they are in the rows, and so do the trees of their models.
    """
    import inspect

    import numpy as np

    model = state.value
    known = inspect.signature(model._get_loss).parameters
    state.has["_loss"] = model._get_loss(**{name: None for name in ("sample_weight", "n_threads") if name in known})
    if state.crosses((1, 1, 0)):
        state.has["_baseline_prediction"] = np.asarray(state.has["_baseline_prediction"], dtype="float64").reshape(
            1, -1
        )
    if state.lacks("_preprocessor"):
        state.has["_preprocessor"] = None
        state.has["_is_categorical_remapped"] = state.has.get("is_categorical_")


def nodes(state):
    """The nodes of a tree by histograms, field by field in this release's own types."""
    import numpy as np
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

    old = state.has["nodes"]
    new = np.zeros(len(old), dtype=PREDICTOR_RECORD_DTYPE)
    for name in PREDICTOR_RECORD_DTYPE.names:
        if name in old.dtype.names:
            new[name] = old[name]
    inner = new["is_leaf"] == 0
    left = np.where(inner, new["left"].astype("int64"), -1)
    right = np.where(inner, new["right"].astype("int64"), -1)
    check_nodes(left, right, new["feature_idx"].astype("int64"), 2**31)
    sets = len(state.has["raw_left_cat_bitsets"])
    if "is_categorical" in new.dtype.names and (new["bitset_idx"][new["is_categorical"] != 0] >= sets).any():
        raise Refused("a tree of the file has categories that it does not know")
    state.has["nodes"] = new


WORKED = [
    ("BaseGradientBoosting", loss),
    ("GradientBoostingClassifier", first_guess),
    ("BaseHistGradientBoosting", loss_by_histograms),
    ("TreePredictor", nodes),
]
