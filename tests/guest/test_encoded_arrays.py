"""Arrays travel and come back equal, dense and sparse, under every interpreter."""

import importlib.util
import os
import unittest
import warnings

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

from guest.decoding import decode
from guest.encoding import encode

_spec = importlib.util.spec_from_file_location(
    "roundtrip", os.path.join(os.path.dirname(os.path.abspath(__file__)), "roundtrip.py")
)
_helpers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_helpers)
optional = _helpers.optional
roundtrip = _helpers.roundtrip
same_array = _helpers.same_array


def test_every_plain_dtype_and_shape():
    codes = "?bhilqBHILQefdFD"
    for code in codes:
        for shape in [(), (0,), (3,), (0, 3), (4, 3), (2, 3, 2)]:
            array = (np.arange(np.prod(shape, dtype=int)) - 2).astype(code).reshape(shape)
            back = roundtrip(array)
            same_array(np.asarray(back), array)
            assert type(back) is (np.dtype(array.dtype.str).type if shape == () else np.ndarray)  # longlong is int64
            if shape == ():
                assert encode(np.dtype(code).type(1))["kind"] == "dense", code


def test_special_floats_keep_their_bits():
    array = np.array([np.nan, -np.nan, np.inf, -np.inf, -0.0, 5e-324, np.pi])
    same_array(roundtrip(array), array)


def test_numpy_scalars():
    for scalar in [np.float64(0.1), np.float32(0.1), np.int8(-3), np.bool_(True), np.str_("ham"), np.complex64(1 + 2j)]:
        back = roundtrip(scalar)
        assert type(back) is type(scalar) and back == scalar
    assert encode(np.float64(1))["kind"] == "dense"


def test_big_endian_travels_little_and_comes_back_big():
    array = np.array([[1.5, -2.0], [3.0, 1e300]], dtype=">f8")
    encoded = encode(array)
    assert encoded["dtype"] == ">f8"
    little = encode(array.astype("<f8"))
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
    assert encode(np.array([1.5]))["dtype"] == "<f8"  # on every machine


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
    encoded = encode(array)
    assert encoded["dtype"] == array.dtype.str
    back = roundtrip(array)
    assert back.dtype == array.dtype
    assert (back[:2] == array[:2].astype(float)).all() and back[2] != back[2]
    foreign = dict(encoded, dtype="<f99")
    assert decode(foreign).dtype == np.float64
    huge = np.array([np.finfo(np.longdouble).max])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert roundtrip(huge).dtype == huge.dtype
    assert roundtrip(np.array([1 + 2j], dtype=np.clongdouble))[0] == 1 + 2j


def test_dates():
    for dtype in ["<M8[ns]", ">M8[D]", "<m8[s]"]:
        array = np.array([0, 1, -5, np.iinfo("i8").min]).astype(dtype)  # the last is NaT
        encoded = encode(array)
        assert encoded["kind"] == "dense" and encoded["dtype"] == dtype
        same_array(roundtrip(array), array)


def test_the_npy_is_what_numpy_writes():
    import base64
    import io

    for array in [np.arange(12.0).reshape(4, 3), np.array(["a", "bc"]), np.zeros((0, 2), dtype="i4"), np.array(True)]:
        stream = io.BytesIO(base64.b64decode(encode(array)["npy"]))
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
    assert encode(matrix)["container"] == "matrix"
    same_array(roundtrip(matrix), matrix)


def test_foreign_arrays_are_opaque():
    class Mine(np.ndarray):
        pass

    for value in [
        np.zeros(2, dtype="V3"),
        np.zeros(2).view(Mine),
    ]:
        assert encode(value)["kind"] == "opaque"


def test_variable_width_strings():
    if not hasattr(np, "dtypes") or not hasattr(np.dtypes, "StringDType"):
        raise unittest.SkipTest("NumPy 2 has them")
    array = np.array(["ham", "späm"], dtype=np.dtypes.StringDType())
    encoded = encode(array)
    assert encoded["dtype"] == "StringDType" and encoded["items"] == ["ham", "späm"]


def test_sparse_matrices_come_back_in_their_format():
    optional("scipy")
    from scipy import sparse

    dense = np.array([[0, 1.5, 0], [0, 0, 0], [np.nan, 0, -2]])
    for format in ["csr", "csc", "coo", "lil", "dok", "bsr"]:
        matrix = sparse.csr_matrix(dense).asformat(format)
        encoded = encode(matrix)
        assert encoded["format"] == format and encoded["shape"] == [3, 3] and encoded["container"] == "matrix"
        back = roundtrip(matrix)
        assert type(back) is type(matrix)
        same_array(back.toarray(), dense)
        if hasattr(sparse, "csr_array"):
            array = sparse.csr_array(dense).asformat(format)
            assert encode(array)["container"] == "array"
            assert type(roundtrip(array)) is type(array)


def test_sparse_is_canonical_and_the_original_untouched():
    optional("scipy")
    from scipy import sparse

    coo = sparse.coo_matrix(([1.0, 2.0, 0.0, 4.0], ([0, 0, 1, 1], [2, 2, 1, 0])), shape=(2, 3))
    tidy = sparse.csr_matrix(([3.0, 4.0, 0.0], [2, 0, 1], [0, 1, 3]), shape=(2, 3))
    untidy = sparse.csr_matrix(([1.0, 2.0, 0.0, 4.0], [2, 2, 1, 0], [0, 2, 4]), shape=(2, 3))
    expected = encode(tidy)
    assert decode(expected).nnz == 3  # the explicit zero is kept
    assert encode(coo) == dict(expected, format="coo")
    assert encode(untidy) == expected
    assert untidy.nnz == 4 and untidy.indices.tolist() == [2, 2, 1, 0]
    wide = tidy.copy()
    wide.indices, wide.indptr = wide.indices.astype("i8"), wide.indptr.astype("i8")
    assert encode(wide) == expected
    empty = sparse.csr_matrix((0, 2**20), dtype=np.float32)
    assert roundtrip(empty).shape == (0, 2**20) and roundtrip(empty).dtype == np.float32
