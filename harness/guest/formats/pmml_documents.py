"""PMML by sklearn2pmml, evaluated by jpmml_evaluator; both are Java programs with a Python front.

What a document does not say, its model does not have: see `harness.guest.formats._pmml`.
"""

import contextlib
import copy
import inspect
import io
import os
import re
import tempfile

from ..errors import Unsupported
from . import _java, _pmml

FORMATS = {"pmml": {}}
READERS = {"pmml": ("pmml",)}
WRITES_WITH = ("sklearn", "sklearn2pmml")
READS_WITH = ("jpmml_evaluator.py4j", "pandas")
NAMES_ITS_CODE = True  # and runs none
PARTIAL = True
CONVERTS = True
TOLERANCES = [
    # It computes in double, but trees within stacking and voting declare their inputs as float, which rounds them: up to
    # 4e-7. The next difference that was seen is 0.9.
    {"dtypes": ["float64"], "rtol": 1.0e-6, "atol": 1.0e-7},
]

#: Exceptions of these are the converter's own words, that it does not do this. Others are bugs, unless they speak of
#: what is supported.
_SUPPORT = re.compile(r"\b(un)?supported\b")
_CONVERTER = ("org.jpmml.", "com.sklearn2pmml.", "java.lang.UnsupportedOperationException")
_TYPES = {"double": "float64", "float": "float32", "integer": "int64", "boolean": "bool"}


class ConversionError(Exception):
    """sklearn2pmml has failed; the text is its Java program's, the first line says most."""


def dump(model, options, fit):
    _java.program()
    data = _pmml.annotated(_converted(_named(model, fit.inputs)), model)
    _pmml.check(_pmml.Document(data), fit.methods)
    return data


def _named(model, inputs):
    """What sklearn2pmml is given. It leaves marks on that, and other formats write this model, too: hence a copy.

    It counts the fields itself, where the model says how many features it has. Elsewhere it must be told their names.
    Before 0.100 it took pipelines of its own only.
    """
    from sklearn2pmml import make_pmml_pipeline

    model = copy.deepcopy(model)
    # Where that is a property, the Java program does not see it.
    if "n_features_in_" in vars(model) and _parameters()[0] != "pipeline":
        return model
    return make_pmml_pipeline(model, active_fields=list(_table(inputs).columns))


def _parameters():
    """The names of the parameters of sklearn2pmml's function, which differ from release to release."""
    import sklearn2pmml

    return list(inspect.signature(sklearn2pmml.sklearn2pmml).parameters)


def _converted(model):
    import sklearn2pmml

    handle, path = tempfile.mkstemp(suffix=".pmml", dir=".")
    os.close(handle)
    printed = io.StringIO()
    options = _java.OPTIONS + _java.NO_NETWORK
    takes_options = "java_opts" in _parameters()
    if not takes_options:  # before 0.79: then Java's launcher reads them itself
        os.environ["JDK_JAVA_OPTIONS"] = " ".join(options)
    try:
        with contextlib.redirect_stdout(printed):
            sklearn2pmml.sklearn2pmml(model, path, **({"java_opts": options} if takes_options else {}))
        with open(path, "rb") as file:
            return file.read()
    except RuntimeError as error:
        _explain(printed.getvalue(), error)
        raise
    finally:
        os.environ.pop("SKLEARN2PMML_BANNER", None)
        os.environ.pop("JDK_JAVA_OPTIONS", None)
        os.remove(path)


def _explain(printed, error):
    """Raise what the Java program's text says; sklearn2pmml itself says only that it failed."""
    thrown = _java.thrown(printed)
    if thrown is None:
        if printed:
            raise ConversionError(printed.strip()[-2000:]) from error
        return
    name, message, advice = thrown
    line = "sklearn2pmml: " + _java.line_of(name, message, advice)
    if name == "java.lang.OutOfMemoryError":
        raise MemoryError(line) from error
    if name.startswith(_CONVERTER) or _SUPPORT.search(message) or message == "The SkLearn2PMML package has expired":
        raise Unsupported(line) from error
    raise ConversionError(line + "\n" + printed) from error


def facts(data):
    document = _pmml.Document(data)
    return {"pmml": document.version, "application": document.application, "model": document.model}


def load(data, path, reader, options):
    document = _pmml.Document(data)
    gateway = SERVICE.connect()
    try:
        return Model(document, gateway, _evaluator(gateway, path), options["outputs"])
    except BaseException:
        _java.disconnect(gateway)
        raise


