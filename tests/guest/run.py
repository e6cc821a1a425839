"""Run the guest's tests under any interpreter: ``python -I tests/guest/run.py [file ...]``. Standard library only.

A test is a function ``test_*`` without parameters, of plain asserts. It skips itself by raising ``unittest.SkipTest``,
which pytest understands as well; so does a whole file on import.
"""

import importlib.util
import os
import sys
import traceback
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
GUEST = os.path.join(os.path.dirname(os.path.dirname(HERE)), "harness", "guest")


def load_guest():
    """Make ``harness/guest`` importable as the package ``guest``.

    By its file, not by a place in sys.path: there, the host's modules would shadow the library's (``statistics``).
    """
    if "guest" not in sys.modules:
        _load("guest", os.path.join(GUEST, "__init__.py"), [GUEST])


def _load(name, path, places=None):
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=places)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def run(path):
    """Run the tests of one file; return how many (passed, skipped, failed)."""
    passed = skipped = failed = 0
    try:
        module = _load(os.path.splitext(os.path.basename(path))[0], path)
    except unittest.SkipTest as reason:
        print("SKIPPED %s: %s" % (path, reason))
        return 0, 1, 0
    for name, function in sorted(vars(module).items()):
        if not name.startswith("test_"):
            continue
        try:
            function()
            passed += 1
        except unittest.SkipTest as reason:
            skipped += 1
            print("SKIPPED %s: %s" % (name, reason))
        except Exception:
            failed += 1
            print("FAILED %s" % name)
            traceback.print_exc(file=sys.stdout)
    return passed, skipped, failed


def main(paths):
    load_guest()
    if not paths:
        paths = sorted(
            os.path.join(HERE, name) for name in os.listdir(HERE) if name.startswith("test_") and name.endswith(".py")
        )
    counts = [run(path) for path in paths]
    passed, skipped, failed = (sum(column) for column in zip(*counts))
    print("Python %s: %d passed, %d skipped, %d failed" % (sys.version.split()[0], passed, skipped, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
