"""PMML: what documents say of themselves, and where Java and the packages are there, writing and evaluating them."""

import importlib.util
import json
import os
import types
import unittest

from guest.errors import Unsupported
from guest.formats import _java, _pmml, pmml_documents

HEAD = '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header><Application name="by hand" version="1"/>%s<Timestamp>now</Timestamp></Header>'
FIELD = '<DataField name="%s" optype="%s" dataType="%s">%s</DataField>'
PROBABILITY = (
    '<OutputField name="probability(%s)" optype="continuous" dataType="double" feature="probability" value="%s"/>'
)


def annotation(classes):
    return "<Annotation>classes_ of the scikit-learn model: %s</Annotation>" % json.dumps(classes)


def dictionary(*fields):
    return "<DataDictionary>%s</DataDictionary>" % "".join(fields)


def number(name):
    return FIELD % (name, "continuous", "double", "")


def label(kind, *values):
    return FIELD % ("y", "categorical", kind, "".join('<Value value="%s"/>' % value for value in values))


def schema(inputs, targets=("y",)):
    fields = ['<MiningField name="%s" usageType="target"/>' % name for name in targets]
    return "<MiningSchema>%s</MiningSchema>" % "".join(fields + ['<MiningField name="%s"/>' % name for name in inputs])


def classifier(kind, stated, classes, coefficients):
    """A softmax of one input x1; ``stated`` are its probabilities in the document's order."""
    tables = "".join(
        '<RegressionTable intercept="0" targetCategory="%s"><NumericPredictor name="x1" coefficient="%s"/></RegressionTable>'
        % pair
        for pair in zip(stated, coefficients)
    )
    outputs = "<Output>%s</Output>" % "".join(PROBABILITY % (value, value) for value in stated)
    model = '<RegressionModel functionName="classification" normalizationMethod="softmax">%s</RegressionModel>'
    text = (
        HEAD % annotation(classes)
        + dictionary(label(kind, *stated), number("x1"))
        + model % (schema(["x1"]) + outputs + tables)
    )
    return (text + "</PMML>").encode()


def regression(head="", inputs=("x1",)):
    predictors = "".join('<NumericPredictor name="%s" coefficient="2"/>' % name for name in inputs)
    model = '<RegressionModel functionName="regression">%s<RegressionTable intercept="1">%s</RegressionTable></RegressionModel>'
    fields = dictionary(number("y"), *map(number, inputs))
    return (HEAD % head + fields + model % (schema(inputs), predictors) + "</PMML>").encode()


def chained(inner):
    """A chain whose last model is ``inner``, and whose first states probabilities of another kind."""
    first = (
        '<RegressionModel functionName="regression"><MiningSchema/><Output>%s</Output></RegressionModel>'
        % PROBABILITY
        % ("no", "a")
    )
    segments = (
        '<Segmentation multipleModelMethod="%s"><Segment><True/>%s</Segment><Segment><True/>%s</Segment></Segmentation>'
    )
    outer = '<MiningModel functionName="classification">%s</MiningModel>'
    body = outer % (schema(["x1"]) + segments % ("modelChain", first, inner))
    return (
        HEAD % annotation(["b", "a"]) + dictionary(label("string", "a", "b"), number("x1")) + body + "</PMML>"
    ).encode()


# What documents say


def test_probabilities_are_in_the_order_of_the_models_classes_not_the_documents():
    for kind, stated, classes in [
        ("string", ["a", "b", "c"], ["c", "a", "b"]),
        ("integer", ["0", "1", "10"], [10, 0, 1]),
        ("double", ["0.5", "1.0"], [1.0, 0.5]),
        ("boolean", ["true", "false"], [False, True]),
    ]:
        document = _pmml.Document(classifier(kind, stated, classes, [1] * len(stated)))
        written = [str(one).lower() if isinstance(one, bool) else str(one) for one in classes]
        assert document.fields()["predict_proba"] == ["probability(%s)" % one for one in written]
        assert document.fields()["predict"] == ["y"] and document.type_of("y") == kind
        assert document.inputs == ["x1"] and document.function == "classification"


def test_probabilities_that_are_not_those_of_the_classes_are_none():
    for stated, classes in [
        (["a", "b"], ["a", "c"]),
        (["a", "b"], ["a", "b", "c"]),
        (["a", "b"], ["a"]),
        (["0", "1"], [0.0, 1.0]),
    ]:
        assert set(_pmml.Document(classifier("string", stated, classes, [1, 2])).fields()) == {"predict"}
    without = classifier("string", ["a", "b"], ["a", "b"], [1, 2]).replace(annotation(["a", "b"]).encode(), b"")
    assert set(_pmml.Document(without).fields()) == {"predict"}


