"""Which models compute distances so that they cancel, and how large what cancels is."""

import unittest

from guest.conditioning import conditioning

try:
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.decomposition import KernelPCA
    from sklearn.ensemble import BaggingRegressor, GradientBoostingRegressor, StackingRegressor, VotingClassifier
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.impute import KNNImputer
    from sklearn.kernel_approximation import Nystroem
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures
except ImportError:
    raise unittest.SkipTest("no scikit-learn here")

ROWS = np.array([[3.0, 4.0], [0.0, 1.0], [3.0, 4.1], [6.0, 8.0]])
METHODS = ("transform", "predict", "staged_predict", "predict_proba", "kneighbors")


def facts(model):
    return conditioning(model.fit(ROWS, [0, 1, 0, 1]), ROWS, METHODS)


def twice(rows):
    return 2 * rows


def half(rows):
    return rows / 2


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


def test_a_vote_is_as_exact_as_its_worst_part():
    near = KNeighborsClassifier(2, weights="distance", algorithm="brute")
    found = facts(VotingClassifier([("linear", LogisticRegression()), ("near", near)], voting="soft"))
    assert found["predict_proba"] == facts(near)["predict_proba"] == found["transform"]
    assert facts(VotingClassifier([("linear", LogisticRegression())])) == {}


def test_neighbours_that_impute_have_what_distances_do_to_weights():
    rows = ROWS.copy()
    rows[0, 0] = np.nan
    fact = conditioning(KNNImputer(n_neighbors=2, weights="distance").fit(ROWS), rows, METHODS)["transform"]
    assert fact["kind"] == "weighted" and 0 < fact["error"] < 1e-4 and fact["scale"] == 6.0
    assert conditioning(KNNImputer(n_neighbors=2).fit(ROWS), rows, METHODS) == {}


def test_sums_of_large_terms_are_less_exact_the_nearer_a_kernel_is_to_singular():
    rows = np.random.RandomState(0).normal(size=(100, 4))
    for make in (Nystroem, KernelPCA):
        few, many = (
            conditioning(make(kernel="poly", n_components=count).fit(rows), rows, METHODS)["transform"]
            for count in (4, 100 if make is Nystroem else None)
        )
        assert few["kind"] == "sum" and 0 < 10 * few["error"] < many["error"] < 1e-4


def test_a_linear_start_of_boosting_is_of_single_precision():
    start = conditioning(GradientBoostingRegressor(n_estimators=2, init=Ridge()).fit(ROWS, ROWS[:, 0]), ROWS, METHODS)
    assert 1e-7 < start["predict"]["error"] < 1e-5 and start["staged_predict"] == start["predict"]
    assert conditioning(GradientBoostingRegressor(n_estimators=2).fit(ROWS, ROWS[:, 0]), ROWS, METHODS) == {}


def test_weights_of_a_kernel_that_is_nearly_singular_are_huge_and_their_sums_small():
    rows = np.random.RandomState(0).normal(size=(120, 1))
    truth = np.sin(3 * rows[:, 0])
    for exact, smooth in (
        (GaussianProcessRegressor(alpha=1e-12), GaussianProcessRegressor(alpha=1.0)),
        (KernelRidge(alpha=1e-12, kernel="rbf"), KernelRidge(alpha=1.0, kernel="rbf")),
    ):
        errors = [conditioning(model.fit(rows, truth), rows, METHODS)["predict"]["error"] for model in (exact, smooth)]
        assert 1e-8 < errors[0] < 1e-2 and errors[1] < 1e-10


def test_what_is_made_of_inexact_models_is_no_more_exact():
    rows = np.random.RandomState(0).normal(size=(120, 1))
    truth = np.sin(3 * rows[:, 0])
    process = GaussianProcessRegressor(alpha=1e-12)
    own = conditioning(process.fit(rows, truth), rows, METHODS)["predict"]["error"]
    made = [
        BaggingRegressor(process, n_estimators=3, random_state=0),
        TransformedTargetRegressor(process, transformer=FunctionTransformer(twice, half, check_inverse=False)),
        StackingRegressor([("process", process), ("linear", Ridge())]),
    ]
    for model in made:
        error = conditioning(model.fit(rows, truth), rows, METHODS)["predict"]["error"]
        assert own / 1000 < error < own * 1000
    several = MultiOutputRegressor(process).fit(rows, np.column_stack([truth, truth]))
    assert conditioning(several, rows, METHODS)["predict"]["error"] == own
    trees = StackingRegressor([("trees", GradientBoostingRegressor(n_estimators=2))], final_estimator=Ridge())
    assert conditioning(trees.fit(rows, truth), rows, METHODS) == {}


def test_powers_of_one_number_have_huge_coefficients():
    rows = np.linspace(1, 2, 60).reshape(-1, 1)
    powers = make_pipeline(PolynomialFeatures(9), LinearRegression()).fit(rows, np.sin(9 * rows[:, 0]))
    fact = conditioning(powers, rows, METHODS)["predict"]
    assert fact["kind"] == "sum" and 1e-11 < fact["error"] < 1e-4
    plain = conditioning(LinearRegression().fit(ROWS, ROWS[:, 0]), ROWS, METHODS)["predict"]
    assert plain["error"] < 1e-13
    assert conditioning(PoissonRegressor().fit(ROWS, ROWS[:, 0]), ROWS, METHODS) == {}
    logistic = LogisticRegression().fit(ROWS, [0, 1, 2, 1])
    assert set(conditioning(logistic, ROWS, ("decision_function", "predict_proba"))) == {"decision_function"}


def test_nothing_is_known_of_others():
    assert facts(LogisticRegression()) == {}
    assert conditioning(object(), None, METHODS) == {}
