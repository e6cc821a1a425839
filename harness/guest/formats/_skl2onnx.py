"""A fitted model as an ONNX graph, by skl2onnx: opsets and IR version stated, probabilities as a tensor."""

from ..errors import Unsupported
from . import _onnx_names, _tensors

#: The first opset that goes with each version of the file format, newest first (onnx.helper.VERSION_TABLE).
_IR_OF_OPSET = ((25, 13), (24, 12), (23, 11), (21, 10), (19, 9), (15, 8), (12, 7), (11, 6), (10, 5), (1, 4))
#: ai.onnx.ml 3 came with opset 16; it keeps thresholds of trees as doubles. skl2onnx writes nothing newer.
_ML_OF_OPSET = ((16, 3), (1, 2))
_CONVERTERS = (
    "skl2onnx.operator_converters",
    "skl2onnx.shape_calculators",
    "skl2onnx._parse",
    "skl2onnx.common.utils",
    "skl2onnx.common.shape_calculator",
    "onnxconverter_common.utils",  # where older versions have them
)


def convert(model, options, fit):
    """The graph of a fitted model; raises Unsupported with skl2onnx's words where it declines."""
    opset = _opset(options["opset"])
    scores = _scores_method(model, fit.methods)
    types = _types(fit.inputs, options["dtype"], by_column=_has_columns(model))
    try:
        written = _converted(
            model,
            opset,
            name=type(model).__name__,
            initial_types=types,
            options=_options(model, scores, fit.methods),
        )
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        if not _declined(error):
            raise
        raise Unsupported("skl2onnx: %s" % error) from error
    written.ir_version = _at(_IR_OF_OPSET, _onnx_names.opsets(written).get("", opset))
    _onnx_names.name_inputs(written.graph, [name for name, _ in types])
    _onnx_names.name_outputs(written.graph, model, _chain(model)[-1], scores)
    if scores == "decision_function" and len(getattr(model, "classes_", ())) == 2:
        _onnx_names.keep_last_column(written, scores, opset)
    _onnx_names.state_locale(written.graph)
    return written


def _converted(model, opset, **settings):
    """Convert with an opset of both domains; raises as skl2onnx does.

    Given one number, skl2onnx takes the newest of onnx for the domain ai.onnx.ml, which may be newer than itself or than
    the runtimes of that opset. Given one for each domain, its converter of Gaussian mixtures fails. So the second is for
    where it must be.
    """
    import skl2onnx

    most = _at(_ML_OF_OPSET, opset)
    try:
        written = skl2onnx.convert_sklearn(model, target_opset=opset, **settings)
        if _onnx_names.opsets(written).get("ai.onnx.ml", 0) <= most:
            return written
    except RuntimeError as error:
        if "ai.onnx.ml" not in str(error):
            raise
    return skl2onnx.convert_sklearn(model, target_opset={"": opset, "ai.onnx.ml": most}, **settings)


def _opset(asked):
    import onnx
    import skl2onnx

    newest = min(skl2onnx.__max_supported_opset__, onnx.defs.onnx_opset_version())
    return newest if asked == "newest" else asked


def _at(table, opset):
    return next(version for first, version in table if opset >= first)


def _declined(error):
    """Whether skl2onnx says that it does not support this. Anything else is a bug, and stays an exception.

    It has exceptions of its own for converters that do not exist. Of the others, RuntimeErrors for the most part, those
    count that a converter raised with a message, not the machinery under it.
    """
    if type(error).__name__ in ("MissingConverter", "MissingShapeCalculator"):
        return True
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    raised_in = trace.tb_frame.f_globals.get("__name__", "")
    if isinstance(error, NotImplementedError):
        return raised_in.startswith("skl2onnx.")
    return raised_in.startswith(_CONVERTERS) and bool(str(error))


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


def _chain(model):
    """The model, the part of it whose outputs are the model's, the part of that, and so on."""
    parts = []
    while model is not None and not isinstance(model, str):
        parts.append(model)
        model = getattr(model, "best_estimator_", None) or (model.steps[-1][1] if hasattr(model, "steps") else None)
    return parts


def _options(model, scores, methods):
    """No dictionaries instead of probabilities; raw scores and ``score_samples`` where these are wanted."""
    wanted = {"zipmap": False, "raw_scores": scores == "decision_function", "score_samples": "score_samples" in methods}
    parts = _chain(model)
    known = _known_options(parts[-1])
    options = {}
    for part in parts:
        allowed = _known_options(part)
        names = known if allowed == "passthrough" else allowed  # a search hands its options on
        options[id(part)] = {name: value for name, value in wanted.items() if name in names and name in known}
    return options


def _known_options(model):
    from skl2onnx._supported_operators import sklearn_operator_name_map
    from skl2onnx.common._registration import _converter_pool

    converter = _converter_pool.get(sklearn_operator_name_map.get(type(model)))
    return converter.get_allowed_options() or () if converter is not None else ()


def _scores_method(model, methods):
    """What a classifier's second output shall be, or None."""
    if hasattr(model, "predict_proba"):
        raw = "decision_function" in methods and "predict_proba" not in methods
        return "decision_function" if raw and "raw_scores" in _known_options(_chain(model)[-1]) else "predict_proba"
    return "decision_function" if hasattr(model, "decision_function") else None
