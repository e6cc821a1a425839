"""Which probes a fitted model is asked: chosen in the producer, which says of what it leaves out why.

Standard library at its top.
"""

import functools
import warnings

from . import errors, probes, variants
from .encoding import encode

#: Bytes of one attribute, and of all together. What is larger would slow every cell; what is predicted with it is compared.
LARGEST, MOST = 64 * 1024, 256 * 1024
#: What begins so changes a model or its settings, tells of them (`harness.guest.parts` does that), wants the truth (the
#: host scores what is predicted), or is made of what is compared.
_SETUP = (
    "_", "fit", "partial_fit", "set_", "get_params", "get_metadata_routing", "score", "sparsify", "densify",
    "kneighbors_graph",
)  # fmt: skip
#: Attributes that are not stored but computed at each look, and take as long as many predictions.
_SLOW = {"estimators_samples_": "it is drawn anew at each look"}
_MESSAGE = 300  # characters of an error that is an answer
_UNKNOWN = "no probe calls it"
_LARGE = "the model's data is large"
_NAMED = "the case names what is compared"
_METHODS_ONLY = "the profile compares nothing but methods"
#: scikit-learn begins the text of such a method so, and takes it away two releases later; `harness.analysis.checked` knows it.
_DEPRECATED = "deprecated where the model was written"


class Choice:
    """What a fitted model is compared by.

    ``methods`` are timed, and answered; ``probes`` is the rest, errors among it. ``reference`` has the answer to each of
    both, ``raw`` the outputs of the methods. ``written`` are methods that write into their rows. ``not_compared`` says why,
    by name; ``unmade`` are those of them that are other forms of the rows, which no package here makes.

    Raises
    ------
    TypeError
        The model has nothing that can be compared.
    """

    def __init__(self, model, rows, named, small, methods_only=False):
        leaving = [] if named else [name for name in probes.METHODS if _is_deprecated(model, name)]
        known = [name for name in probes.METHODS if name not in leaving]
        wanted = list(named) if named else [name for name in known if hasattr(model, name)]
        first = probes.ask_methods(model, rows, wanted)
        self.raw = first.raw
        self.methods = [name for name in wanted if name in first.raw]
        self.reference = {name: without_traceback(first.encoded[name]) for name in wanted}
        self.written = list(first.written)
        self.not_compared = {name: _DEPRECATED for name in leaving}
        self.unmade = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of properties on their way out, above all
            why_not = _METHODS_ONLY if methods_only else _NAMED if named else None if small else _LARGE
            self._ask_more(model, rows, why_not)
            if small and not methods_only:
                self._ask_variants(model, rows)
        self._leave_out(other_methods(type(model)), why_not if why_not in (_METHODS_ONLY, _NAMED) else _UNKNOWN)
        self.probes = [name for name in self.reference if name not in self.methods]
        if not self.reference:
            raise TypeError("%s has nothing that can be compared" % errors.qualified_name(type(model)))

    def _leave_out(self, names, why):
        for name in names:
            if name not in self.reference:
                self.not_compared.setdefault(name, why)

    def _ask_more(self, model, rows, why_not):
        known = [name for name in probes.METHODS + probes.MORE + probes.GETTERS if name not in self.not_compared]
        further = [name for name in known if name not in self.reference and probes.has(model, name)]
        if why_not is not None:
            self._leave_out(further + attributes(model), why_not)
            return
        found = probes.ask(model, rows, further)
        self.written += found.written
        self._keep(found, also=functools.partial(self._ask_few, model, rows))
        held = 0
        for name in attributes(model):
            try:
                encoded, size = encoded_attribute(model, name, MOST - held)
            except AttributeError:  # a property that has nothing to tell: as if it were not there
                continue
            except ValueError as why:
                self.not_compared[name] = errors.text_of(why)
            else:
                held += size
                self.reference[name] = encoded

    def _ask_variants(self, model, rows):
        """Each of the methods, not the first alone: a method may change for one form of its rows, and labels tell little."""
        asked = [name for name in self.methods if not name.endswith("_") and _is_data(self.reference[name])]
        made, missing = variants.of(rows)
        unmade = {"%s(%s)" % (method, name): why for method in asked for name, why in missing.items()}
        self.unmade = sorted(unmade)
        self.not_compared.update(unmade)
        found = probes.ask(model, rows, ["%s(%s)" % (method, name) for method in asked for name in made])
        self._keep(found)

    def _ask_few(self, model, rows, name):
        """Of the first rows what is too much of all of them: the paths through a forest, above all."""
        few = "%s(%s)" % (name, variants.FEW)
        try:
            encoded = probes.ask(model, rows, [few]).encoded[few]
        except Exception:  # rows of a kind that nobody thought of
            return False
        if not _is_data(encoded):
            return False
        self.reference[few] = without_traceback(encoded)
        return True

    def _keep(self, found, also=lambda name: False):
        """Answers that are data; of another, what is ``also`` kept in its place."""
        for name, encoded in found.encoded.items():
            if _is_data(encoded):
                self.reference[name] = without_traceback(encoded)
            elif not also(name):
                self.not_compared[name] = "its output cannot be sent as data"


