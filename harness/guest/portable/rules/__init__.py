"""What releases renamed, added or compute otherwise, as data: one file for each family of estimators.

A file has some of these tables. A class is written as its name; ``*`` means every class.

``RENAMED``   ``{class: {old attribute: new one}}``
``VALUES``    ``{class: {parameter: {old value: new one}}}``
``WORKED``    ``[(class, function)]``: a function of a `State`, which works out attributes from those that are there

A rule holds for a class and those that inherit from it. It asks the state, not the release, where that tells enough.
"""

import importlib
import inspect
import pkgutil

from ...errors import Unsupported
from ..donors import Donors


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
        _rename(state, tables)
        _bring_parameters(state, one.parameters)
    for state in reversed(states):
        for names, function in tables["WORKED"]:
            if _concerns(names, state.value):
                function(state)
    donors = Donors()
    for state in states:
        if before != here:
            donors.fill(state.value)
    for state in states:
        _end_lost(state, donors)


def _tables():
    found = {"RENAMED": [], "VALUES": [], "WORKED": []}
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        file = importlib.import_module(__name__ + "." + module)
        for name in ("RENAMED", "VALUES"):
            found[name] += getattr(file, name, {}).items()
        found["WORKED"] += getattr(file, "WORKED", [])
    return found


def _concerns(names, value):
    own = {cls.__name__ for cls in type(value).__mro__}
    return names == "*" or bool(own.intersection(names.split()))


def _rename(state, tables):
    for names, renamed in tables["RENAMED"]:
        if _concerns(names, state.value):
            known = _parameters(type(state.value))
            for old, new in renamed.items():
                if old in state.has and new not in state.has and old not in known:
                    state.has[new] = state.has.pop(old)
    for names, values in tables["VALUES"]:
        if _concerns(names, state.value):
            for name, changed in values.items():
                _change(state, name, changed)


def _change(state, name, changed):
    value = state.has.get(name)
    if isinstance(value, str) and value in changed:
        release, new = changed[value]
        if state.crosses(release):
            state.has[name] = new


def _parameters(cls):
    if not hasattr(cls, "get_params"):
        return {}
    return {name: one for name, one in inspect.signature(cls).parameters.items() if one.kind is not one.VAR_KEYWORD}


def _bring_parameters(state, before):
    """Parameters that are new get their default; those that are gone go."""
    known = _parameters(type(state.value))
    if not known or not before:
        return
    for name, one in known.items():
        if name not in state.has and one.default is not one.empty:
            state.has[name] = one.default
    for name in set(before) - set(known):
        state.has.pop(name, None)


def _is_lost(value):
    return type(value).__name__ == "Lost" and type(value).__module__.endswith("portable.building")


def _end_lost(state, donors):
    """What was lost goes where this release keeps nothing of that name; else it is missed."""
    for name, value in list(state.has.items()):
        if _is_lost(value) or _holds_lost(value):
            if donors.keeps(state.value, name):
                lost = value if _is_lost(value) else _holds_lost(value)
                raise Unsupported("%s.%s: %s cannot be built here" % (type(state.value).__name__, name, lost.what))
            del state.has[name]


def _holds_lost(value, depth=4):
    if depth and isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            found = part if _is_lost(part) else _holds_lost(part, depth - 1)
            if found:
                return found
    return None
