"""Values travel and come back equal, under every interpreter; nothing hostile is touched."""

import json
import sys
import unittest
import warnings

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

from guest import values


def roundtrip(value):
    text = json.dumps(values.encode(value), allow_nan=False)
    return values.decode(json.loads(text))


def optional(name):
    try:
        __import__(name)
    except ImportError:
        raise unittest.SkipTest("no %s here" % name)
    return sys.modules[name]


def same_array(a, b):
    assert type(a) is type(b), (type(a), type(b))
    assert a.dtype == b.dtype and a.dtype.byteorder == b.dtype.byteorder, (a.dtype, b.dtype)
    assert a.shape == b.shape, (a.shape, b.shape)
    if a.dtype.kind == "O":
        same_items(a.ravel().tolist(), b.ravel().tolist())
    else:
        assert a.tobytes() == b.tobytes(), (a, b)


def same_items(a, b):
    assert len(a) == len(b)
    for x, y in zip(a, b):
        assert type(x) is type(y), (x, y)
        assert x == y or (x != x and y != y), (x, y)


# ------------------------------------------------------------------------------------------------ dense


def test_every_plain_dtype_and_shape():
    codes = "?bhilqBHILQefdFD"
    for code in codes:
        for shape in [(), (0,), (3,), (0, 3), (4, 3), (2, 3, 2)]:
            array = (np.arange(np.prod(shape, dtype=int)) - 2).astype(code).reshape(shape)
            back = roundtrip(array)
            same_array(np.asarray(back), array)
            assert type(back) is (np.dtype(array.dtype.str).type if shape == () else np.ndarray)  # longlong is int64
            if shape == ():
                assert values.encode(np.dtype(code).type(1))["kind"] == "dense", code


def test_special_floats_keep_their_bits():
    array = np.array([np.nan, -np.nan, np.inf, -np.inf, -0.0, 5e-324, np.pi])
    same_array(roundtrip(array), array)


def test_numpy_scalars():
    for scalar in [np.float64(0.1), np.float32(0.1), np.int8(-3), np.bool_(True), np.str_("ham"), np.complex64(1 + 2j)]:
        back = roundtrip(scalar)
        assert type(back) is type(scalar) and back == scalar
    assert values.encode(np.float64(1))["kind"] == "dense"


def test_big_endian_travels_little_and_comes_back_big():
    array = np.array([[1.5, -2.0], [3.0, 1e300]], dtype=">f8")
    encoded = values.encode(array)
    assert encoded["dtype"] == ">f8"
    little = values.encode(array.astype("<f8"))
    assert little["dtype"] == "<f8" and little["npy"] == encoded["npy"]
    same_array(roundtrip(array), array)
    text = np.array(["ä", "spam"], dtype=">U4")
    same_array(roundtrip(text), text)


def test_what_is_native_on_one_machine_is_native_on_the_next():
    from guest.encoding import portable

    for dtype in ["<f8", ">f8", "|b1", "<U4", "<M8[ns]", "object"]:
        assert portable(dtype, "little") == dtype
        assert portable(portable(dtype, "big"), "big") == dtype
    assert (portable(">f8", "big"), portable("<f8", "big"), portable("|i1", "big")) == ("<f8", ">f8", "|i1")
    assert values.encode(np.array([1.5]))["dtype"] == "<f8"  # on every machine


def test_strings_and_bytes():
    for array in [np.array(["ham", "", "späm", "\ud800x"]), np.array([b"ham", b"\xff"]), np.array([], dtype="U5")]:
        same_array(roundtrip(array), array)


def test_fortran_order_and_strides_are_forgotten():
    base = np.arange(24.0).reshape(4, 6)
    for view in [np.asfortranarray(base), base[::2, ::-1], base.T]:
        back = roundtrip(view)
        assert back.flags.c_contiguous and back.flags.writeable
        assert (back == view).all() and back.shape == view.shape


def test_longdouble_is_sent_as_double_with_its_dtype_noted():
    array = np.array([0.1, -2, np.nan], dtype=np.longdouble)
    encoded = values.encode(array)
    assert encoded["dtype"] == array.dtype.str
    back = roundtrip(array)
    assert back.dtype == array.dtype
    assert (back[:2] == array[:2].astype(float)).all() and back[2] != back[2]
    foreign = dict(encoded, dtype="<f99")
    assert values.decode(foreign).dtype == np.float64
    huge = np.array([np.finfo(np.longdouble).max])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert roundtrip(huge).dtype == huge.dtype
    assert roundtrip(np.array([1 + 2j], dtype=np.clongdouble))[0] == 1 + 2j


def test_dates():
    for dtype in ["<M8[ns]", ">M8[D]", "<m8[s]"]:
        array = np.array([0, 1, -5, np.iinfo("i8").min]).astype(dtype)  # the last is NaT
        encoded = values.encode(array)
        assert encoded["kind"] == "dense" and encoded["dtype"] == dtype
        same_array(roundtrip(array), array)