def _is_deprecated(model, name):
    method = getattr(type(model), name, None)
    return (getattr(method, "__doc__", None) or "").lstrip().startswith("DEPRECATED")


def without_traceback(encoded):
    """An answer as the producer keeps it."""
    if encoded["kind"] != "error":
        return encoded
    return {"kind": "error", "type": encoded["type"], "message": encoded["message"][:_MESSAGE]}


def added(model, known):
    """Names of what could be compared of this model, and is unknown to its producer."""
    asked = probes.METHODS + probes.MORE + probes.GETTERS
    found = [name for name in asked if name not in known and probes.has(model, name)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in attributes(model):
            try:
                if name not in known:
                    encoded_attribute(model, name, LARGEST)
                    found.append(name)
            except (AttributeError, ValueError):
                continue
    return found


def attributes(model):
    """Names of the public fitted attributes, properties of the class with them."""
    own = [name for name in getattr(model, "__dict__", ()) if _is_fitted(name)]
    return sorted({*own, *_of_class(type(model))})


def encoded_attribute(model, name, most):
    """(encoded value, bytes) of an attribute. Raises AttributeError where there is none, ValueError with why it cannot be
    compared."""
    if name in _SLOW:
        raise ValueError(_SLOW[name])
    try:
        value = getattr(model, name)
    except (AttributeError, MemoryError):
        raise
    except BaseException as error:
        raise ValueError("it raises %s" % errors.qualified_name(type(error))) from error
    size = _bytes(value)
    if size > min(LARGEST, most):
        raise ValueError("too large: %d bytes" % size)
    encoded = encode(value)
    if not _is_data(encoded):
        raise ValueError("it holds objects, not data")
    return encoded, size


@functools.lru_cache(maxsize=None)
def _of_class(cls):
    return [name for name in dir(cls) if _is_fitted(name)]


def _is_fitted(name):
    return name.endswith("_") and not name.startswith("_")


@functools.lru_cache(maxsize=None)
def other_methods(cls):
    """Names of the public methods of a class that no probe calls."""
    known = probes.METHODS + probes.MORE + probes.GETTERS
    names = [name for name in dir(cls) if name not in known and not name.startswith(_SETUP) and not name.endswith("_")]
    return [name for name in names if callable(getattr(cls, name, None))]


def _bytes(value, depth=3):
    """How large a value is, as far as that can be known without looking at all of it."""
    if hasattr(value, "nnz"):
        return 16 * int(value.nnz)
    if hasattr(value, "nbytes"):
        return int(value.nbytes) * (8 if getattr(value, "dtype", None) == object else 1)
    if isinstance(value, dict):
        return 64 * len(value)
    if isinstance(value, (list, tuple)) and depth:
        return sum(8 + _bytes(one, depth - 1) for one in value[:LARGEST]) + 8 * len(value)
    return len(value) if isinstance(value, (str, bytes)) else 8


def _is_data(encoded):
    """Whether all of an encoded value was sent."""
    if isinstance(encoded, dict):
        if encoded.get("kind") == "opaque" or "opaque" in encoded:
            return False
        return all(_is_data(part) for part in encoded.values() if isinstance(part, (dict, list)))
    return all(_is_data(part) for part in encoded if isinstance(part, (dict, list)))
