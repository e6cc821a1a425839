"""Compiled and other helpers within estimators: what each is as data, and how it is made again.

A helper is one of a short list. ``take`` gives its parts (a dict, whose values are taken out in turn) or None, where a
value is no such helper; ``make`` gives the helper of built parts, or None where this release has none of that name.
"""

import importlib

from ..errors import Refused

#: Compiled classes of trees, by how the classes of older releases begin.
_TREES_OF_NEIGHBOURS = {"KDTree": "KDTree", "KDTree64": "KDTree", "BallTree": "BallTree", "BallTree64": "BallTree"}
_SINGLE = {"KDTree32": "KDTree32", "BallTree32": "BallTree32"}
#: Metrics by the class of their distance.
METRICS = {
    "EuclideanDistance": "euclidean", "ManhattanDistance": "manhattan", "ChebyshevDistance": "chebyshev",
    "MinkowskiDistance": "minkowski", "WMinkowskiDistance": "wminkowski", "SEuclideanDistance": "seuclidean",
    "MahalanobisDistance": "mahalanobis", "HammingDistance": "hamming", "CanberraDistance": "canberra",
    "BrayCurtisDistance": "braycurtis", "JaccardDistance": "jaccard", "MatchingDistance": "matching",
    "DiceDistance": "dice", "KulsinskiDistance": "kulsinski", "RogersTanimotoDistance": "rogerstanimoto",
    "RussellRaoDistance": "russellrao", "SokalMichenerDistance": "sokalmichener",
    "SokalSneathDistance": "sokalsneath", "HaversineDistance": "haversine",
}  # fmt: skip
_STATE = {"leaf_size": 4, "metric": 11, "weight": 12}  # places in the state of a tree of neighbours


# Decision trees


def take_tree(value):
    if type(value).__name__ != "Tree" or not type(value).__module__.startswith("sklearn.tree"):
        return None
    import numpy as np

    state = value.__getstate__()
    nodes = state["nodes"]
    return {
        "n_features": int(value.n_features),
        "n_outputs": int(value.n_outputs),
        "n_classes": np.array(value.n_classes, dtype="int64"),
        "max_depth": int(state["max_depth"]),
        "nodes": {name: np.ascontiguousarray(nodes[name]) for name in nodes.dtype.names},
        "values": np.array(state["values"]),
    }


def make_tree(parts):
    import numpy as np
    from sklearn.tree._tree import NODE_DTYPE, Tree

    fields, values, n_classes = parts["nodes"], parts["values"], parts["n_classes"]
    count, features = len(fields["left_child"]), int(parts["n_features"])
    check_nodes(fields["left_child"], fields["right_child"], fields["feature"], features)
    nodes = np.zeros(count, dtype=NODE_DTYPE)
    for name in NODE_DTYPE.names:
        if name in fields:
            nodes[name] = fields[name]
    wanted = (count, int(parts["n_outputs"]), int(n_classes.max()))
    if values.shape != wanted or n_classes.shape != wanted[1:2] or n_classes.min() < 1:
        raise Refused("the values of a tree have the shape %s, not %s" % (values.shape, wanted))
    tree = Tree(features, n_classes.astype(np.intp), wanted[1])
    state = {"max_depth": int(parts["max_depth"]), "node_count": count, "nodes": nodes}
    tree.__setstate__(dict(state, values=np.ascontiguousarray(values, dtype="float64")))
    return tree


def check_nodes(left, right, feature, features):
    """That every way through a tree ends within it: compiled code follows the numbers wherever they lead."""
    import numpy as np

    places = np.arange(len(left))
    inner = left != -1
    sound = len(left) and len(left) == len(right) == len(feature)
    if sound:
        children = np.concatenate([left[inner] - places[inner], right[inner] - places[inner]])
        last = max(left.max(), right.max())
        sound = (children > 0).all() and last < len(left) and (feature[inner] >= 0).all()
        sound = sound and (feature[inner] < features).all()
    if not sound:
        raise Refused("a tree of the file leads out of itself")


# Trees of neighbours


def take_neighbours(value):
    import numpy as np

    name = type(value).__name__
    called = _TREES_OF_NEIGHBOURS.get(name) or _SINGLE.get(name)
    if called is None or not type(value).__module__.startswith("sklearn.neighbors"):
        return None
    state = value.__getstate__()
    metric = take_distance(state[_STATE["metric"]])
    weight = state[_STATE["weight"]]
    if metric is None:  # a function of one's own, which is a parameter as well
        return None
    return {
        "class": called,
        "data": np.array(state[0]),
        "leaf_size": int(state[_STATE["leaf_size"]]),
        "metric": metric["metric"],
        "arguments": metric["arguments"],
        "sample_weight": None if weight is None or len(weight) == 0 else np.array(weight),
    }


