"""Which estimators a model is made of, with their parameters. Standard library at its top.

A model's parts are itself and every estimator among its parameters: a pipeline's steps, a search's estimator. What a
model builds by itself, such as the trees of a forest, is not one of them.
"""

from . import errors

DEPTH = 8  # of estimators and containers within each other
MOST = 64  # parts that are told; a pipeline of more is rare
TEXT = 200  # characters of a parameter


def parts(model):
    """The parts, the model itself first, each once: ``[{"path", "class", "parameters"}, ...]``.

    ``path`` is where it is among the parameters, "" for the model itself, such as ``steps[1]``. ``parameters`` are texts by
    name. Equal parts are told once.
    """
    found, seen = [], set()
    for path, estimator in _walk(model, "", DEPTH):
        part = {"class": errors.qualified_name(type(estimator)), "parameters": parameters(estimator)}
        key = (part["class"], tuple(sorted(part["parameters"].items())))
        if key not in seen:
            seen.add(key)
            found.append(dict(part, path=path))
        if len(found) == MOST:
            break
    return found


def parameters(estimator):
    """The parameters of an estimator as texts; none where it cannot tell them."""
    return {name: errors.text_of(_shown(value), TEXT) for name, value in _given(estimator).items()}


def _given(estimator):
    try:
        return dict(estimator.get_params(deep=False))
    except Exception:  # a user's estimator need not have get_params
        return {}


def _shown(value):
    try:
        return repr(value)
    except Exception as error:  # a user's object need not have a repr that works
        return "<%s while writing it>" % errors.qualified_name(type(error))


def _walk(value, path, depth):
    if depth <= 0:
        return
    if isinstance(value, dict):
        inner = [("%s[%r]" % (path, key), item) for key, item in value.items() if isinstance(key, (str, int))]
    elif isinstance(value, (list, tuple)):
        inner = [("%s[%d]" % (path, place), item) for place, item in enumerate(value)]
    elif hasattr(value, "get_params") and not isinstance(value, type):
        yield path, value
        given = _given(value)
        inner = [("%s.%s" % (path, name) if path else name, item) for name, item in sorted(given.items())]
    else:
        return
    for where, item in inner:
        for found in _walk(item, where, depth - 1):
            yield found
