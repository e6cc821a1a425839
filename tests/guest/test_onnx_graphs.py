"""ONNX graphs: which output is which method, what is fed, what is declined. Skipped where the tools are missing."""

import os
import subprocess
import sys
import types
import unittest
import warnings

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

from guest import errors
from guest.formats import _tensors, onnx_graphs

HERE = os.path.dirname(os.path.abspath(__file__))


def need(*names):
    for name in names:
        try:
            errors.need(name)
        except errors.Unsupported as reason:
            raise unittest.SkipTest(str(reason))


def pandas():
    need("pandas")
    return sys.modules["pandas"]


def flowers(classes=3):
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    order = np.random.RandomState(0).permutation(np.flatnonzero(y < classes))
    return X[order] + np.random.RandomState(1).normal(scale=0.3, size=X[order].shape), y[order]


def graph(model, X, *methods, format="onnx"):
    """Dump a fitted model and load it; returns it with the reference outputs and what the graph says of itself."""
    need("skl2onnx", "onnxruntime")
    reference = {name: getattr(model, name)(X) for name in methods}
    fit = types.SimpleNamespace(inputs=X, methods=methods, reference=reference)
    options = onnx_graphs.FORMATS[format]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = onnx_graphs.dump(model, options, fit)
    layouts = {}
    for name, output in reference.items():
        several = isinstance(output, list)
        layouts[name] = {"kind": "list"} if several else {"kind": "dense", "shape": list(output.shape)}
    loaded = onnx_graphs.load(data, None, "onnxruntime", dict(options, outputs=layouts))
    return loaded, reference, onnx_graphs.facts(data)


def check(model, X, *methods, given=None, **kwargs):
    """All ``methods`` but those that the graph does not give are there and agree; returns the facts."""
    loaded, reference, facts = graph(model, X, *methods, **kwargs)
    assert sorted(loaded.methods) == sorted(given or methods), loaded.methods
    for name in loaded.methods:
        output, expected = getattr(loaded, name)(X), reference[name]
        assert output.shape == expected.shape, (name, output.shape, expected.shape)
        if expected.dtype.kind == "f":
            assert np.allclose(output, expected, rtol=1e-4, atol=1e-4), name
        else:
            assert (output == expected).all(), name
    return facts


def declined(model, X, *methods):
    try:
        graph(model, X, *methods)
    except errors.Unsupported as reason:
        return str(reason)
    raise AssertionError("it was dumped")


# What is fed


def test_a_frame_has_one_input_a_column_where_columns_are_picked_or_of_several_types():
    pd = pandas()
    frame = pd.DataFrame({"a b": [1.5, 2.5], "n": [1, 2], "c": pd.Series(["x", None], dtype=object)})
    numbers = frame[["a b", "n"]]
    assert _tensors.layout(frame, by_column=False) == [
        ("a b", "numbers", [1]),
        ("n", "integers", [1]),
        ("c", "texts", [1]),
    ]
    assert [name for name, _, _ in _tensors.layout(numbers, by_column=True)] == ["a b", "n"]
    assert _tensors.layout(numbers, by_column=False) == [("inputs", "numbers", [2])]
    fed = _tensors.feed(frame, [("c", "string", [None, 1]), ("a b", "float32", [None, 1])])
    assert fed["c"].tolist() == [["x"], ["None"]]
    assert fed["a b"].tolist() == [[1.5], [2.5]]
    whole = _tensors.feed(numbers, [("inputs", "float32", [None, 2])])
    assert whole["inputs"].dtype == np.float32 and whole["inputs"].tolist() == [[1.5, 1.0], [2.5, 2.0]]


def test_missing_values():
    pd = pandas()
    if not hasattr(pd, "NA"):
        raise unittest.SkipTest("pandas of before NA")
    column = _tensors.tensor(pd.Series([1, None], dtype="Int64"), "float32")
    assert column[0] == 1.0 and np.isnan(column[1])
    texts = np.array([["a", np.nan]], dtype=object)
    assert _tensors.kind_of(texts) == "texts"
    assert _tensors.tensor(texts, "string").tolist() == [["a", "nan"]]
    assert _tensors.kind_of(np.array([[1, None]], dtype=object)) == "numbers"


def test_texts_numbers_sparse_matrices_and_what_is_no_tensor():
    assert _tensors.layout(["one", "two"], by_column=False) == [("inputs", "texts", [1])]
    assert _tensors.layout(np.zeros((3, 2, 4)), by_column=False) == [("inputs", "numbers", [2, 4])]
    assert _tensors.layout(np.zeros((3, 2), dtype=int), by_column=False) == [("inputs", "integers", [2])]
    try:
        _tensors.layout([{"a": 1}], by_column=False)
    except TypeError as error:
        assert "dict" in str(error)
    else:
        raise AssertionError("dictionaries became a tensor")
    need("scipy.sparse")
    sparse = sys.modules["scipy.sparse"].csr_matrix(np.eye(2))
    assert _tensors.feed(sparse, [("inputs", "float64", [None, 2])])["inputs"].tolist() == [[1.0, 0.0], [0.0, 1.0]]