def test_a_chain_answers_what_its_last_model_does():
    output = "<Output>%s</Output>" % "".join(PROBABILITY % (value, value) for value in "ab")
    model = '<RegressionModel functionName="classification"><MiningSchema/>%s</RegressionModel>'
    document = _pmml.Document(chained(model % output))
    assert document.fields() == {"predict": ["y"], "predict_proba": ["probability(b)", "probability(a)"]}
    average = chained(model % output).replace(b"modelChain", b"average")
    assert set(_pmml.Document(average).fields()) == {"predict"}


def test_outputs_that_are_not_final_are_no_answer():
    text = regression().replace(
        b"</MiningSchema>", b'</MiningSchema><Output><OutputField name="decisionFunction" %s/></Output>'
    )
    assert set(_pmml.Document(text % b"").fields()) == {"predict", "decision_function"}
    assert set(_pmml.Document(text % b'isFinalResult="false"').fields()) == {"predict"}


def test_a_clusterings_label_is_a_number():
    output = '<Output><OutputField name="cluster" dataType="string"/><OutputField name="affinity(0)" feature="affinity" value="0"/></Output>'
    model = '<ClusteringModel functionName="clustering">%s</ClusteringModel>' % (schema(["x1"], ()) + output)
    document = _pmml.Document((HEAD % "" + dictionary(number("x1")) + model + "</PMML>").encode())
    assert document.fields() == {"predict": ["cluster"]}
    assert document.type_of("cluster") == "integer"


def test_transformations_alone_and_other_methods_are_unsupported():
    alone = _pmml.Document((HEAD % "" + dictionary(number("x1")) + "<TransformationDictionary/></PMML>").encode())
    for document, methods, told in [
        (alone, ["transform"], "no model"),
        (_pmml.Document(regression()), ["transform", "score_samples"], "transform, score_samples"),
    ]:
        try:
            _pmml.check(document, methods)
        except Unsupported as reason:
            assert told in str(reason)
        else:
            raise AssertionError("not refused")
    _pmml.check(_pmml.Document(regression()), ["predict", "transform"])


def test_classes_travel_whatever_they_are():
    for classes in [["a<b&c", 'ü "q"', "]]>"], [0, 10, 2], [False, True], [-1.5, 2.0]]:
        model = types.SimpleNamespace(classes_=Array(classes))
        found = _pmml.Document(_pmml.annotated(regression(), model)).classes
        assert found == classes and list(map(type, found)) == list(map(type, classes))
    for none in [
        types.SimpleNamespace(),
        types.SimpleNamespace(classes_=[Array([0])]),
        types.SimpleNamespace(classes_=Array([b"a"])),
    ]:
        assert _pmml.annotated(regression(), none) == regression()


class Array:
    """As much of an array as is needed."""

    ndim = 1

    def __init__(self, values):
        self.values = values

    def tolist(self):
        return self.values


def test_facts():
    assert pmml_documents.facts(regression()) == {"pmml": "4.4", "application": "by hand 1", "model": "RegressionModel"}


# What Java says

NEW_STYLE = """Standard output is empty
Standard error:
SEVERE: Failed to convert PKL to PMML

===============================================================================
                                   EXCEPTION
===============================================================================
org.jpmml.sklearn.SkLearnException: Failed to convert the estimator object (Python class X) to PMML
Context:
	X
Stack trace:
	at sklearn.Estimator.encode(Estimator.java:152)

-------------------------------------------------------------------------------
                                   Caused by
-------------------------------------------------------------------------------
%s
Stack trace:
	at org.jpmml.python.PythonObject.getOptionalEnum(PythonObject.java:258)
	... 7 more
"""
REFUSAL = "org.jpmml.python.InvalidAttributeException: Attribute 'algorithm' has an unsupported value\nSolution:\n\tUse a supported value"
OLD_STYLE = 'Standard error:\nException in thread "main" %s\n\tat com.sklearn2pmml.Main.main(Main.java:101)\n'


def explained(printed):
    try:
        pmml_documents._explain(printed, RuntimeError("The SkLearn2PMML application has failed"))
    except Exception as error:
        return type(error), str(error)


def test_what_the_converter_says_is_unsupported():
    for printed, line in [
        (
            NEW_STYLE % REFUSAL,
            "InvalidAttributeException: Attribute 'algorithm' has an unsupported value (Use a supported value)",
        ),
        (
            OLD_STYLE % "java.lang.IllegalArgumentException: not a supported Transformer",
            "IllegalArgumentException: not a supported Transformer",
        ),
        (
            OLD_STYLE % "java.lang.RuntimeException: The SkLearn2PMML package has expired",
            "RuntimeException: The SkLearn2PMML package has expired",
        ),
        (
            OLD_STYLE % "java.lang.UnsupportedOperationException",
            "UnsupportedOperationException: at com.sklearn2pmml.Main.main(Main.java:101)",
        ),
    ]:
        assert explained(printed) == (Unsupported, "sklearn2pmml: " + line)