def make_neighbours(parts):
    from sklearn import neighbors

    cls = {"KDTree": neighbors.KDTree, "BallTree": neighbors.BallTree}.get(parts["class"])
    if cls is None:
        module = "_kd_tree" if parts["class"] == "KDTree32" else "_ball_tree"
        cls = getattr(importlib.import_module("sklearn.neighbors." + module), parts["class"], None)
    if cls is None:
        return None
    metric = parts["metric"] if parts["metric"] in METRICS.values() else "euclidean"
    return cls(
        parts["data"],
        leaf_size=int(parts["leaf_size"]),
        metric=metric,
        sample_weight=parts["sample_weight"],
        **{name: value for name, value in parts["arguments"].items() if name in ("p", "V", "VI", "w")},
    )


def take_distance(value):
    """A distance, compiled: its metric's name and arguments."""
    import numpy as np

    name = type(value).__name__
    single = name.endswith("32")
    metric = METRICS.get(name[:-2] if name.endswith(("32", "64")) else name)
    if metric is None:
        return None
    state = value.__getstate__()
    arguments = {}
    if metric in ("minkowski", "wminkowski"):
        arguments["p"] = float(state[0])
    if metric == "seuclidean":
        arguments["V"] = np.array(state[1])
    if metric == "mahalanobis":
        arguments["VI"] = np.array(state[2])
    if metric == "wminkowski" or metric == "minkowski" and len(np.array(state[1])):
        arguments["w"] = np.array(state[1])
    return {"metric": metric, "arguments": arguments, "single": single}


def make_distance(parts):
    import numpy as np

    if parts["metric"] not in METRICS.values():
        raise Refused("it names a metric that is none: %.40r" % (parts["metric"],))
    try:
        from sklearn.metrics import DistanceMetric
    except ImportError:
        from sklearn.neighbors import DistanceMetric
    arguments = {name: value for name, value in parts["arguments"].items() if name in ("p", "V", "VI", "w")}
    if not parts["single"]:
        return DistanceMetric.get_metric(parts["metric"], **arguments)
    try:
        return DistanceMetric.get_metric(parts["metric"], dtype=np.float32, **arguments)
    except TypeError:  # before 1.3 there are none of single precision
        return None


# Losses

_ARGUMENTS = ("quantile", "delta", "power", "n_classes")


def take_loss(value):
    if type(value).__module__ != "sklearn._loss.loss":
        return None
    compiled = getattr(value, "closs", None)
    arguments = {}
    for name in _arguments_of(type(value)):
        found = getattr(compiled, name, getattr(value, name, None))
        arguments[name] = found if found is None else int(found) if name == "n_classes" else float(found)
    return {"class": type(value).__name__, "arguments": arguments}


def make_loss(parts):
    try:
        from sklearn._loss import loss
    except ImportError:
        return None
    cls = getattr(loss, parts["class"], None) if str(parts["class"]).isidentifier() else None
    if not isinstance(cls, type) or not issubclass(cls, loss.BaseLoss):
        return None
    known = _arguments_of(cls)
    return cls(**{name: value for name, value in parts["arguments"].items() if name in known})


def _arguments_of(cls):
    import inspect

    return [name for name in inspect.signature(cls).parameters if name in _ARGUMENTS]


# SciPy's splines and distributions


def take_spline(value):
    if type(value).__name__ != "BSpline" or not type(value).__module__.startswith("scipy.interpolate"):
        return None
    import numpy as np

    return {
        "t": np.array(value.t),
        "c": np.array(value.c),
        "k": int(value.k),
        "extrapolate": value.extrapolate if isinstance(value.extrapolate, str) else bool(value.extrapolate),
        "axis": int(value.axis),
    }


def make_spline(parts):
    from scipy.interpolate import BSpline

    return BSpline(parts["t"], parts["c"], int(parts["k"]), extrapolate=parts["extrapolate"], axis=int(parts["axis"]))


def take_distribution(value):
    if type(value).__name__ not in ("rv_frozen", "rv_continuous_frozen", "rv_discrete_frozen"):
        return None
    return {"name": value.dist.name, "arguments": list(value.args), "named": dict(value.kwds)}


def make_distribution(parts):
    from scipy import stats

    found = getattr(stats, parts["name"], None) if str(parts["name"]).isidentifier() else None
    if not isinstance(found, (stats.rv_continuous, stats.rv_discrete)):
        raise Refused("it names a distribution that SciPy has not: %.40r" % (parts["name"],))
    return found(*parts["arguments"], **parts["named"])


#: By the word of the node.
OF = {
    "tree": (take_tree, make_tree),
    "neighbours": (take_neighbours, make_neighbours),
    "distance": (take_distance, make_distance),
    "loss": (take_loss, make_loss),
    "spline": (take_spline, make_spline),
    "distribution": (take_distribution, make_distribution),
}
