"""Neighbours: the artifact holds the training data, in trees of compiled classes that were renamed."""

from .data import diabetes, iris


def case_k_neighbors_classifier(seed):
    """A ``KDTree`` and its ``DistanceMetric`` object."""
    from sklearn.neighbors import KNeighborsClassifier

    X, y = iris(seed)
    return KNeighborsClassifier(algorithm="kd_tree"), X, y, ("predict", "predict_proba")


def case_k_neighbors_regressor(seed):
    """A ``BallTree`` and its ``DistanceMetric`` object; neighbours weighted by distance."""
    from sklearn.neighbors import KNeighborsRegressor

    X, y = diabetes(seed)
    return KNeighborsRegressor(algorithm="ball_tree", weights="distance"), X, y, ("predict",)
