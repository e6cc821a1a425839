"""Linear models: a handful of coefficients, and many attributes around them that came and went."""

from .data import diabetes, named, tumours, wine


def case_logistic_regression(seed):
    """The most persisted model there is, two classes, all defaults: older releases misread 1.5's ``multi_class``."""
    from sklearn.linear_model import LogisticRegression

    X, y = tumours(seed)
    return LogisticRegression(), X / X.max(axis=0), y


def case_logistic_multiclass(seed):
    """Softmax or one-vs-rest is decided when predicting, by an attribute of the artifact."""
    from sklearn.linear_model import LogisticRegression

    X, y = wine(seed)
    y = named(y, "barolo", "grignolino", "barbera")
    return LogisticRegression(), X / X.max(axis=0), y


def case_ridge(seed):
    """Two targets at once: a coefficient matrix, whose orientation is a convention."""
    import numpy as np
    from sklearn.linear_model import Ridge

    X, y = diabetes(seed)
    return Ridge(), X, np.column_stack([y, np.log(y)])


def case_sgd_classifier(seed):
    """Keeps its compiled loss object, in an attribute that was renamed in 1.4."""
    from sklearn.linear_model import SGDClassifier

    X, y = wine(seed)
    return SGDClassifier(random_state=seed), X / X.max(axis=0), y


def case_poisson_regressor(seed):
    """A GLM, rewritten in 1.1: the inverse link comes from a loss object that older artifacts do not have."""
    from sklearn.linear_model import PoissonRegressor

    X, y = diabetes(seed)
    return PoissonRegressor(), X / X.std(axis=0), y
