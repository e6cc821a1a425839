"""The same rows as other inputs, for each kind of rows."""

import unittest

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

from guest import variants

TABLE = np.linspace(-1.0, 3.0, 40).reshape(10, 4)


def made(rows):
    return {name: variants.make(name, rows) for name in variants.of(rows)[0]}


def test_a_table_of_floats():
    found = made(TABLE)
    assert {"float32", "integers", "list", "missing values", "one column less", "no rows"} <= set(found)
    assert not {"float64", "unknown category"} & set(found)
    assert found["float32"].dtype == "float32" and found["integers"].dtype == "int64"
    assert found["list"] == TABLE[: variants.ROWS].tolist()
    assert np.isnan(found["missing values"]).sum() == 2 and found["one column less"].shape == (variants.ROWS, 3)
    assert found["no rows"].shape == (0, 4)
    assert not np.isnan(TABLE).any()  # the rows themselves stay


def test_holes_have_no_integers_and_need_no_more_holes():
    holes = TABLE.copy()
    holes[0, 0] = np.nan
    found = made(holes)
    assert not {"integers", "missing values", "sparse"} & set(found)
    whole = found["no missing values"]
    assert whole[0, 0] == holes[1, 0] and not np.isnan(whole).any() and np.isnan(holes[0, 0])
    assert (whole[1:] == holes[1 : variants.ROWS]).all()
    holes[:, 1] = np.nan
    assert (made(holes)["no missing values"][:, 1] == 0).all()
    assert "no missing values" not in made(TABLE)


def test_ordinal_codes_have_one_that_nobody_has_seen():
    found = made(np.arange(20).reshape(10, 2))
    assert found["unknown category"][0].tolist() == [16, 16] and found["float64"].dtype == "float64"
    assert not {"integers", "missing values"} & set(found)


def test_strings():
    table = np.array([["a", "b"]] * 9, dtype=object)
    found = made(table)
    assert found["unknown category"][0, 0] == variants.UNKNOWN and found["unknown category"][1, 0] == "a"
    assert np.isnan(found["missing values"][0, 0]) and table[0, 0] == "a"
    column = made(np.array(["ham", "spam", "eggs"]))
    assert column["unknown category"][0] == variants.UNKNOWN and column["unknown category"][1] == "spam"


def test_lists():
    texts = made(["a b", "c"])
    assert texts["missing values"] == [None, "c"] and texts["no rows"] == [] and texts["array"].dtype == object
    dicts = made([{"city": "Oslo", "degrees": 1.0}, {}])
    assert dicts["unknown category"] == [{"city": variants.UNKNOWN, "degrees": 1.0}, {}]
    assert made([["news"], []])["unknown category"] == [["news", variants.UNKNOWN], []]


def test_frames():
    try:
        import pandas
    except ImportError:
        raise unittest.SkipTest("no pandas under this interpreter") from None
    rows = pandas.DataFrame({"x": [1.0, 2.0], "n": [1, 2], "s": pandas.Series(["a", "b"], dtype=object)})
    found = made(rows)
    assert list(found["reordered frame"].columns) == ["s", "n", "x"] and list(found["one column less"].columns) == [
        "x",
        "n",
    ]
    assert str(found["float32"].dtypes["x"]) == "float32" and found["float32"].dtypes["n"] == rows.dtypes["n"]
    assert found["unknown category"]["s"].tolist() == [variants.UNKNOWN, "b"] and rows["s"].tolist() == ["a", "b"]
    assert found["missing values"].isna().sum().tolist() == [1, 0, 1]
    assert found["array"].shape == (2, 3) and found["list"][1] == [2.0, 2, "b"] and len(found["no rows"]) == 0
    assert "frame" in made(TABLE) and "no missing values" not in found
    rows.loc[0, "x"] = np.nan
    assert made(rows)["no missing values"]["x"].tolist() == [2.0, 2.0] and np.isnan(rows["x"][0])


def test_sparse_matrices():
    try:
        from scipy import sparse
    except ImportError:
        raise unittest.SkipTest("no SciPy under this interpreter") from None
    rows = sparse.csc_matrix(TABLE)
    found = made(rows)
    assert found["array"].shape == (variants.ROWS, 4) and found["one column less"].shape == (variants.ROWS, 3)
    assert np.isnan(found["missing values"].toarray()).sum() == 1 and found["no rows"].shape == (0, 4)
    assert {one.format for one in found.values() if hasattr(one, "format")} == {"csc"}
    assert "array" not in made(sparse.csr_matrix((9, variants.WIDE + 1)))
    assert "sparse" in made(TABLE)


def test_rows_of_other_kinds_have_no_variants():
    for rows in ([], [1, 2], (1, 2), np.float64(1.0), None):
        assert variants.of(rows) == ([], {})
