"""Small PMML documents, written by hand; for test_pmml.py and test_pmml_documents.py."""

import json

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


def chained(inner, own=""):
    """A chain with outputs of its ``own``, whose last model is ``inner``; its first has probabilities of other things."""
    first = (
        '<RegressionModel functionName="regression"><MiningSchema/><Output>%s</Output></RegressionModel>'
        % PROBABILITY
        % ("no", "a")
    )
    segments = (
        '<Segmentation multipleModelMethod="%s"><Segment><True/>%s</Segment><Segment><True/>%s</Segment></Segmentation>'
    )
    outer = '<MiningModel functionName="classification">%s</MiningModel>'
    body = outer % (schema(["x1"]) + own + segments % ("modelChain", first, inner))
    return (
        HEAD % annotation(["b", "a"]) + dictionary(label("string", "a", "b"), number("x1")) + body + "</PMML>"
    ).encode()
