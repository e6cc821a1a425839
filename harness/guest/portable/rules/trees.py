"""Decision trees, forests and what is made of them."""

from ...errors import Unsupported
from . import parameters_of

_CRITERIA = {"mse": ((1, 0, 0), "squared_error"), "mae": ((1, 0, 0), "absolute_error")}

RENAMED = {"*": {"base_estimator": "estimator", "base_estimator_": "estimator_"}}

VALUES = {
    "BaseDecisionTree BaseForest BaseGradientBoosting": {"criterion": _CRITERIA},
    "ForestClassifier DecisionTreeClassifier": {"max_features": {"auto": ((1, 1, 0), "sqrt")}},
    "ForestRegressor DecisionTreeRegressor": {"max_features": {"auto": ((1, 1, 0), 1.0)}},
}

#: A file without it is of a release that had no other.
DEFAULTS = {"AdaBoostClassifier": {"algorithm": "SAMME"}}


def fractions(state):
    """From 1.4 on a leaf has each class's fraction of the weight, where it had the weight."""
    tree = state.has.get("tree_")
    if tree is None:
        return
    values = tree.value
    if state.crosses((1, 4, 0)):
        sums = values.sum(axis=2, keepdims=True)
        sums[sums == 0] = 1
        values /= sums
    elif state.crosses_back((1, 4, 0)):
        values *= tree.weighted_n_node_samples[:, None, None]


def path_lengths(state):
    """From 1.3 on an isolation forest keeps how long its trees' ways are."""
    if not state.lacks("_average_path_length_per_tree") or state.lacks("estimators_"):
        return
    from sklearn.ensemble import _iforest

    trees = [one.tree_ for one in state.has["estimators_"]]
    if trees and hasattr(trees[0], "compute_node_depths"):
        state.has["_decision_path_lengths"] = tuple(tree.compute_node_depths() for tree in trees)
        state.has["_average_path_length_per_tree"] = tuple(
            _iforest._average_path_length(tree.n_node_samples) for tree in trees
        )


def model_of_all(state):
    """Ensembles of one class keep the unfitted tree under another name from 1.2 on."""
    old, new = ("base_estimator", "estimator") if state.here_is((1, 2, 0)) else ("estimator", "base_estimator")
    known = parameters_of(type(state.value))
    if old in state.has and new not in state.has and old not in known and new not in known:
        state.has[new] = state.has.pop(old)


def real_boosting(state):
    """From 1.6 on there is no SAMME.R, and models of it would predict as SAMME does."""
    if state.crosses((1, 6, 0)) and state.has.get("algorithm", "SAMME") == "SAMME.R":
        raise Unsupported("AdaBoostClassifier with SAMME.R: this release has that algorithm no longer")


def discrete_boosting(state):
    """From 1.3 on the votes of SAMME are weighed otherwise, and so are the probabilities that are made of them."""
    kept = "algorithm" not in state.has or state.has["algorithm"] == "SAMME"
    if kept and (state.crosses((1, 3, 0)) or state.crosses_back((1, 3, 0))):
        raise Unsupported("AdaBoostClassifier with SAMME: its probabilities are others since 1.3")


BEFORE = [("AdaBoostClassifier", discrete_boosting), ("AdaBoostClassifier", real_boosting)]
WORKED = [("BaseEnsemble", model_of_all), ("DecisionTreeClassifier", fractions), ("IsolationForest", path_lengths)]