def test_what_it_did_not_expect_is_an_error_and_memory_is_memory():
    kind, text = explained(NEW_STYLE % "java.lang.NullPointerException: because it is null")
    assert kind is pmml_documents.ConversionError
    assert text.splitlines()[0] == "sklearn2pmml: NullPointerException: because it is null"
    assert "PythonObject.java:258" in text
    assert explained(OLD_STYLE % "java.lang.OutOfMemoryError: Java heap space")[0] is MemoryError
    assert explained(OLD_STYLE % "java.lang.IllegalArgumentException")[0] is pmml_documents.ConversionError
    unread = (
        NEW_STYLE.replace("convert the", "load the") % "net.razorvine.pickle.PickleException: expected zero arguments"
    )
    assert explained(unread)[0] is pmml_documents.ConversionError
    assert explained("Standard error:\n# A fatal error has been detected")[0] is pmml_documents.ConversionError
    assert explained("") is None


def test_no_java_is_unsupported_with_what_to_install():
    path = os.environ["PATH"]
    os.environ["PATH"] = "/nonexistent"
    try:
        for does in (_java.program, lambda: pmml_documents.dump(None, {}, None), _java.Gateway(list, print).connect):
            try:
                does()
            except Unsupported as reason:
                assert "apt-get install default-jre-headless" in str(reason)
            else:
                raise AssertionError("Java was found")
    finally:
        os.environ["PATH"] = path


# With the packages


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
    return pmml_documents.load(data, None, "pmml", {"outputs": outputs})


def test_labels_have_the_declared_type_and_probabilities_the_models_order():
    needs("jpmml_evaluator", "pandas")
    for kind, stated, classes, dtype in [
        ("string", ["a", "b"], ["b", "a"], "<U1"),
        ("integer", ["2", "1"], [1, 2], "int64"),
        ("boolean", ["true", "false"], [False, True], "bool"),
    ]:
        model = loaded(classifier(kind, stated, classes, [1, 3]))
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
    data, rows = regression(), [[0.5], [2.0]]
    assert loaded(data).predict(rows).tolist() == [2.0, 5.0]
    assert loaded(data, predict=[2, 1]).predict(rows).tolist() == [[2.0], [5.0]]
    assert loaded(data, predict=[3]).predict(rows).shape == (2,)  # what does not fit is left for the comparison


def test_inputs_are_found_by_name_or_by_place():
    needs("jpmml_evaluator", "pandas")
    import pandas as pd

    frame = pd.DataFrame({"b": [5.0], "a": [1.0]})
    assert loaded(regression(inputs=["a"])).predict(frame).tolist() == [3.0]
    assert loaded(regression(inputs=["x2"])).predict(frame).tolist() == [3.0]
    assert loaded(regression(inputs=["x2"])).predict(frame.to_numpy()).tolist() == [3.0]
    try:
        loaded(regression(inputs=["x3"])).predict(frame)
    except ValueError as error:
        assert "x3" in str(error)
    else:
        raise AssertionError("a field was made up")


def test_missing_values_and_rows_that_fail():
    needs("jpmml_evaluator", "pandas")
    import numpy as np

    assert np.isnan(loaded(regression()).predict([[np.nan], [1.0]])).tolist() == [True, False]
    picky = regression().replace(
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
    alone = (HEAD % "" + dictionary(number("x1")) + "</PMML>").encode()
    try:
        loaded(alone)
    except _java.JavaError as error:
        assert str(error).startswith("MissingElementException: ") and "\n" not in str(error)
        assert "PMMLUtil.java" in str(error.__cause__)
    else:
        raise AssertionError("it was loaded")


def test_nothing_is_left_open():
    needs("jpmml_evaluator", "pandas")

    def opened():
        return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    loaded(regression()).predict([[1.0]])
    before, process = opened(), pmml_documents.SERVICE.pid
    for _ in range(3):
        loaded(regression()).predict([[1.0]])
        assert opened() == before
    assert pmml_documents.SERVICE.pid == process


def test_a_java_that_has_ended_is_started_again():
    needs("jpmml_evaluator", "pandas")
    loaded(regression())
    before = pmml_documents.SERVICE.pid
    os.kill(before, 9)
    pmml_documents.SERVICE._process.wait()
    assert loaded(regression()).predict([[1.0]]).tolist() == [3.0]
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
    before = repr(sorted(vars(model).items()))
    data = dumped(model, fit)
    assert repr(sorted(vars(model).items())) == before
    copy = loaded(data)
    assert (copy.predict(fit.inputs) == model.predict(fit.inputs)).all()
    assert abs(copy.predict_proba(fit.inputs) - model.predict_proba(fit.inputs)).max() < 1e-12


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