def _evaluator(gateway, path):
    """What jpmml_evaluator.make_evaluator gives; and what it took to make it is let go at once in the JVM, too."""
    from jpmml_evaluator import LoadingModelEvaluatorBuilder
    from jpmml_evaluator.py4j import Py4JBackend

    builder = LoadingModelEvaluatorBuilder(Py4JBackend(gateway))
    try:
        with _java.errors_of_java():
            return builder.loadFile(path).build()
    finally:
        gateway.detach(builder.javaModelEvaluatorBuilder)


class Model:
    """A document in the JVM. It has those of scikit-learn's methods that the document answers: ``methods``."""

    def __init__(self, document, gateway, evaluator, outputs):
        self._gateway = gateway
        self._evaluator = evaluator
        self._document = document
        self._outputs = outputs
        self.methods = tuple(sorted(document.fields()))

    def __getattr__(self, name):
        if name not in vars(self).get("methods", ()):
            raise AttributeError("the PMML document has no field for %s" % name)
        return lambda inputs: self._call(name, inputs)

    def __del__(self):
        # At once: connections, and large models in the JVM, must not pile up until Python's collector comes by.
        self._gateway.detach(self._evaluator.javaEvaluator)
        _java.disconnect(self._gateway)

    def _call(self, method, inputs):
        import numpy as np

        with _java.errors_of_java():
            table, errors = self._evaluator.evaluateAll(_frame(inputs, self._document.inputs), error_col=None)
        messages = [] if errors is None else [text for text in errors if isinstance(text, str)]  # else None, or NaN
        if messages:
            raise _java.JavaError("%d of %d rows: %s" % (len(messages), len(errors), " ".join(messages[0].split())))
        names = self._document.fields()[method]
        columns = [_column(table[name], self._document.type_of(name)) for name in names]
        values = np.column_stack(columns) if len(columns) > 1 else columns[0]
        shape = self._outputs.get(method, {}).get("shape")
        return values if shape is None or np.prod(shape) != values.size else values.reshape(shape)


def _column(values, kind):
    import numpy as np

    given = [None if value is None or value != value else value for value in values]
    if kind in ("double", "float"):
        return np.array(given, dtype=_TYPES[kind])  # None becomes NaN
    if None in given:
        return np.array(given, dtype=object)
    if kind == "integer":
        given = [int(value) for value in given]
    return np.array(given, dtype=_TYPES.get(kind))


def _frame(inputs, fields):
    """The document's input fields from the inputs: by name, or, where the names are sklearn2pmml's own, by place."""
    table = _table(inputs)
    if not set(fields) <= set(table.columns):
        table = table.set_axis(_places(table), axis=1)
    missing = [name for name in fields if name not in table.columns]
    if missing:
        raise ValueError("the document asks for fields that the inputs do not have: %s" % ", ".join(missing))
    return table[fields or list(table.columns)[:1]]  # a constant asks for no field, and without any there are no rows


def _table(inputs):
    """The inputs as a data frame: a list of texts is one column, and one of dicts has their keys.

    x1, x2 ... are sklearn2pmml's names for the nameless.
    """
    import pandas as pd

    if isinstance(inputs, list) and isinstance(inputs[0], dict):
        inputs = pd.DataFrame(inputs)

    if hasattr(inputs, "columns"):
        return inputs.set_axis(map(str, inputs.columns), axis=1)
    if hasattr(inputs, "toarray"):
        inputs = inputs.toarray()
    if isinstance(inputs, list) and not isinstance(inputs[0], (list, tuple)):
        inputs = [[text] for text in inputs]
    table = pd.DataFrame(inputs)
    return table.set_axis(_places(table), axis=1)


def _places(table):
    return ["x%d" % number for number in range(1, table.shape[1] + 1)]


def _classpath():
    import jpmml_evaluator

    return jpmml_evaluator._classpath([])


_CONSTANT = b"""<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
<DataField name="y" optype="continuous" dataType="double"/><DataField name="x1" optype="continuous" dataType="double"/>
</DataDictionary><RegressionModel functionName="regression"><MiningSchema>
<MiningField name="y" usageType="target"/><MiningField name="x1"/></MiningSchema>
<RegressionTable intercept="1"><NumericPredictor name="x1" coefficient="2"/></RegressionTable>
</RegressionModel></PMML>"""


def _warm_up(gateway):
    import pandas as pd

    with tempfile.NamedTemporaryFile(suffix=".pmml") as file:
        file.write(_CONSTANT)
        file.flush()
        _evaluator(gateway, file.name).evaluateAll(pd.DataFrame({"x1": [1.0]}))


#: Kept by the supervisor for all its children, see `harness.guest.services`.
SERVICE = _java.Gateway(_classpath, _warm_up)
