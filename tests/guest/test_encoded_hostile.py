"""Nothing hostile is touched, on its way out or back."""

import importlib.util
import json
import os
import sys
import unittest

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

from guest.decoding import decode
from guest.encoding import encode, type_name

_spec = importlib.util.spec_from_file_location(
    "roundtrip", os.path.join(os.path.dirname(os.path.abspath(__file__)), "roundtrip.py")
)
_helpers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_helpers)


class Meta(type):
    def __getattribute__(cls, name):
        raise AssertionError("the metaclass was asked for %s" % name)


class Hostile(metaclass=Meta):
    def __getattribute__(self, name):
        raise AssertionError("asked for %s" % name)

    def touched(self, *args):
        raise AssertionError("touched")

    __repr__ = __str__ = __eq__ = __hash__ = __len__ = __iter__ = __bool__ = __array__ = __getitem__ = touched
    __float__ = __reduce__ = __class__ = property(touched)


def test_nothing_hostile_is_touched():
    hostile = object.__new__(Hostile)
    name = __name__ + ".Hostile"
    assert encode(hostile) == {"kind": "opaque", "type": name}
    array = np.empty(2, dtype=object)
    array[0], array[1] = "x", hostile
    assert encode(array)["items"] == ["x", {"opaque": name}]
    assert encode([hostile])["items"] == [{"kind": "opaque", "type": name}]


def test_subclasses_of_builtins_are_opaque():
    class Text(str):
        def __str__(self):
            raise AssertionError

        __eq__ = __repr__ = __str__
        __hash__ = None

    class Number(float):
        def __sub__(self, other):
            raise AssertionError

    class Array(np.float64):
        def item(self):
            raise AssertionError

    class Items(list):
        def __iter__(self):
            raise AssertionError

    class Mapping(dict):
        def items(self):
            raise AssertionError

        __iter__ = __getitem__ = items

    for value in [
        Text("x"),
        Number(1),
        Array(1),
        Items([1]),
        Mapping(a=1),
        {1},
        range(3),
        object(),
        np.dtype("f8"),
        int,
    ]:
        assert encode(value)["kind"] == "opaque", type(value)
    assert "opaque" in encode(np.array([Text("x")], dtype=object))["items"][0]


def test_what_is_hostile_in_a_dict_does_not_travel():
    class Key(str):
        def __hash__(self):
            return 1

        __eq__ = None

    (key,) = encode({Key("a"): 1})["keys"]
    assert key == {"opaque": type_name(Key("a"))}
    hostile = object.__new__(Hostile)
    encoded = encode([{"a": hostile, "b": [1]}])
    first, second = encoded["items"][0]["values"]
    assert first == {"kind": "opaque", "type": __name__ + ".Hostile"} and second["items"] == [1]
    try:
        decode(encoded)
    except ValueError as error:
        assert "Hostile" in str(error)
    else:
        raise AssertionError("decoded")


def test_opaque_values_are_not_decoded():
    for value in [object(), [object()], np.array([object()])]:
        try:
            decode(encode(value))
        except ValueError as error:
            assert "object" in str(error)
        else:
            raise AssertionError("decoded")


def test_depth_is_bounded():
    endless = []
    endless.append(endless)
    encoded = json.dumps(encode(endless))
    assert "opaque" in encoded and len(encoded) < 2000
    deep = encode([[1]])
    for _ in range(50):
        deep = {"kind": "list", "container": "list", "items": [deep]}
    try:
        decode(deep)
    except ValueError as error:
        assert "deeper" in str(error)
    else:
        raise AssertionError("decoded")


def test_no_python_object_is_unpickled():
    import base64
    import io

    stream = io.BytesIO()
    np.save(stream, np.array([print], dtype=object), allow_pickle=True)
    try:
        decode({"kind": "dense", "dtype": "|O", "npy": base64.b64encode(stream.getvalue()).decode()})
    except ValueError:
        return
    raise AssertionError("unpickled")


def test_importing_it_imports_nothing_heavy():
    import subprocess

    guest = sys.modules["guest"].__path__[0]
    code = (
        "import importlib.util as u, sys\n"
        "s = u.spec_from_file_location('guest', %r, submodule_search_locations=[%r])\n"
        "m = sys.modules['guest'] = u.module_from_spec(s); s.loader.exec_module(m)\n"
        "from guest import decoding, encoding\n"
        "encoding.encode(['a']) if %s else None\n"
        "print([n for n in ('numpy', 'scipy', 'pandas') if n in sys.modules])"
    )
    for work, expected in [(False, "[]"), (True, "['numpy']")]:
        script = code % (guest + "/__init__.py", guest, work)
        assert subprocess.check_output([sys.executable, "-I", "-c", script]).decode().strip() == expected
