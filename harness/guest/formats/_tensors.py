"""The inputs of a case as the tensors of an ONNX graph, for who writes the graph and for who feeds it.

A graph has one input, ``inputs``, with all columns; or one input for each column of a data frame, by the column's
name. Integers are 64 bits wide, other numbers what the format says. There are neither sparse matrices nor missing
texts: a sparse matrix is fed dense, and a missing text as what ``str`` makes of it ("nan", "None", "<NA>"), which is
how skl2onnx writes such a category.

NumPy is imported inside functions; pandas and SciPy not at all: their values bring their methods along.
"""

WHOLE = "inputs"
NUMBERS, INTEGERS, TEXTS = "numbers", "integers", "texts"


def is_frame(inputs):
    return hasattr(inputs, "columns") and hasattr(inputs, "iloc")


def layout(inputs, by_column):
    """The graph's inputs, as a list of (name, kind, shape without the rows).

    ``by_column`` asks for one input per column of a data frame. A frame of both numbers and texts gets that anyway:
    a tensor has one type.
    """
    if is_frame(inputs):
        columns = [(str(name), kind_of(inputs.iloc[:, i]), [1]) for i, name in enumerate(inputs.columns)]
        kinds = {kind for _, kind, _ in columns}
        if by_column or (TEXTS in kinds and len(kinds) > 1):
            return columns
        kind = kinds.pop() if len(kinds) == 1 else NUMBERS
        return [(WHOLE, kind, [len(columns)])]
    array = as_array(inputs)
    return [(WHOLE, kind_of(array), list(array.shape[1:]))]


def as_array(inputs):
    """An array of rows; raises TypeError for what is none."""
    import numpy as np

    if hasattr(inputs, "toarray"):
        return inputs.toarray()
    if is_frame(inputs):
        return inputs.to_numpy()
    if isinstance(inputs, (list, tuple)):
        strange = sorted({type(item).__name__ for item in inputs if not isinstance(item, (str, int, float))})
        if strange:
            raise TypeError("a row is a %s, and no tensor holds that" % " or ".join(strange))
        return np.array(inputs, dtype=object if isinstance(inputs[0], str) else None).reshape(-1, 1)
    array = np.asarray(inputs)
    if array.dtype.kind in "cmMVS":
        raise TypeError("values of type %s have no tensor here" % array.dtype)
    return array


def kind_of(values):
    """Of an array or a series: are these numbers, integers or texts?"""
    import numpy as np

    if getattr(values.dtype, "kind", "O") in "OUT" or not isinstance(values.dtype, np.dtype):
        items = np.asarray(values, dtype=object).ravel()
        return TEXTS if any(isinstance(item, str) for item in items) else NUMBERS
    return INTEGERS if values.dtype.kind in "iu" else NUMBERS


def feed(inputs, declared):
    """Tensors by name. ``declared`` is what the graph asks for: a list of (name, element type, shape)."""
    if is_frame(inputs) and (len(declared) > 1 or declared[0][0] != WHOLE):
        columns = {str(name): inputs.iloc[:, i] for i, name in enumerate(inputs.columns)}
        return {name: tensor(columns[name], element).reshape(-1, 1) for name, element, _ in declared}
    ((name, element, _),) = declared
    return {name: tensor(as_array(inputs), element)}


def tensor(values, element):
    """Values as an array of ``element``: "string", or the name of a NumPy type."""
    import numpy as np

    if element == "string":
        array = np.asarray(values, dtype=object)
        return np.array([str(item) for item in array.ravel()], dtype=object).reshape(array.shape)
    if not isinstance(values.dtype, np.dtype) or values.dtype.kind == "O":
        items = np.asarray(values, dtype=object)
        missing = np.array([item is None or type(item).__name__ == "NAType" for item in items.ravel()], dtype=bool)
        values = np.where(missing.reshape(items.shape), np.nan, items)
    return np.ascontiguousarray(np.asarray(values), dtype=element)