# What comes out


def test_an_output_is_reshaped_only_where_its_values_keep_their_order():
    def shape(output, *asked):
        return onnx_graphs.laid_out(np.zeros(output), {"kind": "dense", "shape": list(asked)}).shape

    assert shape((4, 1), 4) == (4,)
    assert shape((4,), 4, 1) == (4, 1)
    assert shape((1, 4), 4) == (4,)
    assert shape((4, 2), 4) == (4, 2)
    assert shape((4, 2), 2, 4) == (4, 2)
    assert shape((3, 4, 2), 4, 3, 2) == (3, 4, 2)
    several = onnx_graphs.laid_out(np.zeros((2, 4, 3)), {"kind": "list"})
    assert isinstance(several, list) and [one.shape for one in several] == [(4, 3), (4, 3)]


def test_classifiers_have_labels_and_probabilities():
    need("sklearn")
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = flowers()
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    check(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, names), X, "predict", "predict_proba")
    search = GridSearchCV(LogisticRegression(max_iter=1000), {"C": [1]}, cv=2).fit(X, y)
    asked = ("predict", "predict_proba", "decision_function")
    check(search, X, *asked, given=("predict", "predict_proba"))
    # Without the wish for probabilities the same output has the scores, and never probabilities by that name.
    check(search.best_estimator_, X, "predict", "decision_function")


def test_binary_scores_are_one_column():
    need("sklearn")
    from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
    from sklearn.svm import LinearSVC

    X, y = flowers(classes=2)
    for model in (LinearSVC(), RidgeClassifier(), SGDClassifier(random_state=0), LogisticRegression()):
        for format in ("onnx", "onnx-opset12"):
            check(model.fit(X, y), X, "predict", "decision_function", format=format)


def test_detectors_clusterers_mixtures():
    need("sklearn")
    from sklearn.cluster import KMeans
    from sklearn.ensemble import IsolationForest
    from sklearn.mixture import GaussianMixture
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, _ = flowers()
    scores = ("predict", "decision_function", "score_samples")
    need("skl2onnx")
    old = sys.modules["skl2onnx"].__version__.startswith("1.8.")  # it gives no score_samples of forests
    check(IsolationForest(n_estimators=5, random_state=0).fit(X), X, *scores, given=scores[:2] if old else None)
    check(make_pipeline(StandardScaler(), KMeans(3, n_init=2)).fit(X), X, "predict", "transform")
    for format in ("onnx", "onnx-float64", "onnx-opset12"):
        model = GaussianMixture(2, random_state=0).fit(X)
        check(model, X, "predict", "predict_proba", "score_samples", format=format)


def test_who_can_both_predict_and_transform():
    need("sklearn")
    from sklearn.cross_decomposition import PLSRegression
    from sklearn.feature_selection import RFE
    from sklearn.linear_model import LogisticRegression

    X, y = flowers()
    selection = RFE(LogisticRegression(max_iter=1000), n_features_to_select=2).fit(X, y)
    check(selection, X, "predict", "predict_proba", "transform", given=("transform",))
    regression = PLSRegression().fit(X, X[:, :2] + y[:, None])
    check(regression, X, "predict", "transform", given=("predict",))


def test_several_targets_are_a_list_and_padding_shows():
    need("sklearn")
    from sklearn.ensemble import RandomForestClassifier

    X, y = flowers()
    for second, columns in ((2 - y, 3), ((y > 0).astype(int), 3)):
        model = RandomForestClassifier(3, random_state=0).fit(X, np.column_stack([y, second]))
        loaded, reference, _ = graph(model, X, "predict", "predict_proba")
        output = loaded.predict_proba(X)
        assert isinstance(output, list) and output[1].shape == (len(X), columns)
        assert np.allclose(output[0], reference["predict_proba"][0], atol=1e-6)


def test_texts_need_no_locale():
    need("sklearn", "skl2onnx")
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = ["red fox", "Blue fish", "green frog", "blue moon"] * 5
    loaded, reference, _ = graph(TfidfVectorizer().fit(words), words, "transform")
    assert np.allclose(loaded.transform(words), reference["transform"].toarray(), atol=1e-6)


def test_columns_keep_their_names():
    need("sklearn", "skl2onnx")
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    X = pandas().DataFrame({"a b": np.arange(20.0), "n": np.arange(20) % 4, "c": ["u", "v"] * 10})
    model = make_column_transformer((StandardScaler(), ["a b", "n"]), (OneHotEncoder(), ["c"])).fit(X)
    try:
        assert check(model, X, "transform")["inputs"] == ["a b", "n", "c"]
    except errors.Unsupported as reason:  # before 1.13, names had to be identifiers
        assert "Unable to find column name 'a b'" in str(reason)


