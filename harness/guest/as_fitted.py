"""A model as it was fitted, although it was asked since: what is dumped is what a user would have saved.

Some releases write into a model when it is asked. scikit-learn 0.23 keeps how many columns the rows had that it
transformed last, and refuses all others from 0.24 on. Standard library at its top.
"""

import sys
import types

MOST = 100000  # objects of a model that are looked at
_NO_PART = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def attributes(model):
    """The attributes of a model and of all within it, for `restore`: ``[(object, attributes), ...]``.

    Containers and arrays of objects are looked into. What lies in an array or in a compiled object is not kept.
    """
    kept, seen, waiting = [], set(), [model]
    while waiting and len(seen) < MOST:
        one = waiting.pop()
        if issubclass(type(one), _NO_PART) or id(one) in seen:
            continue
        seen.add(id(one))
        own = _own(one)
        if own is not None:
            kept.append((one, dict(own)))
            waiting.extend(value for value in own.values() if _may_hold(value))
        waiting.extend(value for value in _items(one) if _may_hold(value))
    return kept


def restore(kept):
    """Give each object the attributes that it had, and no others."""
    for one, before in kept:
        own = _own(one)
        if own is not None and not _same(own, before):
            own.clear()
            own.update(before)


def _own(one):
    try:
        own = vars(one)
    except Exception:  # no attributes of its own, or a user's object that objects
        return None
    return own if type(own) is dict else None


def _same(own, before):
    return len(own) == len(before) and all(name in own and own[name] is value for name, value in before.items())


def _items(one):
    kind = type(one)  # an object may lie about its class, or fail when it is asked
    if issubclass(kind, dict):
        return list(one.values())
    if issubclass(kind, (list, tuple, set, frozenset)):
        return list(one)
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, numpy.ndarray) and one.dtype == object:
        return one.ravel().tolist()
    return []


def _may_hold(value):
    return not issubclass(type(value), (str, bytes, int, float, complex, type(None)))
