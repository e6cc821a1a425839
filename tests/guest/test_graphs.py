"""What an ONNX graph tells of its rows. Skipped where the tools are missing."""

import unittest

try:
    import numpy as np
    import sklearn
except ImportError:
    raise unittest.SkipTest("no scikit-learn under this interpreter") from None

from guest import errors, graphs, making_rows
from guest.formats import onnx_graphs


def foreign(model, X, **options):
    for name in ("skl2onnx", "onnxruntime"):
        try:
            errors.need(name)
        except errors.Unsupported as reason:
            raise unittest.SkipTest(str(reason))
    import skl2onnx

    data = skl2onnx.to_onnx(model, X[:1].astype("float32"), **options).SerializeToString()
    return onnx_graphs.load(data, None, "onnxruntime", {"outputs": {}}), data


def flowers():
    from sklearn.datasets import load_iris

    return load_iris(return_X_y=True)


def told(model):
    rows = next(making_rows.attempts(model))
    return {one["what"]: (one["reached"], one["of"]) for one in making_rows.reach(model, rows)}


def test_rows_are_led_to_the_leaves_of_a_forest_and_of_boosting():
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier

    X, y = flowers()
    for model in (
        RandomForestClassifier(20, random_state=0),
        GradientBoostingRegressor(n_estimators=30, random_state=0),
    ):
        reached, of = told(foreign(model.fit(X, y), X)[0])["leaves"]
        trees = np.ravel(model.estimators_)
        assert of == sum(tree.tree_.n_leaves for tree in trees) and reached >= 0.9 * of, (model, reached, of)


def test_and_behind_a_scaler():
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    X, y = flowers()
    model = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0)).fit(X, y)
    loaded, _ = foreign(model, X)
    reached, of = told(loaded)["leaves"]
    assert of == model[-1].tree_.n_leaves and reached >= 0.9 * of
    rows = next(making_rows.attempts(loaded))
    visited = set(model[-1].apply(model[0].transform(rows)).tolist())
    assert len(visited) >= 0.9 * of, "scikit-learn itself finds them in those leaves, too"


def test_what_has_no_branches_leaves_nothing_to_reach():
    from sklearn.linear_model import LogisticRegression

    X, y = flowers()
    assert told(foreign(LogisticRegression(max_iter=500).fit(X, y), X)[0]) == {}


def test_of_other_operators_nothing_is_known():
    from sklearn.svm import SVC

    X, y = flowers()
    assert told(foreign(SVC().fit(X, y), X)[0])["operators SVMClassifier"] == (0, 1)


def test_the_largest_number_below_another():
    for number in (1.5, -1.5, 0.0, 1e-30):
        assert graphs._before(number) == float(np.nextafter(np.float32(number), np.float32("-inf")))


def test_what_is_no_graph_is_told():
    for data in (b"", b"\x08", b"\xff" * 20, b"nonsense of some length"):
        try:
            found = graphs.read(data)
        except ValueError:
            continue
        assert not found.trees and not found.untold
