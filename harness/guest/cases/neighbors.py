"""Neighbours: the artifact holds the training data, in trees of compiled classes that were renamed."""

from .data import diabetes, iris, mails


def case_k_neighbors_classifier(seed):
    """A ``KDTree`` and its ``DistanceMetric`` object."""
    from sklearn.neighbors import KNeighborsClassifier

    X, y = iris(seed)
    return KNeighborsClassifier(algorithm="kd_tree"), X, y


def case_k_neighbors_regressor(seed):
    """A ``BallTree`` and its ``DistanceMetric`` object; neighbours weighted by distance."""
    from sklearn.neighbors import KNeighborsRegressor

    X, y = diabetes(seed)
    return KNeighborsRegressor(algorithm="ball_tree", weights="distance"), X, y


def case_k_neighbors_cosine(seed):
    """No tree but the sparse training texts themselves, and a distance that is looked up by its name when predicting."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline

    X, y = mails(seed)
    model = make_pipeline(TfidfVectorizer(), KNeighborsClassifier(metric="cosine", weights="distance"))
    # Its probabilities are sums whose last bit depends on where in memory the rows lie, at home as well.
    return model, X, y, ("predict",)
