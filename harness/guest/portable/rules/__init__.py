"""What releases renamed, added or compute otherwise, as data: one file for each family of estimators.

A file has some of these tables. A class is written as its name; ``*`` means every class.

``RENAMED``   ``{class: {old attribute: new one}}``
``VALUES``    ``{class: {parameter: {old value: new one}}}``
``DEFAULTS``  ``{class: {parameter: value}}``, of a parameter that the file lacks and whose default means another thing
``WORKED``    ``[(class, function)]``: a function of a `State`, which works out attributes from those that are there
``BEFORE``    the same, called while the parameters are still those of the file

A rule holds for a class and those that inherit from it. It asks the state, not the release, where that tells enough.
"""

import importlib
import inspect
import pkgutil

from ...errors import Unsupported
from ..donors import Donors

_ON_ITS_WAY_OUT = ("deprecated", "warn")  # values that say so


class State:
    """An object that is settled: ``value``, whose attributes are ``has``, with the releases of both sides."""

    def __init__(self, value, before, here):
        self.value, self.has = value, value.__dict__
        self.before, self.here = before, here

    def lacks(self, name):
        """Whether an attribute is not there, or was lost."""
        return name not in self.has or _is_lost(self.has[name])

    def crosses(self, release, package="sklearn"):
        """Whether the file is from before a release, and this is it or after it."""
        return version(self.before[package]) < release <= version(self.here[package])

    def here_is(self, release, package="sklearn"):
        """Whether this is that release, or a later one."""
        return version(self.here[package]) >= release

    def crosses_back(self, release, package="sklearn"):
        """The same, the other way round."""
        return version(self.here[package]) < release <= version(self.before[package])


def version(text):
    """(major, minor, patch) of a release; what is no number is 0."""
    parts = [int(part) if part.isdigit() else 0 for part in str(text).split(".")[:3]]
    return tuple(parts + [0] * (3 - len(parts)))


def settle(made, before, here):
    """Make objects of another release what this release would have made."""
    tables = _tables()
    states = [State(one.value, before, here) for one in made]
    for state, one in zip(states, made):
        _work_out(state, tables["BEFORE"])
        _rename(state, tables)
        _bring_parameters(state, one.parameters, tables)
    for state in reversed(states):
        _work_out(state, tables["WORKED"])
    donors = Donors()
    for state in states:
        if before != here or any(map(_lost_within, state.has.values())):
            donors.fill(state.value, [name for name, one in state.has.items() if _is_lost(one)])
    for state in states:
        _end_lost(state, donors)


def _work_out(state, functions):
    for names, function in functions:
        if _concerns(names, state.value):
            function(state)


def _tables():
    found = {"RENAMED": [], "VALUES": [], "DEFAULTS": [], "WORKED": [], "BEFORE": []}
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        file = importlib.import_module(__name__ + "." + module)
        for name in ("RENAMED", "VALUES", "DEFAULTS"):
            found[name] += getattr(file, name, {}).items()
        for name in ("BEFORE", "WORKED"):
            found[name] += getattr(file, name, [])
    return found


def _concerns(names, value):
    own = {cls.__name__ for cls in type(value).__mro__}
    return names == "*" or bool(own.intersection(names.split()))


def _rename(state, tables):
    """Attributes get the name that this release reads, in whichever direction the model goes."""
    known = parameters_of(type(state.value))
    for names, renamed in tables["RENAMED"]:
        if _concerns(names, state.value):
            for old, new in renamed.items():
                _rename_one(state, old, new, known)
    for names, values in tables["VALUES"]:
        if _concerns(names, state.value):
            for name, changed in values.items():
                _change(state, name, changed)


def _rename_one(state, old, new, known):
    if new.rstrip("_") not in known and old.rstrip("_") in known:
        old, new = new, old
    if new.rstrip("_") in known and not _is_current(known.get(old.rstrip("_"))) and old in state.has:
        value = state.has.pop(old)
        if state.has.get(new) is None and not (isinstance(value, str) and value in _ON_ITS_WAY_OUT):
            state.has[new] = value


def _is_current(parameter):
    """Whether a parameter is there, and not on its way out."""
    return parameter is not None and not (isinstance(parameter.default, str) and parameter.default in _ON_ITS_WAY_OUT)


def _change(state, name, changed):
    value = state.has.get(name, "absent")
    if (value is None or isinstance(value, str)) and value in changed:
        release, new = changed[value]
        if state.crosses(release):
            state.has[name] = new
    for old, (release, new) in changed.items():
        if type(new) is type(value) and new == value and state.crosses_back(release) and isinstance(old, str):
            state.has[name] = old
            return


def parameters_of(cls):
    """The parameters of the constructor, by name."""
    if not hasattr(cls, "get_params"):
        return {}
    return {name: one for name, one in inspect.signature(cls).parameters.items() if one.kind is not one.VAR_KEYWORD}


def _bring_parameters(state, before, tables):
    """Parameters that are new get their default; those that are gone go."""
    known = parameters_of(type(state.value))
    if not known or not before:
        return
    for name, one in known.items():
        if name not in state.has and one.default is not one.empty:
            own = [
                values[name] for names, values in tables["DEFAULTS"] if name in values and _concerns(names, state.value)
            ]
            state.has[name] = own[0] if own else one.default
    for name in set(before) - set(known):
        state.has.pop(name, None)


def _is_lost(value):
    return type(value).__name__ == "Lost" and type(value).__module__.endswith("portable.building")


def _end_lost(state, donors):
    """What was lost goes where this release keeps nothing of that name; else it is missed."""
    for name, value in list(state.has.items()):
        lost = _lost_within(value)
        if lost is not None:
            if lost is not value or donors.keeps(state.value, name):
                raise Unsupported("%s.%s: %s cannot be built here" % (type(state.value).__name__, name, lost.what))
            del state.has[name]


def _lost_within(value, depth=4):
    """What was lost in a value; None where nothing was."""
    if _is_lost(value):
        return value
    if not depth or not isinstance(value, (list, tuple, dict)) and getattr(value, "dtype", None) != object:
        return None
    parts = value.values() if isinstance(value, dict) else value.ravel() if hasattr(value, "ravel") else value
    return next(filter(None, (_lost_within(part, depth - 1) for part in parts)), None)
