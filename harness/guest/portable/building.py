"""The estimator again, of nodes and arrays. Standard library at its top."""

import re

from ..errors import Refused, Unsupported
from . import helpers, names, rules
from .taking_out import releases

_PACKAGES = ("numpy", "python", "scipy", "sklearn")
_DTYPE = re.compile(r"[<>|=]?[biufcSUOmMV]\d{0,4}(\[\w+\])?$")
_SCALAR = re.compile(r"[<>|]?[biuf]\d{1,2}$")


def built(archive):
    """The model of an `archives.Archive`. Raises Refused for what the format never writes, Unsupported for what this
    release has not."""
    building = _Building(archive)
    try:
        model = building.value(archive.document["value"])
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, RecursionError) as error:
        raise Refused("the document is not as the format writes it: %s: %s" % (type(error).__name__, error)) from error
    if isinstance(model, Lost):
        raise Unsupported("scikit-learn %s has no %s" % (releases()["sklearn"], model.what))
    rules.settle(building.made, building.releases(), releases())
    return model


class Lost:
    """Stands where a value was that could not be taken out or made again here, until a rule or a donor has another."""

    def __init__(self, what):
        self.what = what


class Made:
    """An object that was made: ``value``, with what the file says of it."""

    def __init__(self, value, parameters):
        self.value, self.parameters = value, parameters


class _Building:
    def __init__(self, archive):
        self._archive = archive
        self._entries = archive.document.get("objects")
        self._objects = {}
        self.made = []  # in the order in which they are met: the outer ones first

    def releases(self):
        """The releases that wrote the file, by name."""
        told = self._archive.document.get("written_with")
        if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in _PACKAGES):
            raise Refused("it does not say which releases wrote it")
        return {name: told[name] for name in _PACKAGES}

    def value(self, node):
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if not isinstance(node, dict):
            raise Refused("a node is %.40r" % (node,))
        word = node["is"]
        if word in helpers.OF:
            parts = dict(self._pairs(node["parts"]))
            made = helpers.OF[word][1](parts)
            return Lost("a %s that this release has not" % word) if made is None else made
        make = _WORDS.get(word)
        if make is None:
            raise Refused("a node is %.40r, which is no kind" % (word,))
        return make(self, node)

    def _items(self, node):
        return [self.value(one) for one in node["items"]]

    def _pairs(self, items):
        return [(self.value(key), self.value(one)) for key, one in items]

    def _bunch(self, node):
        from sklearn.utils import Bunch

        return Bunch(**dict(self._pairs(node["items"])))

    def _ordered(self, node):
        from collections import OrderedDict

        return OrderedDict(self._pairs(node["items"]))

    def _float(self, node):
        if node["value"] not in ("nan", "inf", "-inf"):
            raise Refused("a float is %.40r" % (node["value"],))
        return float(node["value"])

    def _scalar(self, node):
        import numpy as np

        if node["dtype"] == "str":
            return np.str_(node["value"])
        if not _SCALAR.match(node["dtype"]):
            raise Refused("a scalar is of %.40r" % (node["dtype"],))
        return np.dtype(node["dtype"]).type(self.value(node["value"]))

    def _array(self, node):
        return self._archive.array(node["number"])

    def _array_of_objects(self, node):
        import numpy as np

        items, count = self._items(node), 1
        for length in node["shape"]:
            count *= int(length)
        if count != len(items):
            raise Refused("an array of objects has %d items and the shape %.40r" % (len(items), node["shape"]))
        array = np.empty(count, dtype=object)
        for place, one in enumerate(items):
            array[place] = one
        return array.reshape(node["shape"])

    def _masked(self, node):
        import numpy as np

        return np.ma.MaskedArray(self.value(node["data"]), mask=self.value(node["mask"]))

    def _sparse(self, node):
        from scipy import sparse

        layout, shape = node["layout"], tuple(int(length) for length in node["shape"])
        if layout not in ("csr", "csc", "coo", "bsr", "dia") or len(shape) != 2:
            raise Refused("a sparse matrix is of %.40r" % (layout,))
        parts = {name: self.value(one) for name, one in node["parts"].items()}
        cls = getattr(sparse, "%s_%s" % (layout, node["container"]), None) or getattr(sparse, layout + "_matrix")
        if layout == "coo":
            return cls((parts["data"], (parts["row"], parts["col"])), shape=shape)
        if layout == "dia":
            return cls((parts["data"], parts["offsets"]), shape=shape)
        matrix = cls((parts["data"], parts["indices"], parts["indptr"]), shape=shape)
        matrix.check_format(full_check=True)  # compiled code follows the indices wherever they lead
        return matrix

    def _dtype(self, node):
        import numpy as np

        if not isinstance(node["name"], str) or not _DTYPE.match(node["name"]):
            raise Refused("a dtype is %.40r" % (node["name"],))
        return np.dtype(node["name"])

    def _random_state(self, node):
        import numpy as np

        state = self.value(node["state"])
        made = np.random.RandomState()
        if node["algorithm"] != "MT19937":
            return Lost("a random state of %.40s" % node["algorithm"])
        made.set_state(state)
        return made

    def _generator(self, node):
        import numpy as np

        if node["algorithm"] != "PCG64":
            return Lost("a generator of %.40s" % node["algorithm"])
        made = np.random.Generator(np.random.PCG64())
        made.bit_generator.state = self.value(node["state"])
        return made

    def _index(self, node):
        try:
            import pandas
        except ImportError:
            return Lost("an index of pandas, which is not here")
        return pandas.Index(self.value(node["value"]))

    def _function(self, node):
        found = names.find_function(node["name"])
        return Lost("the function %s" % node["name"]) if found is None else found

    def _record(self, node):
        cls = names.find_record(node["module"], node["class"])
        if cls is None or len(cls._fields) != len(node["items"]):
            return Lost("%s.%s" % (node["module"], node["class"]))
        return tuple.__new__(cls, self._items(node))

    def _object(self, node):
        number = node["number"]
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(self._entries):
            raise Refused("it has no object %.40r" % (number,))
        if number in self._objects:
            return self._objects[number]
        entry = self._entries[number]
        cls = names.find_class(entry["module"], entry["class"])
        if cls is None:
            return Lost("%s.%s" % (entry["module"], entry["class"]))
        value = self._objects[number] = object.__new__(cls)
        self.made.append(Made(value, entry["parameters"]))
        for name, one in entry["state"].items():
            value.__dict__[name] = self.value(one)
        return value


#: How the nodes of each word are built.
_WORDS = {
    "list": lambda b, node: b._items(node),
    "tuple": lambda b, node: tuple(b._items(node)),
    "set": lambda b, node: set(b._items(node)),
    "frozenset": lambda b, node: frozenset(b._items(node)),
    "dict": lambda b, node: dict(b._pairs(node["items"])),
    "ordered dict": _Building._ordered,
    "bunch": _Building._bunch,
    "float": _Building._float,
    "complex": lambda b, node: complex(*map(b.value, node["value"])),
    "bytes": lambda b, node: bytes.fromhex(node["value"]),
    "slice": lambda b, node: slice(*map(b.value, node["value"])),
    "scalar": _Building._scalar,
    "array": _Building._array,
    "objects": _Building._array_of_objects,
    "masked": _Building._masked,
    "sparse": _Building._sparse,
    "dtype": _Building._dtype,
    "type": lambda b, node: names.find_type(node["name"]),
    "function": _Building._function,
    "generator": _Building._generator,
    "index": _Building._index,
    "record": _Building._record,
    "random state": _Building._random_state,
    "object": _Building._object,
    "lost": lambda b, node: Lost(str(node["what"])[:200]),
}
