"""Exceptions and warnings as data. Their text is hostile until shown escaped; here it is only cut to length.

Standard library only, Python 3.6 and newer.
"""

import importlib
import re
import traceback

NAME_LIMIT = 200  # characters; no class is called so
MESSAGE_LIMIT = 4_000
TRACEBACK_LIMIT = 20_000
FRAME_LIMIT = 2_000  # frames of a traceback; Python's own recursion limit is half of it
WARNING_LIMIT = 50  # distinct warnings kept of one step

#: What scikit-learn below 1.3 says in a plain UserWarning; from 1.3 on it is InconsistentVersionWarning.
_OLD_VERSION_WARNING = re.compile(r"Trying to unpickle estimator \S+ from version (\S+) when using version")


class Unsupported(Exception):
    """A format, a reader or a case cannot do this here; the text is the reason."""


class Refused(Exception):
    """A deliberate refusal, such as of types that nobody trusts; the text is the reason."""


def need(name):
    """The module ``name``. Raises Unsupported where it cannot be imported."""
    try:
        return importlib.import_module(name)
    except Exception as error:  # beside a package that is newer or older than it knows, anything may come
        why = "%s: %s" % (qualified_name(type(error)), text_of(error, 200))
        raise Unsupported("%s cannot be imported in this environment (%s)" % (name, why)) from error


def qualified_name(kind):
    """``module.Name`` of a class, without the ``builtins`` part."""
    try:
        module = text_of(getattr(kind, "__module__", ""), NAME_LIMIT)
        name = text_of(getattr(kind, "__qualname__", "?"), NAME_LIMIT)
    except BaseException:  # a metaclass may do anything
        return "?"
    return name if module in ("builtins", "", "None") else "%s.%s" % (module, name)


def text_of(thing, limit=MESSAGE_LIMIT):
    """``str(thing)``, cut; a ``__str__`` that raises is a fact as well.

    It may give a subclass of str, whose length and slices are what it says they are. So that is made a str proper.
    """
    try:
        text = str.__str__(str(thing))
    except BaseException as error:
        return "<%s while writing the message>" % type.__dict__["__name__"].__get__(type(error))[:NAME_LIMIT]
    return text if len(text) <= limit else text[: limit - 1] + "…"


def describe(error):
    """An exception as ``{"type", "message", "traceback", "memory"}``."""
    try:
        limit = _shorten(error.__traceback__)
        lines = traceback.format_exception(type(error), error, error.__traceback__, limit=limit)
        trace = "".join(lines)
    except BaseException as trouble:
        trace = "<%s while writing the traceback>" % qualified_name(type(trouble))
    if len(trace) > TRACEBACK_LIMIT:
        half = TRACEBACK_LIMIT // 2
        trace = trace[:half] + "\n…\n" + trace[-half:]
    return {
        "type": qualified_name(type(error)),
        "message": text_of(error),
        "traceback": trace,
        "memory": isinstance(error, MemoryError),
    }


def _shorten(trace):
    """Cut the middle out of a traceback of millions of frames, which would take minutes to write.

    Return how many frames may be written, None for all: a traceback of Python 3.6 cannot be cut, and loses its beginning.
    """
    count, last = 0, trace
    while last is not None:
        count, last = count + 1, last.tb_next
    if count > FRAME_LIMIT:
        kept = last = trace
        for _ in range(FRAME_LIMIT // 2):
            kept = kept.tb_next
        for _ in range(count - FRAME_LIMIT // 2):
            last = last.tb_next
        try:
            kept.tb_next = last
        except AttributeError:
            return -FRAME_LIMIT
    return None


def describe_warnings(caught):
    """Recorded warnings, each once, as ``{"category", "message", "count"}`` and, where scikit-learn
    warns of another version, ``original_sklearn_version``."""
    kept = {}
    for item in caught:
        category = qualified_name(item.category)
        message = text_of(item.message, 2_000)
        entry = kept.get((category, message))
        if entry is not None:
            entry["count"] += 1
        elif len(kept) < WARNING_LIMIT:
            kept[category, message] = entry = {"category": category, "message": message, "count": 1}
            original = _original_version(item, message)
            if original is not None:
                entry["original_sklearn_version"] = original
    return list(kept.values())


def _original_version(item, message):
    if item.category.__name__ == "InconsistentVersionWarning":
        return text_of(getattr(item.message, "original_sklearn_version", None), 40)
    match = _OLD_VERSION_WARNING.search(message)
    return match.group(1) if match else None


def failure(error):
    """An exception as what it says of a task: that it cannot be done, will not be done, or failed."""
    if isinstance(error, Unsupported):
        return {"unsupported": text_of(error)}
    if isinstance(error, Refused):
        return {"refused": text_of(error)}
    return {"error": describe(error)}
