"""What a file may name: classes, functions and types, of scikit-learn, NumPy and SciPy. Nothing else is looked up."""

import importlib
import re
import types

from ..errors import Refused

#: The parts of scikit-learn that have fitted models, and what these hold.
PARTS = (
    "_loss", "base", "calibration", "cluster", "compose", "covariance", "cross_decomposition", "decomposition",
    "discriminant_analysis", "dummy", "ensemble", "feature_extraction", "feature_selection", "frozen",
    "gaussian_process", "impute", "isotonic", "kernel_approximation", "kernel_ridge", "linear_model", "manifold",
    "metrics", "mixture", "model_selection", "multiclass", "multioutput", "naive_bayes", "neighbors",
    "neural_network", "pipeline", "preprocessing", "random_projection", "semi_supervised", "svm", "tree", "utils",
)  # fmt: skip
#: Modules within these that are for developers.
_NOT = re.compile(r"(^|\.)(tests|conftest|externals|_testing|_mocking|_build|fixes)(\.|$)|[^\w.]")
#: Modules whose functions parameters may be: they compute with arrays.
FUNCTIONS = (
    "sklearn.metrics", "sklearn.feature_selection._univariate_selection", "sklearn.feature_selection._mutual_info",
    "sklearn.preprocessing._data", "sklearn.preprocessing._label",
)  # fmt: skip
#: Single ones of modules that have others, too.
_SINGLE = ("sklearn.utils.validation:check_array",)
#: Functions of NumPy that are no ufuncs.
_NUMPY = (
    "mean", "median", "average", "sum", "prod", "std", "var", "max", "min", "amax", "amin", "ptp", "nanmean", "nanmedian",
    "nan_to_num", "clip", "diff", "cumsum", "ravel", "squeeze", "transpose", "asarray", "array", "atleast_2d", "real",
    "imag", "around", "round", "unique", "percentile", "quantile",
)  # fmt: skip
_TYPES = {"builtins." + kind.__name__: kind for kind in (bool, int, float, complex, str, bytes, object)}
_TYPE = re.compile(r"numpy\.(bool_?|u?int(8|16|32|64)|float(16|32|64)|complex(64|128)|str_|bytes_|object_|datetime64)$")
_BUILTIN = (BaseException, bytes, dict, frozenset, int, float, list, set, str, tuple, type)
#: Where modules went, by their beginning; the newer name second. It is tried in both directions.
MOVED = (
    ("sklearn.linear_model._glm.link", "sklearn._loss.link"),
    ("sklearn.neighbors._dist_metrics", "sklearn.metrics._dist_metrics"),
    ("sklearn.utils", "sklearn.utils._bunch"),
)
#: Classes that have another name; the newer second.
RENAMED = {"_PredictScorer": "_Scorer", "_ProbaScorer": "_Scorer", "_ThresholdScorer": "_Scorer"}


def is_allowed(module):
    """Whether classes of a module may be made."""
    parts = module.split(".")
    named = all(part.isidentifier() for part in parts) and not _NOT.search(module)
    return named and len(parts) > 1 and parts[0] == "sklearn" and parts[1] in PARTS


def find_class(module, name):
    """The class of scikit-learn that was once ``module.name``; None where this release has none.

    Raises Refused for a name that is not scikit-learn's.
    """
    if not isinstance(module, str) or not isinstance(name, str) or not name.isidentifier() or not is_allowed(module):
        raise Refused("it names a class outside of scikit-learn: %.100s.%.100s" % (module, name))
    for place in _places(module):
        for called in (name, RENAMED.get(name)):
            found = getattr(_module(place), called, None) if called else None
            if isinstance(found, type) and is_allowed(found.__module__) and _is_plain(found):
                return found
    return None


def find_record(module, name):
    """The class of named tuples of scikit-learn of that name; None where this release has none."""
    if not isinstance(module, str) or not isinstance(name, str) or not name.isidentifier() or not is_allowed(module):
        raise Refused("it names a class outside of scikit-learn: %.100s.%.100s" % (module, name))
    found = getattr(_module(module), name, None)
    named = isinstance(found, type) and issubclass(found, tuple) and hasattr(found, "_fields")
    return found if named and is_allowed(found.__module__) else None


def _places(module):
    yield module
    for old, new in MOVED:
        if module == old:
            yield new
        elif module == new:
            yield old
    while module.count(".") > 1:  # what a private module lost is often public one above
        module = module.rpartition(".")[0]
        yield module


def _module(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _is_plain(cls):
    """Whether an instance is no more than its ``__dict__``, so that it can be made without its constructor."""
    return "__dict__" in dir(cls) and not issubclass(cls, _BUILTIN)


def name_of_function(value):
    """``module:name`` of a function that may be named; None of any other."""
    import numpy as np

    name = getattr(value, "__name__", None)
    if not isinstance(name, str):
        return None
    if isinstance(value, np.ufunc):
        candidates = ["numpy:" + name, "scipy.special:" + name]
    else:
        candidates = ["%s:%s" % (getattr(value, "__module__", None), name), "numpy:" + name]
    for candidate in candidates:
        try:
            if find_function(candidate) is value:
                return candidate
        except Refused:
            continue
    return None


def find_function(name):
    """The function ``module:name``; None where this release has none. Raises Refused unless it is on the list."""
    import numpy as np

    module, _, attribute = name.partition(":") if isinstance(name, str) else ("", "", "")
    if attribute.isidentifier() and module == "numpy":
        found = getattr(np, attribute, None) if attribute in _NUMPY else _ufunc(np, attribute)
    elif attribute.isidentifier() and module == "scipy.special":
        found = _ufunc(importlib.import_module("scipy.special"), attribute)
    elif name in _SINGLE or _is_listed(module) and attribute.isidentifier():
        found = getattr(_module(module), attribute, None)
        own = isinstance(found, types.FunctionType) and (name in _SINGLE or _is_listed(found.__module__))
        return found if own else None
    else:
        found = None
    if found is None:
        raise Refused("it names a function that is not on the list: %.100s" % name)
    return found


def _is_listed(module):
    return not _NOT.search(module) and any(module == one or module.startswith(one + ".") for one in FUNCTIONS)


def _ufunc(module, name):
    import numpy as np

    found = getattr(module, name, None)
    return found if isinstance(found, np.ufunc) else None


def name_of_type(value):
    """The name of a type that may be named; None of any other."""
    name = "%s.%s" % (value.__module__, value.__name__)
    return name if name in _TYPES or _TYPE.match(name) else None


def find_type(name):
    """The type of that name. Raises Refused unless it is on the list."""
    import numpy as np

    if isinstance(name, str) and _TYPE.match(name):
        short = name.partition(".")[2]
        found = getattr(np, {"bool": "bool_"}.get(short, short), None)
        if isinstance(found, type):
            return found
    if name not in _TYPES:
        raise Refused("it names a type that is not on the list: %.100s" % name)
    return _TYPES[name]
