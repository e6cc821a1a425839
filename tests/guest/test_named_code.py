"""Which code that a pickle names may be followed by another cell."""

import collections
import io
import pickle
import subprocess
import sys
import types
import unittest

from guest import named_code


def listener():
    told, watched = [], []
    return named_code.NamedCode(lambda: told.append(True), watched.append), told, watched


def library(**contents):
    """A module that seems to be scikit-learn's."""
    module = types.ModuleType("sklearn.made_up")
    for name, value in contents.items():
        setattr(module, name, value)
    sys.modules["sklearn"] = sys.modules.get("sklearn") or types.ModuleType("sklearn")
    sys.modules["sklearn.made_up"] = module
    return module


class Known:
    __module__ = "sklearn.made_up"


def of_a_library():
    pass


of_a_library.__module__ = "sklearn.made_up"


def hears(module, name):
    code, told, watched = listener()
    code._hear("pickle.find_class", (module, name))
    return bool(told), watched


def test_values_of_the_standard_library_are_known():
    for module, name in [("builtins", "set"), ("__builtin__", "object"), ("copyreg", "_reconstructor")]:
        assert hears(module, name) == (False, []), name


def test_code_of_others_is_not():
    for module, name in [
        ("builtins", "setattr"), ("builtins", "eval"), ("builtins", "dict.update"), ("copyreg", "add_extension"),
        ("os", "system"), ("__main__", "Model"), ("functools", "reduce"), ("codecs", "register"), (None, 3),
        ("joblib.externals.cloudpickle", "loads"), ("numpy.testing", "rundocs"), ("sklearning", "x"),
    ]:  # fmt: skip
        assert hears(module, name)[0], (module, name)


def test_classes_and_functions_of_libraries_are_known_and_watched():
    before = sys.modules.get("sklearn")
    module = library(
        Known=Known,
        function=of_a_library,
        table={},
        os=sys.modules["os"],
        run=subprocess.run,
        Other=collections.Counter,
    )
    try:
        foreign, watched = hears("sklearn.made_up", "Known")
        assert not foreign and module in watched and Known in watched
        assert not hears("sklearn.made_up", "function")[0]
        for name in ("table", "os", "run", "Other", "os.system", "Known.__dict__", "absent"):
            assert hears("sklearn.made_up", name)[0], name
        assert not hears("sklearn.nowhere_at_all", "X")[0]  # nothing of it will run
    finally:
        del sys.modules["sklearn.made_up"]
        if before is None:
            del sys.modules["sklearn"]


def test_the_listener_hears_both_unpicklers_before_anything_runs_and_tells_once():
    code, told, _ = listener()
    if not code.listen():
        raise unittest.SkipTest("before Python 3.8 nobody is told")
    data = pickle.dumps(collections.OrderedDict(a={1}), protocol=2)
    for unpickler in (pickle.Unpickler, pickle._Unpickler):
        unpickler(io.BytesIO(data)).load()
    assert not told
    harmless = b"c%s\n%s\n." % (b"subprocess", b"Popen")
    for unpickler in (pickle.Unpickler, pickle._Unpickler):
        unpickler(io.BytesIO(harmless)).load()
    assert told == [True]
    code._silent = True  # a hook cannot be taken back