def test_the_npy_is_what_numpy_writes():
    import base64
    import io

    for array in [np.arange(12.0).reshape(4, 3), np.array(["a", "bc"]), np.zeros((0, 2), dtype="i4"), np.array(True)]:
        stream = io.BytesIO(base64.b64decode(values.encode(array)["npy"]))
        read = np.load(stream, allow_pickle=False)
        same_array(read, array)
        assert stream.getvalue()[:8] == b"\x93NUMPY\x01\x00"
        assert (10 + int.from_bytes(stream.getvalue()[8:10], "little")) % 64 == 0


def test_memmap_and_matrix():
    import os
    import tempfile

    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "x")
    mapped = np.memmap(path, dtype="f8", mode="w+", shape=(3,))
    mapped[:] = [1, 2, 3]
    same_array(roundtrip(mapped), np.array([1.0, 2.0, 3.0]))
    del mapped
    os.remove(path)
    os.rmdir(folder)
    matrix = np.arange(4.0).reshape(2, 2).view(np.matrix)
    assert values.encode(matrix)["container"] == "matrix"
    same_array(roundtrip(matrix), matrix)


def test_masked_structured_and_foreign_arrays_are_opaque():
    class Mine(np.ndarray):
        pass

    for value in [
        np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        np.zeros(2, dtype=[("a", "f8")]),
        np.zeros(2).view(Mine),
    ]:
        assert values.encode(value)["kind"] == "opaque"


def test_variable_width_strings():
    if not hasattr(np, "dtypes") or not hasattr(np.dtypes, "StringDType"):
        raise unittest.SkipTest("NumPy 2 has them")
    array = np.array(["ham", "späm"], dtype=np.dtypes.StringDType())
    encoded = values.encode(array)
    assert encoded["dtype"] == "StringDType" and encoded["items"] == ["ham", "späm"]


# ------------------------------------------------------------------------------------------------ objects, lists


ITEMS = [
    "ham",
    "\ud800",
    "",
    0,
    -1,
    2**53,
    -(2**53),
    10**5000,
    0.1,
    1.0,
    -0.0,
    1e22,
    float("nan"),
    float("inf"),
    -float("inf"),
    True,
    False,
    None,
    1 + 2j,
    complex(float("nan"), 1),
    b"\xff",
]


def test_object_arrays():
    array = np.empty(len(ITEMS) + 1, dtype=object)
    array[:-1] = ITEMS
    array[-1] = "end"
    same_array(roundtrip(array), array)
    same_array(roundtrip(array[:6].reshape(2, 3)), array[:6].reshape(2, 3))
    same_array(roundtrip(np.empty((0, 2), dtype=object)), np.empty((0, 2), dtype=object))


def test_integers_and_floats_stay_apart_in_the_text():
    assert json.dumps(values.encode([1, 1.0])["items"]) == "[1, 1.0]"
    assert values.encode([2**53])["items"] == [{"int": "0x20000000000000"}]


def test_numpy_scalars_within_objects_become_python_ones():
    array = np.array([np.float32(0.1), np.int64(3), np.bool_(True), np.str_("x"), np.longdouble(2), None], dtype=object)
    same_items(roundtrip(array).tolist(), [float(np.float32(0.1)), 3, True, "x", 2.0, None])
    date = roundtrip([np.datetime64("2020-01-01", "D"), np.timedelta64("NaT")])
    assert date[0] == np.datetime64("2020-01-01") and np.isnat(date[1]) and date[0].dtype == np.dtype("M8[D]")


def test_lists_tuples_and_scalars():
    for value in [[1, 2.5, None], (1, "a"), [], (), 3, 0.5, "text", None, True, ("a", "b")]:
        back = roundtrip(value)
        assert type(back) is type(value) and back == value
    assert values.encode(["a", "b"]) == {"kind": "texts", "items": ["a", "b"]}
    assert roundtrip(["a", "b"]) == ["a", "b"]


def test_nested_sequences():
    value = [("a", "b"), (), ["c", "d"], [[1], [2, 3]]]
    assert roundtrip(value) == value


def test_dicts():
    for value in [{}, {"b": 1, "a": 2.5}, {"": None, "\ud800": "x", "t": (1, "y")}, [{"a": 1}, {}, {"b": "c"}]]:
        back = roundtrip(value)
        assert back == value and type(back) is type(value)
    assert list(roundtrip({"b": 1, "a": 2})) == ["b", "a"]
    assert values.encode({"a": np.float64(0.5)}) == {"kind": "dict", "items": [["a", 0.5]]}


