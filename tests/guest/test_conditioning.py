"""Which models compute distances so that they cancel, and how large what cancels is."""

import unittest

from guest.conditioning import conditioning

try:
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
except ImportError:
    raise unittest.SkipTest("no scikit-learn here")

ROWS = np.array([[3.0, 4.0], [0.0, 1.0], [3.0, 4.1], [6.0, 8.0]])
METHODS = ("transform", "predict", "predict_proba", "kneighbors")


def facts(model):
    return conditioning(model.fit(ROWS, [0, 1, 0, 1]), ROWS, METHODS)


def twice(rows):
    return 2 * rows


def test_distances_to_centers_have_the_norms_of_the_rows_that_the_last_step_gets():
    kmeans = KMeans(4, n_init=1, random_state=0)
    fact = facts(kmeans)["transform"]
    assert (fact["kind"], fact["terms"]) == ("distance", 2)
    assert abs(fact["norm"] - 20) < 1e-9
    assert abs(facts(make_pipeline(FunctionTransformer(twice), kmeans))["transform"]["norm"] - 40) < 1e-9


def test_neighbours_cancel_where_they_are_found_by_products():
    found = facts(KNeighborsClassifier(2, weights="distance", algorithm="brute"))
    assert set(found) == {"predict", "predict_proba", "kneighbors"}
    assert 0 < found["predict_proba"]["error"] < 1e-4 and found["predict_proba"]["scale"] == 1.0
    assert set(facts(KNeighborsClassifier(2, algorithm="brute"))) == {"kneighbors"}
    assert facts(KNeighborsClassifier(2, algorithm="kd_tree")) == {}
    assert facts(KNeighborsClassifier(2, algorithm="brute", metric="cosine")) == {}


def test_nothing_is_known_of_others():
    assert facts(LogisticRegression()) == {}
    assert conditioning(object(), None, METHODS) == {}
