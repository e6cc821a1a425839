"""What PMML documents say of themselves, and what Java says when it fails; nothing here needs either."""

import importlib.util
import os
import types

from guest.errors import Unsupported
from guest.formats import _java, _pmml, pmml_documents


def load_samples():
    spec = importlib.util.spec_from_file_location(
        "pmml_samples", os.path.join(os.path.dirname(os.path.abspath(__file__)), "pmml_samples.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


samples = load_samples()


def test_probabilities_are_in_the_order_of_the_models_classes_not_the_documents():
    for kind, stated, classes in [
        ("string", ["a", "b", "c"], ["c", "a", "b"]),
        ("integer", ["0", "1", "10"], [10, 0, 1]),
        ("double", ["0.5", "1.0"], [1.0, 0.5]),
        ("boolean", ["true", "false"], [False, True]),
    ]:
        document = _pmml.Document(samples.classifier(kind, stated, classes, [1] * len(stated)))
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
        assert set(_pmml.Document(samples.classifier("string", stated, classes, [1, 2])).fields()) == {"predict"}
    without = samples.classifier("string", ["a", "b"], ["a", "b"], [1, 2]).replace(
        samples.annotation(["a", "b"]).encode(), b""
    )
    assert set(_pmml.Document(without).fields()) == {"predict"}


def test_a_chain_answers_what_its_last_model_does():
    output = "<Output>%s</Output>" % "".join(samples.PROBABILITY % (value, value) for value in "ab")
    model = '<RegressionModel functionName="classification"><MiningSchema/>%s</RegressionModel>'
    document = _pmml.Document(samples.chained(model % output))
    assert document.fields() == {"predict": ["y"], "predict_proba": ["probability(b)", "probability(a)"]}
    own = "<Output>%s</Output>" % "".join(samples.PROBABILITY % ("own " + value, value) for value in "ab")
    outer = samples.chained(model % output, own)
    assert _pmml.Document(outer).fields()["predict_proba"] == ["probability(own b)", "probability(own a)"]
    average = samples.chained(model % output).replace(b"modelChain", b"average")
    assert set(_pmml.Document(average).fields()) == {"predict"}


def test_outputs_that_are_not_final_are_no_answer():
    text = samples.regression().replace(
        b"</MiningSchema>", b'</MiningSchema><Output><OutputField name="decisionFunction" %s/></Output>'
    )
    assert set(_pmml.Document(text % b"").fields()) == {"predict", "decision_function"}
    assert set(_pmml.Document(text % b'isFinalResult="false"').fields()) == {"predict"}


def test_a_clusterings_label_is_a_number():
    output = '<Output><OutputField name="cluster" dataType="string"/><OutputField name="affinity(0)" feature="affinity" value="0"/></Output>'
    model = '<ClusteringModel functionName="clustering">%s</ClusteringModel>' % (samples.schema(["x1"], ()) + output)
    document = _pmml.Document(
        (samples.HEAD % "" + samples.dictionary(samples.number("x1")) + model + "</PMML>").encode()
    )
    assert document.fields() == {"predict": ["cluster"]}
    assert document.type_of("cluster") == "integer"


def test_transformations_alone_and_other_methods_are_unsupported():
    alone = _pmml.Document(
        (samples.HEAD % "" + samples.dictionary(samples.number("x1")) + "<TransformationDictionary/></PMML>").encode()
    )
    for document, methods, words in [
        (alone, ["transform"], "no model"),
        (_pmml.Document(samples.regression()), ["transform", "score_samples"], "transform, score_samples"),
    ]:
        try:
            _pmml.check(document, methods)
        except Unsupported as reason:
            assert words in str(reason)
        else:
            raise AssertionError("not refused")
    _pmml.check(_pmml.Document(samples.regression()), ["predict", "transform"])


def test_classes_travel_whatever_they_are():
    for classes in [["a<b&c", 'ü "q"', "]]>"], [0, 10, 2], [False, True], [-1.5, 2.0]]:
        model = types.SimpleNamespace(classes_=Array(classes))
        found = _pmml.Document(_pmml.annotated(samples.regression(), model)).classes
        assert found == classes and list(map(type, found)) == list(map(type, classes))
    for none in [
        types.SimpleNamespace(),
        types.SimpleNamespace(classes_=[Array([0])]),
        types.SimpleNamespace(classes_=Array([b"a"])),
    ]:
        assert _pmml.annotated(samples.regression(), none) == samples.regression()


class Array:
    """As much of an array as is needed."""

    ndim = 1

    def __init__(self, values):
        self.values = values

    def tolist(self):
        return self.values


def test_facts():
    assert pmml_documents.facts(samples.regression()) == {
        "pmml": "4.4",
        "application": "by hand 1",
        "model": "RegressionModel",
    }


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
