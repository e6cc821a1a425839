"""What a load may run: the code that its artifact names. Standard library only.

Whatever a pickle builds or calls it names first, and Python tells of each name (the audit event ``pickle.find_class``).
Code of the numeric libraries may be followed by another cell in the same process. Of any other code nobody knows what
it leaves behind: a registry filled, a class changed. So before it runs the supervisor is told, and nothing comes after.
"""

import importlib
import sys

#: Packages whose classes and functions do not change what their neighbours rely on. What they do change is watched.
LIBRARIES = frozenset(["sklearn", "numpy", "scipy", "joblib", "pandas"])
#: Parts of them that run other code, or have names of other packages.
_UNSURE = frozenset(["testing", "_testing", "tests", "conftest", "externals", "f2py", "distutils", "ctypeslib"])
#: Names of the standard library that make values and nothing else.
_VALUES = {
    "builtins": "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple "
    "Ellipsis NotImplemented",
    "copyreg": "_reconstructor __newobj__ __newobj_ex__",
    "_codecs": "encode",
    "collections": "Counter OrderedDict defaultdict deque",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "functools": "partial",
    "operator": "itemgetter",
    "re": "_compile",
    "types": "SimpleNamespace",
    "uuid": "UUID",
    "zoneinfo": "ZoneInfo._unpickle",
}
_VALUES = {module: frozenset(names.split()) for module, names in _VALUES.items()}
#: Where protocols below 3 and old releases of NumPy put what is elsewhere now.
_MOVED = (("__builtin__", "builtins"), ("copy_reg", "copyreg"), ("numpy.core", "numpy._core"))


def names_its_code(task):
    """Whether the task's format says that each load names what it runs, see `formats`."""
    try:
        return getattr(importlib.import_module(task["module"]), "NAMES_ITS_CODE", False) is True
    except Exception:
        return False


class NamedCode:
    """Listens to the names of one process, from `listen` on."""

    def __init__(self, told, watch):
        """``told()`` is called once, before the first code runs that is not known; ``watch(thing)`` with each library
        module and class that is named, before a model can write to it."""
        self._told = told
        self._watch = watch
        self._silent = False
        self._known = {}  # what was named before, to save looking again

    def listen(self):
        """Whether this Python tells of the names: from 3.8 on."""
        if not hasattr(sys, "addaudithook"):
            return False
        sys.addaudithook(self._hear)
        return True

    def _hear(self, event, arguments):
        if event == "pickle.find_class" and not self._silent:
            name = tuple(arguments)
            if name not in self._known:
                self._known[name] = self._is_known(*name)
            if not self._known[name]:
                self._silent = True
                self._told()

    def _is_known(self, module, name):
        if type(module) is not str or type(name) is not str:
            return False
        if name in _VALUES.get(_moved(module), ()):
            return True
        parts = module.split(".")
        if parts[0] not in LIBRARIES or not _UNSURE.isdisjoint(parts):
            return False
        try:
            found = _found(module, name) or _found(_moved(module), name)
        except ImportError:
            return True  # the load meets the same, and runs nothing of it
        except Exception:
            return False
        if found is None or not _is_of_a_library(found[-1]):
            return False
        for owner in found:
            for one in getattr(owner, "__mro__", (owner,)):
                self._watch(one)
                self._watch(sys.modules.get(getattr(one, "__module__", None)))
        return True


def _moved(module):
    for old, new in _MOVED:
        if module == old or module.startswith(old + "."):
            return new + module[len(old) :]
    return module


def _found(module, name):
    """The module and what is found in it on the way to ``name``, or None. Nothing is run but the module's import."""
    __import__(module)
    found = [sys.modules[module]]
    for part in name.split("."):
        if len(found) > 1 and not isinstance(found[-1], type):
            return None  # the name leads through something that is no class
        contents = vars(found[-1])
        if part not in contents:
            return None  # a module's __getattr__ would be code of its own
        found.append(contents[part])
    return found


def _is_of_a_library(thing):
    """Whether it is a class or a function that one of the libraries has made: not a module, and not a container."""
    home = getattr(thing, "__module__", None)
    if not callable(thing) or type(home) is not str:
        return False
    parts = home.split(".")
    return parts[0] in LIBRARIES and _UNSURE.isdisjoint(parts)