# What is declined, and what is not


def test_what_skl2onnx_declines_is_unsupported_in_its_words():
    need("sklearn", "skl2onnx", "onnxruntime")
    from sklearn.decomposition import NMF
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression

    X, y = flowers()
    assert "shape calculator" in declined(NMF(2, max_iter=500, init="nndsvda").fit(abs(X)), abs(X), "transform")
    voting = VotingClassifier([("a", LogisticRegression(max_iter=1000))], voting="soft").fit(X, y)
    assert "flatten_transform" in declined(voting, X, "predict")


def test_a_bug_of_a_converter_stays_an_exception():
    need("sklearn", "skl2onnx", "onnxruntime")
    import skl2onnx
    from sklearn.preprocessing import StandardScaler

    def broken(*args, **kwargs):
        raise RuntimeError("not skl2onnx's")

    X, _ = flowers()
    model = StandardScaler().fit(X)
    original, skl2onnx.convert_sklearn = skl2onnx.convert_sklearn, broken
    try:
        graph(model, X, "transform")
    except errors.Unsupported:
        raise AssertionError("a bug was taken for a refusal")
    except RuntimeError as error:
        assert str(error) == "not skl2onnx's"
    finally:
        skl2onnx.convert_sklearn = original


def test_votes_of_a_model_without_probabilities_are_not_made_right():
    """skl2onnx takes the class of the highest of one score, which is always the first, and says nothing."""
    need("sklearn", "skl2onnx", "onnxruntime")
    from sklearn.datasets import make_classification
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.svm import LinearSVC

    X, y = make_classification(300, 5, n_informative=4, n_redundant=0, flip_y=0.3, random_state=0)
    parts = [("a", LinearSVC()), ("b", GaussianNB()), ("c", LogisticRegression())]
    model = VotingClassifier(parts, voting="hard", flatten_transform=False).fit(X, y)
    loaded, reference, _ = graph(model, X, "predict")
    assert 0.01 < np.mean(loaded.predict(X) != reference["predict"]) < 0.3


# Versions


def test_opset_and_ir_are_stated():
    need("sklearn", "skl2onnx")
    import onnx
    import skl2onnx
    from sklearn.preprocessing import StandardScaler

    X, _ = flowers()
    model = StandardScaler().fit(X)
    for format, most in (("onnx", skl2onnx.__max_supported_opset__), ("onnx-opset12", 12)):
        facts = check(model, X, "transform", format=format)
        newest = min(most, onnx.defs.onnx_opset_version())
        assert facts["opsets"].get("ai.onnx", newest) <= newest
        assert facts["opsets"].get("ai.onnx.ml", 1) <= (3 if newest > 15 else 2)
        assert 4 <= facts["ir_version"] <= (7 if most == 12 else 10), facts
        assert facts["outputs"] == ["transform"]


def test_a_graph_that_is_too_new_does_not_load_and_onnxruntime_says_why():
    need("onnx", "onnxruntime")
    from onnx import TensorProto, helper

    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2]) for name in ("inputs", "transform")]
    body = helper.make_graph([helper.make_node("Identity", ["inputs"], ["transform"])], "g", values[:1], values[1:])
    layouts = {"transform": {"kind": "dense", "shape": [3, 2]}}
    for ir_version, opset, works in ((7, 12, True), (99, 12, False), (7, 99, False)):
        model = helper.make_model(body, opset_imports=[helper.make_opsetid("", opset)])
        model.ir_version = ir_version
        try:
            loaded = onnx_graphs.load(model.SerializeToString(), None, "onnxruntime", {"outputs": layouts})
        except Exception as error:
            assert not works and "ONNXRuntime" in str(error), error
        else:
            assert works and loaded.transform(np.ones((3, 2))).tolist() == [[1.0, 1.0]] * 3


def test_a_runtime_needs_numpy_and_onnxruntime_only():
    need("onnxruntime")
    code = (
        "import sys; sys.argv = ['']; import runpy; runner = runpy.run_path(%r); runner['load_guest']();"
        "sys.modules.update(dict.fromkeys(['sklearn', 'skl2onnx', 'onnx', 'pandas', 'scipy']));"
        "from guest.formats import onnx_graphs; import onnxruntime;"
        "assert onnx_graphs.READS_WITH == ('onnxruntime',); \n"
        "try: onnx_graphs.load(b'', None, 'onnxruntime', {'outputs': {}})\n"
        "except Exception as error: assert 'ONNXRuntime' in str(error) or 'odel' in str(error), error\n"
        "else: raise SystemExit('nothing was loaded')"
    ) % os.path.join(HERE, "run.py")
    done = subprocess.run([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
