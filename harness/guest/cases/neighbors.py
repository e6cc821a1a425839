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


def case_k_neighbors_brute(seed):
    """No tree at all: distances come from the consumer's BLAS and SIMD code, and ties are broken by it."""
    from sklearn.neighbors import KNeighborsClassifier

    X, y = iris(seed)
    return KNeighborsClassifier(algorithm="brute", weights="distance"), X, y, ("predict", "predict_proba")


def case_local_outlier_factor(seed):
    """Novelty detection by densities that were computed when fitting and are compared when predicting."""
    from sklearn.neighbors import LocalOutlierFactor

    X, _ = iris(seed)
    return LocalOutlierFactor(novelty=True, contamination=0.1), X, None, ("predict", "decision_function", "score_samples")
