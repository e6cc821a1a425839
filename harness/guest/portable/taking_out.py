"""A fitted estimator as nodes and arrays, see the package. Standard library at its top."""

import math
import platform

from ..errors import Unsupported, qualified_name
from . import archives, helpers, names

_PLAIN = (type(None), bool, int, str)
_CONTAINERS = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}


def taken_out(model):
    """``(document, arrays)`` of a model. Raises Unsupported where something in it is no plain data, with its place."""
    taking = _Taking()
    value = taking.node(model, type(model).__name__)
    document = {
        "format": archives.FORMAT,
        "version": archives.VERSION,
        "written_with": releases(),
        "value": value,
        "objects": taking.objects,
    }
    return document, taking.arrays


def releases():
    """The releases that are here, by name."""
    import numpy
    import scipy
    import sklearn

    found = {module.__name__: module.__version__ for module in (numpy, scipy, sklearn)}
    return dict(found, python=platform.python_version())


class _Taking:
    def __init__(self):
        self.arrays, self.objects = [], []
        self._numbers = {}  # of arrays and objects, by id
        self._kept = []  # so that no id is given to another value meanwhile

    def node(self, value, place):
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"is": "float", "value": repr(value)}
        if kind in _CONTAINERS:
            return {"is": _CONTAINERS[kind], "items": self._items(value, place)}
        for take in (self._of_python, self._of_numpy, self._of_scipy, self._of_pandas, self._helper):
            found = take(value, place)
            if found is not None:
                return found
        if kind.__module__.startswith("sklearn."):
            return self._record(value, place) if isinstance(value, tuple) else self._object(value, place)
        if kind.__module__.startswith("scipy."):
            return {"is": "lost", "what": qualified_name(kind)}
        raise Unsupported("%s is of %s, which is no plain data" % (place, qualified_name(kind)))

    def _items(self, values, place):
        if isinstance(values, (set, frozenset)):
            values = sorted(values, key=repr)
        return [self.node(one, "%s[%d]" % (place, number)) for number, one in enumerate(values)]

    def _pairs(self, value, place):
        return [
            [self.node(key, "a key of %s" % place), self.node(one, "%s[%r]" % (place, key))]
            for key, one in value.items()
        ]

    def _of_python(self, value, place):
        import types
        from collections import OrderedDict, defaultdict

        from sklearn.utils import Bunch

        kind = type(value)
        if kind in (dict, defaultdict) or kind is not Bunch and isinstance(value, dict) and _is_sklearns(kind):
            return {"is": "dict", "items": self._pairs(value, place)}
        if kind is OrderedDict:
            return {"is": "ordered dict", "items": self._pairs(value, place)}
        if kind is Bunch:
            return {"is": "bunch", "items": self._pairs(value, place)}
        if kind is complex:
            return {"is": "complex", "value": [self.node(value.real, place), self.node(value.imag, place)]}
        if kind is bytes:
            return {"is": "bytes", "value": value.hex()}
        if kind is slice:
            return {"is": "slice", "value": self._items([value.start, value.stop, value.step], place)}
        if isinstance(value, type):
            return self._named("type", names.name_of_type(value), value, place)
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
            return self._named("function", names.name_of_function(value), value, place)
        return None

    def _named(self, kind, name, value, place):
        if name is None and str(getattr(value, "__module__", "")).startswith("sklearn."):
            return {"is": "lost", "what": "the %s %s" % (kind, value.__name__)}
        if name is None:
            raise Unsupported("%s is %s of code, %.100r: no plain data" % (place, kind, value))
        return {"is": kind, "name": name}

    def _of_numpy(self, value, place):
        import numpy as np

        if type(value) is np.ndarray or type(value) is np.memmap:
            return self._array(value, place)
        if type(value) is np.matrix:
            return self._array(np.asarray(value), place)
        if type(value) is np.ma.MaskedArray:
            data, mask = np.asarray(value.data), np.ma.getmaskarray(value)
            return {"is": "masked", "data": self._array(data, place), "mask": self._array(mask, place)}
        if isinstance(value, np.generic):
            return self._scalar(value, place)
        if isinstance(value, np.dtype):
            return {"is": "dtype", "name": value.str if value.names is None else _not_a_record(place)}
        if type(value) is np.random.RandomState:
            state = value.get_state(legacy=False)
            return {"is": "random state", "algorithm": state["bit_generator"], "state": self.node(state, place)}
        if type(value) is getattr(np.random, "Generator", None):
            state = value.bit_generator.state
            return {"is": "generator", "algorithm": state["bit_generator"], "state": self.node(state, place)}
        if isinstance(value, np.ufunc) or type(value).__name__ == "_ArrayFunctionDispatcher":
            return self._named("function", names.name_of_function(value), value, place)
        return None

    def _array(self, value, place):
        import numpy as np

        if value.dtype.hasobject:
            if value.dtype.names is not None:
                _not_a_record(place)
            items = self._items(value.ravel().tolist() if value.ndim else [value.item()], place)
            return {"is": "objects", "shape": list(value.shape), "items": items}
        if id(value) not in self._numbers:
            self._keep(value, len(self.arrays))
            self.arrays.append(np.asarray(value))
        return {"is": "array", "number": self._numbers[id(value)]}

    def _scalar(self, value, place):
        if value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
            return {"is": "scalar", "dtype": value.dtype.str, "value": self.node(value.item(), place)}
        if value.dtype.kind == "U":
            return {"is": "scalar", "dtype": "str", "value": str(value)}
        raise Unsupported("%s is a NumPy scalar of %s" % (place, value.dtype))

    def _of_scipy(self, value, place):
        from scipy import sparse

        layout = getattr(value, "format", None)
        if not sparse.issparse(value):
            return None
        container = "matrix" if isinstance(value, getattr(sparse, "spmatrix", ())) else "array"
        if layout not in ("csr", "csc", "coo", "bsr", "dia"):
            value, layout = value.tocsr(), "csr"
        wanted = {"coo": ("data", "row", "col"), "dia": ("data", "offsets")}.get(layout, ("data", "indices", "indptr"))
        parts = {name: self._array(getattr(value, name), place) for name in wanted}
        shape = [int(length) for length in value.shape]
        return {"is": "sparse", "layout": layout, "container": container, "shape": shape, "parts": parts}

    def _of_pandas(self, value, place):
        if type(value).__module__.startswith("pandas.") and type(value).__name__ == "Index":
            return {"is": "index", "value": self._array(value.to_numpy(), place)}
        return None

    def _helper(self, value, place):
        for word, (take, _) in helpers.OF.items():
            parts = take(value)
            if parts is not None:
                return {"is": word, "parts": self._pairs(parts, place)}
        return None

    def _record(self, value, place):
        """A named tuple of scikit-learn's."""
        cls = type(value)
        items = self._items(value, place)
        return {"is": "record", "module": cls.__module__, "class": cls.__name__, "items": items}

    def _object(self, value, place):
        """An object of scikit-learn: written once, however often it is met. Compiled ones have no ``__dict__``."""
        cls = type(value)
        if cls.__name__ == "_RemainderColsList":  # of 1.5 and 1.6: a list that warns whoever reads it
            return self.node(list(value.data), place)
        if not hasattr(value, "__dict__") or not names.is_allowed(cls.__module__):
            return {"is": "lost", "what": qualified_name(cls)}
        if id(value) not in self._numbers:
            entry = {"module": cls.__module__, "class": cls.__name__, "parameters": _parameters(cls)}
            self._keep(value, len(self.objects))
            self.objects.append(entry)
            entry["state"] = {
                name: self.node(one, "%s.%s" % (place, name)) for name, one in sorted(vars(value).items())
            }
        return {"is": "object", "number": self._numbers[id(value)]}

    def _keep(self, value, number):
        self._numbers[id(value)] = number
        self._kept.append(value)


def _parameters(cls):
    return list(cls._get_param_names()) if hasattr(cls, "get_params") and hasattr(cls, "_get_param_names") else []


def _is_sklearns(kind):
    return kind.__module__.startswith("sklearn.")


def _not_a_record(place):
    raise Unsupported("%s has records with Python objects, or is their type" % place)
