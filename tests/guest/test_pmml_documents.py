"""PMML written and evaluated, where Java and the packages are there."""

import importlib.util
import os
import tempfile
import types
import unittest

from guest.errors import Unsupported
from guest.formats import _java, pmml_documents


def load_samples():
    spec = importlib.util.spec_from_file_location(
        "pmml_samples", os.path.join(os.path.dirname(os.path.abspath(__file__)), "pmml_samples.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


samples = load_samples()


def needs(*modules):
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise unittest.SkipTest("no %s here" % module)
    try:
        _java.program()
    except Unsupported as reason:
        raise unittest.SkipTest(str(reason)) from reason


def loaded(data, **shapes):
    outputs = {name: {"shape": shape} for name, shape in shapes.items()}
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return pmml_documents.load(data, file.name, "pmml", {"outputs": outputs})


def test_rows_that_are_dicts_have_the_fields_of_their_keys():
    needs("pandas")
    rows = [{"city": "Bonn", "rain": 1.5}, {"city": "Köln"}]
    table = pmml_documents._frame(rows, ["rain", "city"])
    assert list(table.columns) == ["rain", "city"] and table["city"].tolist() == ["Bonn", "Köln"]
    assert table["rain"].tolist()[0] == 1.5 and table["rain"].isna().tolist() == [False, True]


def test_labels_have_the_declared_type_and_probabilities_the_models_order():
    needs("jpmml_evaluator", "pandas")
    for kind, stated, classes, dtype in [
        ("string", ["a", "b"], ["b", "a"], "<U1"),
        ("integer", ["2", "1"], [1, 2], "int64"),
        ("boolean", ["true", "false"], [False, True], "bool"),
    ]:
        model = loaded(samples.classifier(kind, stated, classes, [1, 3]))
        assert model.methods == ("predict", "predict_proba")
        assert not hasattr(model, "transform")
        labels, values = model.predict([[1.0], [-1.0]]), model.predict_proba([[1.0], [-1.0]])
        assert labels.dtype == dtype and labels.tolist() == [
            classes[0],
            classes[1],
        ]  # the second stated has the larger coefficient
        assert values.shape == (2, 2) and values[0, 0] > 0.8 and values[1, 0] < 0.2
        assert abs(values.sum(axis=1) - 1).max() < 1e-12


def test_only_the_shape_is_the_producers():
    needs("jpmml_evaluator", "pandas")
    data, rows = samples.regression(), [[0.5], [2.0]]
    assert loaded(data).predict(rows).tolist() == [2.0, 5.0]
    assert loaded(data, predict=[2, 1]).predict(rows).tolist() == [[2.0], [5.0]]
    assert loaded(data, predict=[3]).predict(rows).shape == (2,)  # what does not fit is left for the comparison


def test_inputs_are_found_by_name_or_by_place():
    needs("jpmml_evaluator", "pandas")
    import pandas as pd

    frame = pd.DataFrame({"b": [5.0], "a": [1.0]})
    assert loaded(samples.regression(inputs=["a"])).predict(frame).tolist() == [3.0]
    assert loaded(samples.regression(inputs=["x2"])).predict(frame).tolist() == [3.0]
    assert loaded(samples.regression(inputs=["x2"])).predict(frame.to_numpy()).tolist() == [3.0]
    try:
        loaded(samples.regression(inputs=["x3"])).predict(frame)
    except ValueError as error:
        assert "x3" in str(error)
    else:
        raise AssertionError("a field was made up")


def test_missing_values_and_rows_that_fail():
    needs("jpmml_evaluator", "pandas")
    import numpy as np

    assert np.isnan(loaded(samples.regression()).predict([[np.nan], [1.0]])).tolist() == [True, False]
    picky = samples.regression().replace(
        b'<MiningField name="x1"/>', b'<MiningField name="x1" missingValueTreatment="returnInvalid"/>'
    )
    try:
        loaded(picky).predict([[np.nan], [1.0]])
    except _java.JavaError as error:
        assert str(error).startswith("1 of 2 rows: ") and "\n" not in str(error)
    else:
        raise AssertionError("a row without a result counts as one")


def test_what_cannot_be_loaded_is_told_in_one_line():
    needs("jpmml_evaluator", "pandas")
    alone = (samples.HEAD % "" + samples.dictionary(samples.number("x1")) + "</PMML>").encode()
    try:
        loaded(alone)
    except _java.JavaError as error:
        assert str(error).startswith("MissingElementException: ") and "\n" not in str(error)
        assert "PMMLUtil.java" in str(error.__cause__)
    else:
        raise AssertionError("it was loaded")


def opened():
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


def test_nothing_is_left_open():
    needs("jpmml_evaluator", "pandas")
    loaded(samples.regression()).predict([[1.0]])
    before, process = opened(), pmml_documents.SERVICE.pid
    for _ in range(3):
        loaded(samples.regression()).predict([[1.0]])
        assert opened() == before
    assert pmml_documents.SERVICE.pid == process


def test_what_is_collected_late_opens_nothing():
    needs("jpmml_evaluator", "pandas")
    gateway = pmml_documents.SERVICE.connect()
    file = gateway.jvm.java.io.File("x")
    _java.disconnect(gateway)
    before = opened()
    del file
    assert opened() == before


def test_a_java_that_has_ended_is_started_again():
    needs("jpmml_evaluator", "pandas")
    loaded(samples.regression())
    before = pmml_documents.SERVICE.pid
    os.kill(before, 9)
    pmml_documents.SERVICE._process.wait()
    assert loaded(samples.regression()).predict([[1.0]]).tolist() == [3.0]
    assert pmml_documents.SERVICE.pid != before


def fitted(estimator, methods, y):
    import numpy as np

    X = np.random.RandomState(0).normal(size=(60, 3))
    return estimator.fit(X, y(X)), types.SimpleNamespace(methods=methods, inputs=X)


def test_a_fitted_model_comes_back():
    needs("sklearn2pmml", "jpmml_evaluator")
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names = np.array(["zebra", "ape", "gnu"])
    model, fit = fitted(LogisticRegression(), ["predict", "predict_proba"], lambda X: names[(X[:, :2] > 0).sum(axis=1)])
    copy = loaded(dumped(model, fit))
    assert (copy.predict(fit.inputs) == model.predict(fit.inputs)).all()
    assert abs(copy.predict_proba(fit.inputs) - model.predict_proba(fit.inputs)).max() < 1e-12


def test_the_model_itself_stays_as_it_is():
    needs("sklearn2pmml")
    from sklearn.feature_selection import SelectKBest, f_regression
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(StandardScaler(), SelectKBest(f_regression, k=2), LinearRegression())
    model, fit = fitted(pipeline, ["predict"], lambda X: X.sum(axis=1))
    before = repr(model)
    dumped(model, fit)
    assert repr(model) == before and "SKLEARN2PMML_BANNER" not in os.environ


def test_an_estimator_without_a_converter():
    needs("sklearn2pmml")
    from sklearn.mixture import GaussianMixture

    model, fit = fitted(GaussianMixture(2), ["predict"], lambda X: None)
    try:
        dumped(model, fit)
    except Unsupported as reason:
        assert str(reason).startswith("sklearn2pmml: ") and "\n" not in str(reason)
        assert "GaussianMixture" in str(reason)
    else:
        raise AssertionError("it was written")


def test_a_model_that_does_not_count_its_features():
    needs("sklearn2pmml", "jpmml_evaluator")
    from sklearn.compose import TransformedTargetRegressor

    model, fit = fitted(TransformedTargetRegressor(), ["predict"], lambda X: X.sum(axis=1) + 1)
    assert abs(loaded(dumped(model, fit)).predict(fit.inputs) - model.predict(fit.inputs)).max() < 1e-12


def dumped(model, fit):
    """What is not for this release of scikit-learn at all is no matter of ours."""
    try:
        return pmml_documents.dump(model, {}, fit)
    except Unsupported as reason:
        if "Scikit-Learn version" in str(reason):
            raise unittest.SkipTest(str(reason)) from reason
        raise
