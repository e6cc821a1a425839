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
    """``{"module", "function", "seed", "estimator", "files": {name: text}}``: the case's module and all the modules
    beside it that it imports by a relative import."""
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
    return dict(case, files=files)


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
    finder = _Finder(code["files"])
    sys.modules[PACKAGE] = package
    sys.meta_path.insert(0, finder)
    try:
        module = importlib.import_module(PACKAGE + "." + code["module"].rpartition(".")[2])
        yield getattr(module, code["function"])
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


class _Finder:
    """Imports ``PACKAGE.NAME`` from text."""

    def __init__(self, files):
        self.files = files

    def find_spec(self, name, path=None, target=None):
        package, _, module = name.rpartition(".")
        if package != PACKAGE or module + ".py" not in self.files:
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__.rpartition(".")[2] + ".py"
        exec(compile(self.files[name], "<recipe>/" + name, "exec"), module.__dict__)
