"""What a PMML document says of itself: its fields, and which of scikit-learn's methods it answers.

Which field is which method follows from what the document declares, never from whether the values agree:

predict            the target fields; a clustering's number (its id in PMML, which knows ids as strings only);
                   sklearn2pmml's own field ``predict(outlier)`` of outlier detectors
predict_proba      the output fields that are the target's probabilities, in the order of the model's ``classes_``, which
                   sklearn2pmml's document does not promise: the dump adds it, as an annotation
decision_function  the field ``decisionFunction``

Other methods have no field: no transformer's output is a field of a document.
"""

import json
import xml.etree.ElementTree as ElementTree

from ..errors import Unsupported

_ANNOTATION = "classes_ of the scikit-learn model: "


class Document:
    """A document's fields.

    Attributes
    ----------
    version, application : of PMML, and who wrote it; str
    types : dict of the declared types of the data fields by name
    model : what the model is, such as "TreeModel", or None
    function : "classification", "regression", "clustering" ...
    inputs, targets : lists of names
    outputs : list of the attributes of the final output fields
    classes : list of the model's classes in its order, or None
    """

    def __init__(self, data):
        root = ElementTree.fromstring(data)
        header = _child(root, "Header")
        self.version = root.get("version")
        self.application = " ".join("%(name)s %(version)s" % one.attrib for one in _children(header, "Application"))
        notes = [
            one.text[len(_ANNOTATION) :] for one in _children(header, "Annotation") if one.text.startswith(_ANNOTATION)
        ]
        self.classes = json.loads(notes[0]) if notes else None
        self.types = {
            one.get("name"): one.get("dataType") for one in _children(_child(root, "DataDictionary"), "DataField")
        }
        model = _model(root)
        self.model = None if model is None else _tag(model)
        self.function = None if model is None else model.get("functionName")
        usages = [
            (one.get("usageType", "active"), one.get("name"))
            for one in _children(_child(model, "MiningSchema"), "MiningField")
        ]
        self.inputs = [name for usage, name in usages if usage == "active"]
        self.targets = [name for usage, name in usages if usage in ("target", "predicted")]
        self.outputs = list(_outputs(model))

    def fields(self):
        """For each method that the document answers, the names of its fields: one for each column of the output."""
        found = {"predict": self._predicted(), "predict_proba": self._probabilities()}
        found["decision_function"] = [one["name"] for one in self.outputs if one["name"] == "decisionFunction"]
        return {method: names for method, names in found.items() if names}

    def type_of(self, name):
        """The type that is declared for a field, such as "string"."""
        if self.function == "clustering" and [name] == self._predicted():
            return "integer"
        declared = [one.get("dataType") for one in self.outputs if one["name"] == name]
        return declared[0] if declared else self.types[name]

    def _predicted(self):
        if self.targets:
            return self.targets
        if self.function == "clustering":
            return [one["name"] for one in self.outputs if one.get("feature", "predictedValue") == "predictedValue"][:1]
        return [one["name"] for one in self.outputs if one["name"] == "predict(outlier)"]

    def _probabilities(self):
        if self.classes is None or len(self.targets) != 1:
            return []
        stated = [one for one in reversed(self.outputs) if one.get("feature") == "probability"]  # the outermost counts
        given = {one.get("value"): one["name"] for one in stated}
        values = [_written(value) for value in self.classes]
        if len(given) != len(values) or any(value not in given for value in values):
            return []
        return [given[value] for value in values]


def _outputs(model):
    """The attributes of a model's final output fields; a chain has those of its last model, too."""
    while model is not None:
        for one in _children(_child(model, "Output"), "OutputField"):
            if one.get("isFinalResult") != "false":
                yield dict(one.attrib)
        segmentation = _child(model, "Segmentation")
        is_chain = segmentation is not None and segmentation.get("multipleModelMethod") == "modelChain"
        model = _model(_children(segmentation, "Segment")[-1]) if is_chain else None


def _model(element):
    """The model in a document or a segment: it alone has a functionName."""
    return next((one for one in element if "functionName" in one.attrib), None)


def _child(element, tag):
    return next(iter(_children(element, tag)), None)


def _children(element, tag):
    return [] if element is None else [one for one in element if _tag(one) == tag]


def _tag(element):
    return element.tag.rpartition("}")[2]  # without the namespace, which has the version in it


def annotated(data, model):
    """The document with the order of the model's classes in its header."""
    classes = _classes(model)
    if classes is None:
        return data
    text = _ANNOTATION + json.dumps(classes)
    for plain, entity in [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")]:
        text = text.replace(plain, entity)
    head, mark, rest = data.partition(b"<Timestamp>")
    if not mark:
        raise ValueError("sklearn2pmml's document has no Timestamp in its Header, before which annotations go")
    return head + b"<Annotation>" + text.encode("ascii") + b"</Annotation>\n\t\t" + mark + rest


def _classes(model):
    """``classes_`` as a list, or None: there are none, or of several targets, or of a type that JSON does not have."""
    classes = getattr(model, "classes_", None)
    if getattr(classes, "ndim", None) != 1:
        return None
    values = classes.tolist()
    return values if all(isinstance(value, (str, bool, int, float)) for value in values) else None


def _written(value):
    """A class as PMML writes it: ``true`` for True, ``1`` for 1, ``1.0`` for 1.0."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def check(document, methods):
    """Raise Unsupported where a document answers none of the methods."""
    if document.model is None:
        raise Unsupported("PMML: the document has no model, only transformations, and those cannot be evaluated alone")
    if not set(document.fields()) & set(methods):
        raise Unsupported("PMML: the document has no field for %s" % ", ".join(methods))