def test_dicts_of_anything_else_do_not_travel():
    class Key(str):
        def __hash__(self):
            return 1

        __eq__ = None

    for value in [{1: "a"}, {Key("a"): 1}, {"a": 1, None: 2}]:
        assert values.encode(value) == {"kind": "opaque", "type": "dict"}
    hostile = object.__new__(Hostile)
    encoded = values.encode([{"a": hostile, "b": [1]}])
    assert encoded["items"][0]["items"] == [["a", {"opaque": __name__ + ".Hostile"}], ["b", {"opaque": "list"}]]
    try:
        values.decode(encoded)
    except ValueError as error:
        assert "Hostile" in str(error)
    else:
        raise AssertionError("decoded")


def test_lists_of_arrays():
    value = [np.arange(4.0).reshape(2, 2), np.array([1, 2])]
    back = roundtrip(value)
    assert type(back) is list
    for a, b in zip(back, value):
        same_array(a, b)
    assert type(roundtrip(tuple(value))) is tuple


def test_object_arrays_of_arrays():
    array = np.empty(2, dtype=object)
    array[0], array[1] = np.arange(3), np.arange(2.0)
    back = roundtrip(array)
    assert back.dtype == object and back.shape == (2,)
    same_array(back[0], array[0])
    same_array(back[1], array[1])
    equal = np.empty((1, 2), dtype=object)  # of one length: NumPy would like to make it 3-d
    equal[0, 0], equal[0, 1] = np.arange(3), np.arange(3)
    assert roundtrip(equal).shape == (1, 2)


# ------------------------------------------------------------------------------------------------ hostile, unknown


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
    assert values.encode(hostile) == {"kind": "opaque", "type": name}
    array = np.empty(2, dtype=object)
    array[0], array[1] = "x", hostile
    assert values.encode(array)["items"] == ["x", {"opaque": name}]
    assert values.encode([hostile])["items"] == [{"kind": "opaque", "type": name}]


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
        assert values.encode(value)["kind"] == "opaque", type(value)
    assert "opaque" in values.encode(np.array([Text("x")], dtype=object))["items"][0]


def test_opaque_values_are_not_decoded():
    for value in [object(), [object()], np.array([object()])]:
        try:
            values.decode(values.encode(value))
        except ValueError as error:
            assert "object" in str(error)
        else:
            raise AssertionError("decoded")


def test_depth_is_bounded():
    endless = []
    endless.append(endless)
    encoded = json.dumps(values.encode(endless))
    assert "opaque" in encoded and len(encoded) < 2000
    deep = values.encode([[1]])
    for _ in range(50):
        deep = {"kind": "list", "container": "list", "items": [deep]}
    try:
        values.decode(deep)
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
        values.decode({"kind": "dense", "dtype": "|O", "npy": base64.b64encode(stream.getvalue()).decode()})
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
        "import guest.values\n"
        "guest.values.encode(['a']) if %s else None\n"
        "print([n for n in ('numpy', 'scipy', 'pandas') if n in sys.modules])"
    )
    for work, expected in [(False, "[]"), (True, "['numpy']")]:
        script = code % (guest + "/__init__.py", guest, work)
        assert subprocess.check_output([sys.executable, "-I", "-c", script]).decode().strip() == expected


# ------------------------------------------------------------------------------------------------ sparse


def test_sparse_matrices_come_back_in_their_format():
    optional("scipy")
    from scipy import sparse

    dense = np.array([[0, 1.5, 0], [0, 0, 0], [np.nan, 0, -2]])
    for format in ["csr", "csc", "coo", "lil", "dok", "bsr"]:
        matrix = sparse.csr_matrix(dense).asformat(format)
        encoded = values.encode(matrix)
        assert encoded["format"] == format and encoded["shape"] == [3, 3] and encoded["container"] == "matrix"
        back = roundtrip(matrix)
        assert type(back) is type(matrix)
        same_array(back.toarray(), dense)
        if hasattr(sparse, "csr_array"):
            array = sparse.csr_array(dense).asformat(format)
            assert values.encode(array)["container"] == "array"
            assert type(roundtrip(array)) is type(array)


def test_sparse_is_canonical_and_the_original_untouched():
    optional("scipy")
    from scipy import sparse

    coo = sparse.coo_matrix(([1.0, 2.0, 0.0, 4.0], ([0, 0, 1, 1], [2, 2, 1, 0])), shape=(2, 3))
    tidy = sparse.csr_matrix(([3.0, 4.0, 0.0], [2, 0, 1], [0, 1, 3]), shape=(2, 3))
    untidy = sparse.csr_matrix(([1.0, 2.0, 0.0, 4.0], [2, 2, 1, 0], [0, 2, 4]), shape=(2, 3))
    expected = values.encode(tidy)
    assert values.decode(expected).nnz == 3  # the explicit zero is kept
    assert values.encode(coo) == dict(expected, format="coo")
    assert values.encode(untidy) == expected
    assert untidy.nnz == 4 and untidy.indices.tolist() == [2, 2, 1, 0]
    wide = tidy.copy()
    wide.indices, wide.indptr = wide.indices.astype("i8"), wide.indptr.astype("i8")
    assert values.encode(wide) == expected
    empty = sparse.csr_matrix((0, 2**20), dtype=np.float32)
    assert roundtrip(empty).shape == (0, 2**20) and roundtrip(empty).dtype == np.float32


