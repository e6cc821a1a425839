"""The code that a case is made by, as text: found in the producer, run again by whoever rebuilds the model."""

import ast
import contextlib
import functools
import importlib
import importlib.machinery
import os
import sys
import types

PACKAGE = "recipe"  # what the stored modules are part of while they run


def collect(case):
    """``{"module", "function", "seed", "estimator", "beside", "files": {name: text}}``: the case's module, the modules
    beside it that it imports by a relative import, and those that the task names."""
    path = getattr(importlib.import_module(case["module"]), "__file__", None)
    files, todo = {}, [] if path is None else [os.path.basename(path)]
    while todo:
        name = todo.pop()
        path = os.path.join(os.path.dirname(path), name)
        if name in files or not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            files[name] = file.read()
        todo += _siblings(files[name])
    for name in helpers(case):
        with open(os.path.join(os.path.dirname(path), name), encoding="utf-8") as file:
            files[name] = file.read()
    return dict(case, files=files)


def helpers(case):
    """The files beside a user's case that are modules."""
    return [name for name in case.get("beside") or () if name.endswith(".py")]


def data(case):
    """The files beside a user's case that are none, and that it may read: its code alone does not make it again."""
    return [name for name in case.get("beside") or () if not name.endswith(".py")]


def arguments(case):
    """What a case's function is called with: the seed, after the estimator's name where one function builds many."""
    return (case["estimator"], case["seed"]) if case.get("estimator") else (case["seed"],)


@functools.lru_cache(maxsize=None)  # kept from before the fork: to parse the built-in cases takes longer than most fits
def _siblings(text):
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found += [name + ".py" for name in ([node.module] if node.module else [alias.name for alias in node.names])]
    return found


@contextlib.contextmanager
def installed(code):
    """The case's function out of code that was stored; what stands in this environment's own files is not looked at.

    Its modules can be imported while the context lasts, and are gone afterwards.
    """
    package = types.ModuleType(PACKAGE)
    package.__path__ = []
    finder = _Finder(code["files"], helpers(code))
    here = {name: sys.modules.pop(name) for name in finder.modules if name in sys.modules}
    sys.modules[PACKAGE] = package
    sys.meta_path.insert(0, finder)
    try:
        module = importlib.import_module(PACKAGE + "." + code["module"].rpartition(".")[2])
        yield getattr(module, code["function"])
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
        for name in finder.modules:
            sys.modules.pop(name, None)
        sys.modules.update(here)


class _Finder:
    """Imports ``PACKAGE.NAME`` from text, and helpers by their own names."""

    def __init__(self, files, helpers):
        self.files = files
        self.modules = {}  # file by module
        for name in helpers:
            module = name[: -len(".py")].replace("/", ".")
            is_package = module.endswith(".__init__")
            self.modules[module[: -len(".__init__")] if is_package else module] = name

    def find_spec(self, name, path=None, target=None):
        file = self._file(name)
        if file is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=file.endswith("__init__.py"))

    def _file(self, name):
        package, _, module = name.rpartition(".")
        if package == PACKAGE and module + ".py" in self.files:
            return module + ".py"
        return self.modules.get(name)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = self._file(module.__name__)
        exec(compile(self.files[name], "<recipe>/" + name, "exec"), module.__dict__)
