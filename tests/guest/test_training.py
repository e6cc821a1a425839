"""What is kept of training data: small data as it is, of large data what tells whether it was made again."""

import hashlib
import json
import unittest

from guest import training
from guest.encoding import encode

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None


class Limit:
    """Another limit within a ``with``."""

    def __init__(self, limit, block=training.BLOCK):
        self.wanted = limit, block

    def __enter__(self):
        self.before = training.LIMIT, training.BLOCK
        training.LIMIT, training.BLOCK = self.wanted

    def __exit__(self, *_):
        training.LIMIT, training.BLOCK = self.before


def digest_of(*encoded):
    return hashlib.sha256(b"".join(json.dumps(e, sort_keys=True).encode("ascii") for e in encoded)).hexdigest()


def test_small_data_is_stored_with_the_digest_of_its_encoding():
    rows, truth = np.arange(6.0).reshape(3, 2), ["a", "b", "c"]
    kept = training.kept(rows, truth)
    assert kept["stored"] and kept["train"] == encode(rows) and kept["truth"] == encode(truth)
    described = kept["told"]["train"]
    assert (described["sha256"], described["shape"], described["dtype"]) == (digest_of(encode(rows)), [3, 2], "float64")
    assert described["bytes"] == len(json.dumps(encode(rows), sort_keys=True))
    assert (kept["told"]["truth"]["shape"], kept["told"]["truth"]["dtype"]) == ([3], None)
    assert training.kept(rows, None)["told"]["truth"] is None


def test_rows_and_truth_are_large_together():
    rows, truth = ["x" * 50] * 4, ["y" * 50] * 4
    size = sum(part["bytes"] for part in training.kept(rows, truth)["told"].values())
    with Limit(size):
        assert training.kept(rows, truth)["stored"]
    with Limit(size - 1):
        kept = training.kept(rows, truth)
        assert (kept["stored"], kept["train"], kept["truth"]) == (False, None, None)
        assert kept["told"]["train"]["shape"] == [4] and len(kept["told"]["truth"]["sha256"]) == 64
        assert training.kept(rows, None)["stored"]


def test_many_rows_are_digested_in_blocks_and_every_row_counts():
    rows = np.arange(10.0).reshape(5, 2)
    with Limit(0, block=2):
        described = training.describe(rows)
        assert described["sha256"] == digest_of(*(encode(rows[i : i + 2]) for i in (0, 2, 4)))
        texts = list("abcde")
        for i in range(5):
            changed, others = rows.copy(), list(texts)
            changed[i, 1] += 1
            others[i] = "z"
            assert training.describe(changed)["sha256"] != described["sha256"]
            assert training.describe(others)["sha256"] != training.describe(texts)["sha256"]


def test_no_block_is_more_than_its_rows():
    class Rows(list):
        longest = 0

        def __getitem__(self, part):
            taken = list.__getitem__(self, part)
            Rows.longest = max(Rows.longest, len(taken))
            return taken

    assert training.describe(Rows("x" * 3500))["shape"] == [3500]
    assert Rows.longest == training.BLOCK


def test_frames_and_sparse_matrices_have_blocks_too():
    try:
        import pandas as pd
        from scipy import sparse
    except ImportError:
        raise unittest.SkipTest("no pandas or SciPy under this interpreter") from None
    matrix = sparse.coo_matrix(np.eye(5))
    with Limit(0, block=2):
        assert training.describe(pd.DataFrame({"a": range(5), "b": list("vwxyz")}))["shape"] == [5, 2]
        assert training.describe(pd.Series(range(5)))["shape"] == [5]
        assert training.describe(matrix)["sha256"] == training.describe(matrix.tocsr())["sha256"]
    assert training.describe(matrix)["sha256"] == digest_of(encode(matrix))


def test_what_has_no_rows_is_told_too():
    assert training.describe(object())["shape"] == []
    assert training.describe(np.float64(2))["shape"] == []


def words(container, dtype, missing=False, categories=False):
    return {"container": container, "dtype": dtype, "missing": missing, "categories": categories}


def test_what_rows_are():
    assert training.kind_of_rows(np.ones((3, 2), "float32")) == words("array", "float32")
    assert training.kind_of_rows(np.array([[1.0, np.nan]])) == words("array", "float64", missing=True)
    assert training.kind_of_rows(np.array([["a", None]], dtype=object)) == words("array", "object", True, True)
    assert training.kind_of_rows(np.array(["a", "b"]))["categories"]
    assert training.kind_of_rows([[1.0, 2.0]]) == words("list", None)
    assert training.kind_of_rows(object()) == words("object", None)


def test_what_sparse_rows_are():
    try:
        from scipy.sparse import csr_matrix
    except ImportError:
        raise unittest.SkipTest("no SciPy under this interpreter") from None
    assert training.kind_of_rows(csr_matrix(np.eye(3))) == words("csr", "float64")
    assert training.kind_of_rows(csr_matrix(np.diag([1.0, np.nan])).tocsc()) == words("csc", "float64", missing=True)


def test_what_a_frame_is():
    try:
        import pandas as pd
    except ImportError:
        raise unittest.SkipTest("no pandas under this interpreter") from None
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]})
    assert training.kind_of_rows(frame) == words("frame", "float64")
    assert training.kind_of_rows(frame.astype({"b": "category"})) == words("frame", None, categories=True)
    assert training.kind_of_rows(frame.replace(1.0, np.nan)) == words("frame", "float64", missing=True)
