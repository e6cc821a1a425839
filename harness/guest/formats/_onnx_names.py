"""What the inputs and outputs of a graph are called: columns and methods.

Which output is which method follows from what skl2onnx says that it is, never from whether its values agree:

label                        predict
probabilities                predict_proba; decision_function of a model that has none, or if raw scores were asked for
scores                       transform of clusterers (distances), decision_function of outlier detectors
score_samples                itself
any other, and the only one  predict of regressors and whatever cannot transform, else transform

onnx and scikit-learn are imported inside functions.
"""

from ..errors import Unsupported


def opsets(written):
    """Versions by domain; "" is ONNX's own."""
    return {one.domain: one.version for one in written.opset_import}


def name_inputs(graph, names):
    """Give the inputs the names of their columns, which skl2onnx made identifiers of ("a b" -> "a_b")."""
    if len(graph.input) != len(names):
        return
    for given, name in zip(graph.input, names):
        if given.name != name:
            _rename(graph, given.name, name)
            given.name = name


def name_outputs(graph, model, last, scores):
    """Give the outputs the names of their methods, and remove those that are none."""
    kept = []
    outputs = list(graph.output)
    for output in outputs:
        method = _method_of(output.name.rstrip("0123456789"), model, last, scores, alone=len(outputs) == 1)
        if method is None:
            continue
        if any(one.name == method for one in graph.input):
            raise Unsupported("a column of the inputs is called %s, as an output of the graph is" % method)
        _rename(graph, output.name, method)
        output.name = method
        kept.append(output)
    if not kept:
        raise Unsupported(
            "the graph has outputs (%s), none of which is a method" % ", ".join(one.name for one in outputs)
        )
    del graph.output[:]
    graph.output.extend(kept)


def _method_of(output, model, last, scores, alone):
    from sklearn.base import RegressorMixin

    if output == "label":
        return "predict"
    if output == "probabilities":
        return scores
    if output == "scores":
        return "decision_function" if hasattr(model, "decision_function") else "transform"
    if output == "score_samples":
        return output
    if not alone:
        return None
    # RFE and its like hand predict on to what they were fitted with, and are transformers to skl2onnx.
    regressor = isinstance(last, RegressorMixin)
    return "predict" if regressor or not hasattr(model, "transform") else "transform"


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


def keep_last_column(written, name, opset):
    """One column of scores for two classes, as in scikit-learn: the second class's. skl2onnx gives both or this one."""
    from onnx import helper, numpy_helper

    graph = written.graph
    if "" not in opsets(written):
        written.opset_import.append(helper.make_opsetid("", opset))
    both, limits = name + "_of_each_class", {"starts": [-1], "ends": [2**31], "axes": [1]}
    _rename(graph, name, both)
    if opsets(written)[""] < 10:
        graph.node.append(helper.make_node("Slice", [both], [name], **limits))
    else:
        import numpy as np

        for key, value in limits.items():
            graph.initializer.append(numpy_helper.from_array(np.array(value, dtype=np.int64), "%s_%s" % (name, key)))
        inputs = [both] + ["%s_%s" % (name, key) for key in limits]
        graph.node.append(helper.make_node("Slice", inputs, [name]))
    (output,) = [one for one in graph.output if one.name == name]
    element = output.type.tensor_type.elem_type
    output.CopyFrom(helper.make_tensor_value_info(name, element, [None, 1]))


def state_locale(graph):
    """Lower case of which language? onnxruntime's own choice is en_US.UTF-8, which slim images do not have."""
    from onnx import helper

    for node in graph.node:
        if node.op_type == "StringNormalizer" and not any(one.name == "locale" for one in node.attribute):
            node.attribute.append(helper.make_attribute("locale", "C.UTF-8"))
