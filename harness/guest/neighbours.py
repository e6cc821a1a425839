"""What a model leaves behind that its neighbours in the same process would feel. Standard library only.

Of code that is not known nothing more is asked, see `named_code`. This is for what the libraries themselves change.
"""

import operator
import os
import signal
import sys
import sysconfig

from .named_code import LIBRARIES

#: Modules whose names a neighbour relies on, whatever its artifact names.
_SHARED_MODULES = ("builtins", "copyreg", "pickle", "os", "random", "warnings", "codecs") + tuple(sorted(LIBRARIES))
_CONTAINERS = (dict, list, set)


def surroundings():
    """What a model can change around itself and a neighbour in the same process would feel.

    Random states are not among it: they are set before each method is called.
    """
    try:
        folder = os.getcwd()
    except OSError:
        folder = None
    try:
        threads = len(os.listdir("/proc/self/task"))
        descriptors = os.listdir("/proc/self/fd")
    except OSError:
        threads, descriptors = 0, []
    return (
        folder,
        threads,
        len(descriptors),
        # The encoded form, where there is one: to decode each takes as long as to load a small model.
        dict(getattr(os.environ, "_data", os.environ)),
        list(sys.path),
        sys.getrecursionlimit(),
        _signals(),
        _has_children(),
        _numpy_settings(),
        _sklearn_config(),
    )


def _signals():
    """Handlers, masks and timers; of what a system has not, nothing."""
    handlers = [signal.getsignal(getattr(signal, name)) for name in ("SIGTERM", "SIGALRM") if hasattr(signal, name)]
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, ()) if hasattr(signal, "pthread_sigmask") else None
    timers = [getattr(signal, "ITIMER_" + name, None) for name in ("REAL", "VIRTUAL", "PROF")]
    return handlers, masked, [signal.getitimer(timer)[0] > 0 for timer in timers if timer is not None]


class Names:
    """Modules, and the names in some modules and classes: what a model puts there might mend, or break, its neighbours.

    A name that holds a dict, a list or a set is looked into, but no further.
    """

    def __init__(self):
        self._modules = dict(sys.modules)
        self._owners = {}
        for name in _SHARED_MODULES:
            self.watch(sys.modules.get(name))

    def watch(self, owner):
        """Notice from now on what is changed in a module or a class; of anything else there is nothing to see."""
        if id(owner) not in self._owners and isinstance(owner, (type, type(sys))):
            self._owners[id(owner)] = Contents(owner)

    def changed(self):
        """Whether anything was replaced or removed, or put where no import would have put it."""
        return self._modules_changed() or any([contents.changed() for contents in self._owners.values()])

    def _modules_changed(self):
        if _same(sys.modules, self._modules):
            return False
        now = dict(sys.modules)
        if self._modules.keys() - now.keys():
            return True
        for name, module in now.items():
            if self._modules.get(name) is not module and not self._came_by_import(name, module):
                return True
        self._modules = now
        return False

    def _came_by_import(self, name, module):
        """Whether a module is new, and a part of what was there already or of Python: any other package may change
        what its neighbours can do, as those do that give NumPy new dtypes."""
        spec = getattr(module, "__spec__", None)
        if name in self._modules or getattr(spec, "name", None) != name:
            return False
        return name.partition(".")[0] in self._modules or _is_of_python(spec)


class Contents:
    """What a module or a class held when it was last looked at."""

    # Whole dictionaries first: nearly always nothing has changed, and cells take a millisecond. What was found to be
    # in order is taken as it is now, so that it is looked at once and not after each cell.

    def __init__(self, owner):
        self._owner = owner
        self._take()

    def _take(self):
        self._held = dict(vars(self._owner))
        self._held.pop("__warningregistry__", None)  # what was warned of, which is all recorded
        inside = [value for value in self._held.values() if type(value) in _CONTAINERS]
        self._inside = [(value, _items(value)) for value in inside if value is not sys.modules]

    def changed(self):
        now = vars(self._owner)
        if "__warningregistry__" in now:
            now = {key: value for key, value in now.items() if key != "__warningregistry__"}
        if any(not _same_items(_items(value), items) for value, items in self._inside):
            return True
        if _same(now, self._held):
            return False
        if any(now.get(key, self) is not value for key, value in self._held.items()):
            return True
        name = getattr(self._owner, "__name__", None)
        for key in now.keys() - self._held.keys():
            if type(now[key]) is not type(sys) or sys.modules.get("%s.%s" % (name, key)) is not now[key]:
                return True  # only the import of a part adds a name
        self._take()
        return False


def _items(container):
    if type(container) is dict:
        return list(container) + list(container.values())
    return list(container)


def _same_items(now, before):
    return len(now) == len(before) and all(map(operator.is_, now, before))


def _same(now, before):
    """Whether two dictionaries hold the very same things in the same order; no ``==`` of theirs is called."""
    return len(now) == len(before) and all(map(operator.is_, now.values(), before.values()))


def _has_children():
    try:
        os.waitpid(-1, os.WNOHANG)
    except (ChildProcessError, AttributeError):  # no such flag: no system that forks
        return False
    return True


def _sklearn_config():
    sklearn = sys.modules.get("sklearn")
    return None if sklearn is None else sklearn.get_config()


def _numpy_settings():
    numpy = sys.modules.get("numpy")
    return None if numpy is None else (dict(numpy.geterr()), repr(numpy.get_printoptions()))


def _is_of_python(spec):
    places = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    origin = spec.origin or ""
    if origin in ("built-in", "frozen"):
        return True
    return "site-packages" not in origin and any(place and origin.startswith(place + os.sep) for place in places)
