"""A fitted model as an ONNX graph: the opset stated, probabilities as a tensor, outputs named by method.

Which output is which method follows from what skl2onnx says that it is, never from whether its values agree:

label                        predict
probabilities                predict_proba; decision_function where the model has no probabilities, or none are asked for
scores                       transform of clusterers (distances), decision_function of outlier detectors
score_samples                itself
any other, and the only one  predict of what predicts, else transform
"""

from ..errors import Unsupported
from . import _tensors

#: The first opset that goes with each version of the file format, newest first (onnx.helper.VERSION_TABLE).
_IR_OF_OPSET = ((25, 13), (24, 12), (23, 11), (21, 10), (19, 9), (15, 8), (12, 7))
#: ai.onnx.ml 3 came with opset 16; it keeps thresholds of trees as doubles. skl2onnx writes nothing newer.
_ML_OF_OPSET = ((16, 3), (1, 2))
_CONVERTERS = (
    "skl2onnx.operator_converters",
    "skl2onnx.shape_calculators",
    "skl2onnx._parse",
    "skl2onnx.common.utils",
    "skl2onnx.common.shape_calculator",
)


def convert(model, options, fit):
    """The graph of a fitted model; raises Unsupported with skl2onnx's words where it declines."""
    opset = _opset(options["opset"])
    scores = _scores_method(model, fit.methods)
    try:
        written = _converted(
            model,
            opset,
            name=type(model).__name__,
            initial_types=_types(fit.inputs, options["dtype"], by_column=_has_columns(model)),
            options=_options(model, scores, fit.methods),
        )
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        if not _declined(error):
            raise
        raise Unsupported("skl2onnx: %s" % error) from error
    written.ir_version = _at(_IR_OF_OPSET, _opsets(written).get("", opset))
    _name_outputs(written.graph, model, scores)
    _state_locale(written.graph)
    return written


def _converted(model, opset, **settings):
    """Convert with an opset of both domains; raises as skl2onnx does.

    Given one number, skl2onnx takes the newest of onnx for the domain ai.onnx.ml, which may be newer than itself or than the runtimes of
    that opset. Given one for each domain, its converter of Gaussian mixtures fails. So the second is for where it must be.
    """
    import skl2onnx

    most = _at(_ML_OF_OPSET, opset)
    try:
        written = skl2onnx.convert_sklearn(model, target_opset=opset, **settings)
        if _opsets(written).get("ai.onnx.ml", 0) <= most:
            return written
    except RuntimeError as error:
        if "ai.onnx.ml" not in str(error):
            raise
    return skl2onnx.convert_sklearn(model, target_opset={"": opset, "ai.onnx.ml": most}, **settings)


def _opsets(written):
    return {one.domain: one.version for one in written.opset_import}


def _opset(asked):
    import onnx
    import skl2onnx

    newest = min(skl2onnx.__max_supported_opset__, onnx.defs.onnx_opset_version())
    return newest if asked == "newest" else asked


def _at(table, opset):
    return next(version for first, version in table if opset >= first)


def _declined(error):
    """Whether skl2onnx says that it does not support this. Anything else is a bug, and stays an exception.

    It has exceptions of its own for converters that do not exist. The others, RuntimeErrors for the most part, count where a converter,
    not the machinery under it, raised them with a message.
    """
    if type(error).__name__ in ("MissingConverter", "MissingShapeCalculator"):
        return True
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_globals.get("__name__", "").startswith(_CONVERTERS) and bool(str(error))


def _types(inputs, dtype, by_column):
    from skl2onnx.common import data_types

    numbers = {"float32": data_types.FloatTensorType, "float64": data_types.DoubleTensorType}[dtype]
    kinds = {
        _tensors.NUMBERS: numbers,
        _tensors.INTEGERS: data_types.Int64TensorType,
        _tensors.TEXTS: data_types.StringTensorType,
    }
    try:
        layout = _tensors.layout(inputs, by_column)
    except TypeError as error:
        raise Unsupported("ONNX takes tensors: %s" % error) from error
    return [(name, kinds[kind]([None] + shape)) for name, kind, shape in layout]


def _has_columns(model):
    """Whether a part of the model picks columns by name."""
    return any(hasattr(part, "transformers_") for part in [model] + list(model.get_params(deep=True).values()))


def _last(model):
    """The part whose outputs the model's are."""
    while True:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif hasattr(model, "steps"):
            model = model.steps[-1][1]
        else:
            return model


def _options(model, scores, methods):
    from skl2onnx._supported_operators import sklearn_operator_name_map
    from skl2onnx.common._registration import _converter_pool

    last = _last(model)
    converter = _converter_pool.get(sklearn_operator_name_map.get(type(last)))
    allowed = (converter.get_allowed_options() if converter is not None else None) or ()
    wanted = {
        "zipmap": False,
        "raw_scores": scores == "decision_function",
        "score_samples": "score_samples" in methods,
    }
    return {id(last): {name: value for name, value in wanted.items() if name in allowed}}


def _scores_method(model, methods):
    """What a classifier's second output shall be, or None."""
    given = [name for name in ("predict_proba", "decision_function") if hasattr(model, name)]
    return next((name for name in given if name in methods), next(iter(given), None))


def _name_outputs(graph, model, scores):
    """Give the outputs the names of their methods, and remove those that are none."""
    kept = []
    for output in list(graph.output):
        method = _method_of(output.name.rstrip("0123456789"), model, scores)
        if method is None:
            continue
        if any(one.name == method for one in graph.input):
            raise Unsupported("a column of the inputs is called %s, as an output of the graph is" % method)
        _rename(graph, output.name, method)
        output.name = method
        kept.append(output)
    del graph.output[:]
    graph.output.extend(kept)


def _method_of(output, model, scores):
    if output in ("label", "output_label"):
        return "predict"
    if output == "probabilities":
        return scores
    if output == "scores":
        return "decision_function" if hasattr(model, "decision_function") else "transform"
    if output == "score_samples":
        return output
    return "predict" if hasattr(model, "predict") else "transform"


def _rename(graph, old, new):
    """Rename a value wherever a node, or a graph inside one, writes or reads it."""
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == old:
                    names[i] = new
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _rename(attribute.g, old, new)


def _state_locale(graph):
    """Lower case of which language? onnxruntime's own choice is en_US.UTF-8, which slim images do not have."""
    from onnx import helper

    for node in graph.node:
        if node.op_type == "StringNormalizer" and not any(one.name == "locale" for one in node.attribute):
            node.attribute.append(helper.make_attribute("locale", "C.UTF-8"))
