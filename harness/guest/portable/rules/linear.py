"""Linear models, and those that are trained by stochastic gradient descent."""

from ...errors import Unsupported

VALUES = {
    "BaseSGD": {"loss": {"log": ((1, 1, 0), "log_loss"), "squared_loss": ((1, 0, 0), "squared_error")}},
    "LogisticRegression": {
        "l1_ratio": {None: ((1, 8, 0), 0.0)},
        "penalty": {"none": ((1, 2, 0), None)},
        "multi_class": {"auto": ((1, 5, 0), "deprecated")},
    },
    "SGDClassifier SGDRegressor": {"penalty": {"none": ((1, 2, 0), None)}},
    "RANSACRegressor": {
        "loss": {"absolute_loss": ((1, 0, 0), "absolute_error"), "squared_loss": ((1, 0, 0), "squared_error")}
    },
}


def one_for_each_class(state):
    """From 1.8 on the probabilities of several classes are always those of one model of all."""
    from . import parameters_of

    if "multi_class" in parameters_of(type(state.value)) or state.lacks("classes_"):
        return
    classes = len(state.has["classes_"])
    chosen = state.has.get("multi_class", "auto")
    ovr = chosen in ("ovr", "warn") or chosen in ("auto", "deprecated") and state.has.get("solver") == "liblinear"
    if classes > 2 and ovr and state.crosses((1, 8, 0)):
        raise Unsupported("LogisticRegression of one model for each class: this release has that no longer")
    if classes == 2 and chosen == "multinomial":
        raise Unsupported(
            "LogisticRegression of two classes with multi_class='multinomial': this release has that no longer"
        )


def loss(state):
    """The compiled loss, of this release."""
    model = state.value
    name = {"Perceptron": "perceptron", "SGDOneClassSVM": "hinge"}.get(type(model).__name__, state.has.get("loss"))
    name = {"epsilon_insensitive": name, "squared_epsilon_insensitive": name}.get(name, name)
    if not hasattr(model, "_get_loss_function") or not isinstance(name, str):
        return
    if type(model).__name__ == "PassiveAggressiveClassifier":
        name = "hinge"
    for kept in ("loss_function_", "_loss_function_"):
        if kept in state.has:
            state.has[kept] = model._get_loss_function(name)
    if state.crosses((1, 4, 0)) and "loss_function_" in state.has:
        state.has["_loss_function_"] = state.has.pop("loss_function_")
    elif state.crosses_back((1, 4, 0)) and "_loss_function_" in state.has:
        state.has["loss_function_"] = state.has.pop("_loss_function_")


def base_loss(state):
    """Generalized linear models keep their loss from 1.1 on."""
    model = state.value
    if hasattr(model, "_get_loss") and ("_base_loss" in state.has or state.crosses((1, 1, 0))):
        state.has["_base_loss"] = model._get_loss()


def variances(state):
    """From 1.0 on they have that name."""
    if state.here_is((1, 0, 0)) and "sigma_" in state.has and "var_" not in state.has:
        state.has["var_"] = state.has.pop("sigma_")


def equal_shares(state):
    """Before 1.6 each class counted the same."""
    import numpy as np

    if state.crosses((1, 6, 0)) and state.lacks("class_prior_") and "classes_" in state.has:
        count = len(state.has["classes_"])
        state.has["class_prior_"] = np.full(count, 1 / count)


def encoder_of_labels(state):
    """From 1.2 on it has another name."""
    if state.crosses((1, 2, 0)) and "_le" in state.has and "_label_encoder" not in state.has:
        state.has["_label_encoder"] = state.has.pop("_le")


BEFORE = [("LogisticRegression", one_for_each_class)]


def classes_of_ridge(state):
    """From 1.9 on they are kept, where they were asked of what makes numbers of labels."""
    made = state.has.get("_label_binarizer")
    if made is not None and "classes_" not in state.has and not hasattr(type(state.value), "classes_"):
        state.has["classes_"] = made.classes_


def chosen_model(state):
    """Its model has the same name in every release, whatever the parameter is called."""
    if "base_estimator_" in state.has and "estimator_" not in state.has:
        state.has["estimator_"] = state.has.pop("base_estimator_")


WORKED = [
    ("RidgeClassifier RidgeClassifierCV", classes_of_ridge),
    ("RANSACRegressor", chosen_model),
    ("GaussianNB", variances),
    ("NearestCentroid", equal_shares),
    ("StackingClassifier VotingClassifier", encoder_of_labels),
    ("BaseSGD BaseSGDClassifier BaseSGDRegressor SGDOneClassSVM", loss),
    ("_GeneralizedLinearRegressor", base_loss),
]
