"""ONNX: the arithmetic of a model as a graph, written by skl2onnx and run by onnxruntime, which needs no scikit-learn.

The graph's outputs bear the names of the methods that they are (``predict``, ``predict_proba``, ...), so that any
runtime sees what it has got. See `_skl2onnx` for what is written and `_tensors` for what is fed.
"""

from .. import graphs
from ..errors import Unsupported

# The newest opset is the newest that both skl2onnx and onnx of the producer know. Opset 12 is of May 2020.
FORMATS = {
    "onnx": {"dtype": "float32", "opset": "newest"},
    "onnx-float64": {"dtype": "float64", "opset": "newest"},
    "onnx-opset12": {"dtype": "float32", "opset": 12},
}
READERS = {"onnx": ("onnxruntime",), "onnx-float64": ("onnxruntime",), "onnx-opset12": ("onnxruntime",)}
WRITES_WITH = ("skl2onnx", "onnx")
READS_WITH = ("onnxruntime",)
NAMES_ITS_CODE = True  # and runs none
PARTIAL = True
CONVERTS = True
# Measured on 145 to 166 outputs under scikit-learn 0.24, 1.5 and 1.9: all that use up to 0.36 of these are rounding, and
# from 6.9 on they are other neighbours, other branches or another formula. Nothing lies between.
TOLERANCES = [
    # In float32 inputs and coefficients are rounded at 6e-8, and distances and products of probabilities cancel.
    {"dtypes": ["float32"], "rtol": 1.0e-4, "atol": 1.0e-5},
    # In float64 some operators still compute in float32 (support vectors, naive Bayes): some 1e-7 of the largest.
    {"dtypes": ["float64"], "rtol": 1.0e-6, "atol": 1.0e-6},
]

_ELEMENTS = {"float": "float32", "double": "float64", "int64": "int64", "bool": "bool", "string": "string"}


def dump(model, options, fit):
    from . import _skl2onnx

    return _skl2onnx.convert(model, options, fit).SerializeToString()


def facts(data):
    """What a runtime must know to run the graph, and who wrote it."""
    import onnx
    import skl2onnx

    graph = onnx.load_model_from_string(data)
    return {
        "ir_version": graph.ir_version,
        "opsets": {one.domain or "ai.onnx": one.version for one in graph.opset_import},
        "operators": sorted({node.op_type for node in graph.graph.node}),
        "inputs": [one.name for one in graph.graph.input],
        "outputs": [one.name for one in graph.graph.output],
        "graph_producer": "%s %s" % (graph.producer_name, graph.producer_version),
        "skl2onnx": skl2onnx.__version__,
        "onnx": onnx.__version__,
    }


def load(data, path, reader, options):
    return _session(data, options)


def load_file(path, reader, options):
    return _session(path, options)


def _session(source, options):
    """``source`` is a graph's bytes or its file."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)  # it would warn on stderr, and what it refuses comes as an exception
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.log_severity_level = 4
    session = onnxruntime.InferenceSession(source, settings, providers=["CPUExecutionProvider"])
    return Graph(session, options["outputs"]) if options["outputs"] else ForeignGraph(session, source)


class ForeignGraph:
    """A session of a graph that somebody else wrote: its outputs have any names, and are one answer together.

    ``graph`` is what it tells of its rows.
    """

    def __init__(self, session, source):
        self.session = session
        self.methods = ["predict"]
        self.graph = graphs.read(_bytes(source))
        self.declared = [(one.name, _element(one.type), one.shape) for one in session.get_inputs()]
        if len(self.declared) > 1:
            self.feature_names_in_ = [name for name, _, _ in self.declared]

    def predict(self, inputs):
        """Every output, in the graph's order."""
        from . import _tensors

        return [_as_arrays(output) for output in self.session.run(None, _tensors.feed(inputs, self.declared))]


def _bytes(source):
    if isinstance(source, bytes):
        return source
    with open(source, "rb") as file:
        return file.read()


def _as_arrays(output):
    """An output without maps, which hold the probability of each class: a row each, in the order of their keys."""
    import numpy

    if isinstance(output, list) and output and isinstance(output[0], dict):
        return numpy.array([[row[key] for key in sorted(row)] for row in output])
    return output


class Graph:
    """A session with the methods that its graph gives, by name; ``layouts`` are the shapes of the fitted model's."""

    def __init__(self, session, layouts):
        self.session = session
        self.layouts = layouts
        self.methods = [one.name for one in session.get_outputs() if one.name in layouts]
        self.declared = [(one.name, _element(one.type), one.shape) for one in session.get_inputs()]

    def __getattr__(self, name):
        if name in self.__dict__.get("methods", ()):
            return lambda inputs: self.run(name, inputs)
        raise AttributeError(name)

    def run(self, name, inputs):
        from . import _tensors

        (output,) = self.session.run([name], _tensors.feed(inputs, self.declared))
        return laid_out(output, self.layouts[name])


def _element(declared):
    """ "tensor(float)" as NumPy's name of it."""
    element = declared[len("tensor(") : -1] if declared.startswith("tensor(") else declared
    if element not in _ELEMENTS:
        raise Unsupported("the graph asks for an input of type %s" % declared)
    return _ELEMENTS[element]


def laid_out(output, layout):
    """Bring an output to the shape of the fitted model's own, if all its values keep their order.

    ONNX has (n, 1) where scikit-learn has (n,), the reverse, and one tensor where scikit-learn has a list of arrays, one
    for each target. Everything else is left to differ.
    """
    if not hasattr(output, "reshape"):
        return output
    if layout.get("kind") == "list":
        return list(output)
    shape = tuple(layout.get("shape") or ())
    same = [n for n in shape if n != 1] == [n for n in output.shape if n != 1]
    return output.reshape(shape) if same else output