# ------------------------------------------------------------------------------------------------ pandas


def frame_of(pandas):
    return pandas.DataFrame(
        {
            "number": [1.5, np.nan, -0.0],
            "count": np.array([1, 2, 3], dtype="i4"),
            "flag": [True, False, True],
            "text": ["a", None, "ä"],
            "mixed": np.array([1, "x", 2.5], dtype=object),
            "day": np.array(["2020-01-01", "NaT", "1969-07-20"], dtype="M8[ns]"),
            "kind": pandas.Categorical(["lo", "hi", None], categories=["lo", "hi"], ordered=True),
        }
    )


def test_frames():
    pandas = optional("pandas")
    frame = frame_of(pandas)
    encoded = values.encode(frame)
    assert [column["name"] for column in encoded["columns"]] == list(frame.columns) and encoded["index"] is None
    back = roundtrip(frame)
    assert back["text"].dtype == object
    frame["text"] = frame["text"].astype(object)
    pandas.testing.assert_frame_equal(back.drop(columns="text"), frame.drop(columns="text"), check_categorical=True)
    same_missing(back["text"].tolist(), frame["text"].tolist())
    assert type(back.index) is pandas.RangeIndex
    # pandas 3 makes its own strings of categories too; elsewhere they are objects on both sides
    assert back["kind"].cat.ordered and list(back["kind"].cat.categories) == ["lo", "hi"]


def same_missing(a, b):
    assert len(a) == len(b) and all(x == y or (x is None or x != x) and (y is None or y != y) for x, y in zip(a, b)), (
        a,
        b,
    )


def test_frames_with_odd_names_and_indexes():
    pandas = optional("pandas")
    frame = pandas.DataFrame([[1, 2.0], [3, 4.0]], index=["r", "s"])
    frame.columns = ["same", "same"]
    pandas.testing.assert_frame_equal(roundtrip(frame), frame)
    frame.columns = [0, 1]
    assert list(roundtrip(frame).columns) == [0, 1]
    frame.columns = pandas.MultiIndex.from_tuples([("a", 1), ("a", 2)])
    assert list(roundtrip(frame).columns) == [("a", 1), ("a", 2)]
    empty = pandas.DataFrame(index=pandas.RangeIndex(3))
    assert roundtrip(empty).shape == (3, 0)
    part = pandas.DataFrame({"x": [1, 2, 3]})[1:]
    assert list(roundtrip(part).index) == [1, 2]


def test_nullable_columns_and_strings():
    pandas = optional("pandas")
    for dtype, items in [("Int64", [1, None, 3]), ("boolean", [True, None, False]), ("UInt8", [1, 2, 3])]:
        series = pandas.Series(items, dtype=dtype, name="x")
        pandas.testing.assert_series_equal(roundtrip(series), series)
    series = pandas.Series(["a", None, "b"], dtype="string")
    encoded = values.encode(series)
    assert encoded["value"]["items"] == ["a", {"missing": "NA"}, "b"] and encoded["value"]["dtype"].startswith("str")
    back = roundtrip(series)
    assert back.dtype == object and back[1] is pandas.NA


def test_series_missing_values_and_opaque_columns():
    pandas = optional("pandas")
    series = pandas.Series(np.array(["b", "a"], dtype=object), name="label", index=[5, 7])
    back = roundtrip(series)
    assert back.dtype == object and back.name == "label" and list(back.index) == [5, 7] and list(back) == ["b", "a"]
    back = roundtrip(np.array([pandas.NA, pandas.NaT, "x"], dtype=object))
    assert back[0] is pandas.NA and back[1] is pandas.NaT
    zoned = pandas.Series(pandas.to_datetime(["2020-01-01"]).tz_localize("UTC"))
    assert values.encode(zoned)["value"]["kind"] == "opaque"

    class Frame(pandas.DataFrame):
        pass

    assert values.encode(Frame({"x": [1]}))["kind"] == "opaque"


def test_a_categorical_travels():
    pandas = optional("pandas")
    value = pandas.Categorical([3, 1, None, 3], categories=[3, 2, 1])
    encoded = values.encode(value)
    assert encoded["kind"] == "category"
    back = roundtrip(value)
    assert list(back.codes) == list(value.codes) and list(back.categories) == [3, 2, 1] and not back.ordered
