"""What an ONNX graph tells of its rows: the trees that split its inputs, and the operators that nobody can look into.

The file is read field by field, since an environment that runs a graph has onnxruntime and no package that reads it.
Standard library at its top.
"""

import struct

from . import leaves

#: Operators without branches: rows of any numbers come to all that they have learnt.
_SMOOTH = frozenset(
    """Abs Add ArgMax ArrayFeatureExtractor Cast Concat Constant Div Exp Flatten Gemm Identity Imputer LinearClassifier
    LinearRegressor Log MatMul Max Min Mul Neg Normalizer Pow Reciprocal ReduceMean ReduceSum ReduceSumSquare Relu Reshape
    Scaler Shape Sigmoid Softmax Sqrt Squeeze Sub Sum Tanh Transpose Unsqueeze ZipMap""".split()
)
#: What passes each column on at its place.
_PASSING = frozenset(["Cast", "Identity", "Imputer"])
_TREES = ("TreeEnsembleClassifier", "TreeEnsembleRegressor")
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


class Told:
    """``trees`` in terms of the graph's inputs; ``untold``: names of the operators that nothing is known of."""

    def __init__(self, trees, untold):
        self.trees, self.untold = trees, untold


def read(data):
    """What the bytes of a model tell. Raises ValueError for what is none."""
    try:
        graph = _first(data, 7)
        nodes = [_Node(value) for number, value in _fields(graph) if number == 1]
        stored = {_text(_first(value, 8)) for number, value in _fields(graph) if number == 5}
        names = [_text(_first(value, 1)) for number, value in _fields(graph) if number == 11]
    except (IndexError, KeyError, struct.error, UnicodeDecodeError, TypeError) as error:
        raise ValueError("this is no graph of ONNX") from error
    makers = {output: node for node in nodes for output in node.outputs}
    inputs = [name for name in names if name not in stored]
    trees, untold = [], []
    for node in nodes:
        if node.operator in _TREES:
            found = _trees(node, makers, inputs)
            trees += found
            untold += [] if found else [node.operator]
        elif node.operator not in _SMOOTH:
            untold.append(node.operator)
    return Told(trees, sorted(set(untold)))


class _Node:
    def __init__(self, data):
        fields = list(_fields(data))
        self.inputs = [_text(value) for number, value in fields if number == 1]
        self.outputs = [_text(value) for number, value in fields if number == 2]
        self.operator = "".join(_text(value) for number, value in fields if number == 4)
        self._attributes = {_text(_first(value, 1)): value for number, value in fields if number == 5}

    def floats(self, name):
        return _numbers(self._attributes.get(name, b""), 7, "<f")

    def integers(self, name):
        return _numbers(self._attributes.get(name, b""), 8, None)

    def texts(self, name):
        return [_text(value) for number, value in _fields(self._attributes.get(name, b"")) if number == 9]


def _trees(node, makers, inputs):
    """The trees of an ensemble; [] where it is not known which columns of the graph's own they split."""
    straight = _straightened(node.inputs[0], makers, inputs)
    modes = node.texts("nodes_modes")
    splits = node.floats("nodes_values")
    if (
        straight is None
        or not modes
        or len(splits) != len(modes)
        or not set(modes) <= {"LEAF", "BRANCH_LEQ", "BRANCH_LT"}
    ):
        return []
    columns = [
        node.integers("nodes_" + name) for name in ("treeids", "nodeids", "featureids", "truenodeids", "falsenodeids")
    ]
    by_tree = {}
    for tree, number, feature, left, right, mode, split in zip(*(columns + [modes, splits])):
        by_tree.setdefault(tree, []).append((number, feature, left, right, mode, split))
    return [_tree(rows, straight) for _, rows in sorted(by_tree.items())]


def _tree(rows, straight):
    """A tree with its nodes by place; true is left, as a row goes that is no larger."""
    place = {row[0]: at for at, row in enumerate(rows)}
    feature, threshold, left, right = [], [], [], []
    for _, column, true, false, mode, split in rows:
        is_leaf = mode == "LEAF"
        feature.append(-1 if is_leaf else column)
        threshold.append(0.0 if is_leaf else straight(column, _before(split) if mode == "BRANCH_LT" else split))
        left.append(-1 if is_leaf else place[true])
        right.append(-1 if is_leaf else place[false])
    return leaves.Tree(feature, threshold, left, right)


def _straightened(name, makers, inputs):
    """From a column and a split of a tensor the split of the graph's own column; None where it is another's."""
    scales = []
    while name not in inputs:
        node = makers.get(name)
        if node is not None and node.operator == "Concat" and node.inputs == inputs:
            break
        if node is None or node.operator not in _PASSING and node.operator != "Scaler":
            return None
        if node.operator == "Scaler":
            scales.append((node.floats("offset"), node.floats("scale")))
        name = node.inputs[0]
    if name in inputs and len(inputs) > 1 or any(min(scale or [0]) <= 0 for _, scale in scales):
        return None

    def straight(column, split):
        for offset, scale in scales:
            split = split / scale[column % len(scale)] + offset[column % len(offset)]
        return split

    return straight


def _before(split):
    """The last number of 32 bits below another."""
    (bits,) = struct.unpack("<i", struct.pack("<f", split))
    return struct.unpack("<f", struct.pack("<i", bits - 1 if bits > 0 else bits + 1 if bits < 0 else -0x7FFFFFFF))[0]


# ------------------------------------------------------------------------------------------------ protocol buffers


def _fields(data):
    """(number, value) of each field: an integer, or the bytes of all others."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
        else:
            size, at = _varint(data, at) if kind == _BYTES else ({_EIGHT: 8, _FOUR: 4}[kind], at)
            value, at = data[at : at + size], at + size
        yield tag >> 3, value


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def _first(data, wanted):
    return next((value for number, value in _fields(data) if number == wanted), b"")


def _text(value):
    return bytes(value).decode("utf-8")


def _numbers(data, wanted, form):
    """The numbers of a repeated field, packed or one by one."""
    found = []
    for number, value in _fields(data):
        if number == wanted and form is not None:
            found += [one for (one,) in struct.iter_unpack(form, bytes(value))]
        elif number == wanted and isinstance(value, int):
            found.append(value)
        elif number == wanted:
            at = 0
            while at < len(value):
                one, at = _varint(value, at)
                found.append(one)
    return found
