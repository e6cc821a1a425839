"""Sparse matrices, frames and lists."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from harness.judging import compare

from tests.judging.common import CLOSE, DRIFT, FRAME, IDENTICAL, NOTHING, ONES, TIGHT, check, csr, objects, sparse, wire


def test_explicit_zeros_do_not_matter():
    tidy = sparse([[0, 3.0], [0, 0]])
    zeros = csr([0.0, 3.0, 0.0], [0, 1, 0], [0, 2, 3], (2, 2))
    assert tidy != zeros
    assert check(tidy, zeros, NOTHING).parity is IDENTICAL
    assert check(zeros, tidy, NOTHING).parity is IDENTICAL


def test_sparse_and_dense_with_equal_values_are_close():
    dense = np.array([[0, 1.5, np.nan], [0, 0, -2.0]])
    for old, new in [(dense, sparse(dense)), (sparse(dense), dense)]:
        found = check(old, new, NOTHING)
        assert found.parity is CLOSE and found.sentences[0].endswith("values equal")
    found = check(sparse(dense, format="csc"), sparse(dense), NOTHING)
    assert found.sentences == ("predict: type csc matrix -> csr matrix, values equal",)
    assert check(sparse(dense), sparse(dense, container="array")).parity is CLOSE


def test_sparse_differences_are_found_where_only_one_has_an_entry():
    wide = (2, 2**20)
    old = csr([1.0], [70000], [0, 0, 1], wide)
    new = csr([0.25, 1.0], [9, 70000], [0, 1, 2], wide)
    found = check(old, new, method="transform")
    assert found.parity is DRIFT and found.max_abs_diff == 0.25
    assert found.sentences == (
        "transform: 1 of 2097152 values differ by up to 0.25, worst at [0, 9]: 0.0 -> 0.25 (rtol 1e-09, atol 0)",
    )
    counts = check(sparse([[1, 0, 0, 0]]), sparse([[1, 2, 0, 0]]))
    assert counts.parity is DRIFT and counts.label_mismatch == 0.25
    assert check(sparse(np.zeros((2, 2))), np.eye(2)).parity is DRIFT
    assert check(sparse(np.zeros((2, 2))), np.zeros((2, 2), dtype="U1")).parity is DRIFT


def test_frames_are_compared_by_column():
    other = FRAME.copy()
    other.loc[1, "n"] = 3
    found = check(FRAME, other, method="transform")
    assert found.sentences == ("transform: column 'n': 1 of 2 values differ, first at [1]: 2 -> 3",)
    assert found.parity is DRIFT and found.label_mismatch == 0.5 and found.max_abs_diff == 0.0
    assert "order of the columns" in check(FRAME, FRAME[["n", "x", "s", "c"]]).sentences[0]
    assert "names of the columns" in check(FRAME, FRAME.rename(columns={"n": "m"})).sentences[0]
    assert check(pandas.DataFrame([[1.0]]), pandas.DataFrame([[1.0]], columns=["0"])).parity is DRIFT
    assert check(pandas.DataFrame([[1.0]]), pandas.DataFrame([[1.0]], columns=[0.0])).parity is DRIFT


def test_dicts_are_compared_by_key():
    old = [{"city": "Oslo", "degrees": 1.5}]
    assert check(old, [{"degrees": 1.5, "city": "Oslo"}]).parity is IDENTICAL
    found = check(old, [{"city": "Rome", "degrees": 1.5}])
    assert found.parity is DRIFT and found.label_mismatch == 1.0
    assert found.sentences == ("predict: output 0: column 'city': 1 of 1 labels differ, first: 'Oslo' -> 'Rome'",)
    assert "names of the columns" in check(old, [{"city": "Oslo", "rain": 1.5}]).sentences[0]
    assert "shape (1, 2) -> (1, 1)" in check(old, [{"city": "Oslo"}]).sentences[0]
    assert "type dict -> array" in check(old, [np.ones(1)]).sentences[0]


def test_an_index_that_changes_is_seen():
    found = check(FRAME, FRAME.set_axis([1, 0]))
    assert found.parity is DRIFT and found.sentences[0].startswith("predict: index: 2 of 2 labels differ")
    assert found.label_mismatch == 0.0  # the index is no output
    assert check(FRAME, FRAME.set_axis(np.array([0, 1]))).parity is IDENTICAL
    series = pandas.Series([0.5, 1.5])
    assert check(series, series.set_axis(np.array([0, 1]))).parity is IDENTICAL
    assert check(series, series.set_axis([0, 2])).parity is DRIFT
    assert check(series, series.rename("y")).parity is DRIFT


def test_categories():
    old = pandas.Categorical(["a", "b", None], categories=["a", "b"])
    assert check(old, pandas.Categorical(["a", "b", "b"], categories=["a", "b"])).label_mismatch == pytest.approx(1 / 3)
    for new in [old.reorder_categories(["b", "a"]), old.add_categories(["z"])]:
        assert check(old, new).sentences == ("predict: categories differ, values equal",)
    assert check(old, old.as_ordered()).sentences == ("predict: ordered False -> True, values equal",)
    assert check(old, old.rename_categories({"a": "b", "b": "a"})).parity is DRIFT
    assert check(old, np.array(["a", "b", "c"])).parity is DRIFT


def test_lists_take_the_worst_and_name_the_output():
    old = [np.array([0.5]), np.array([1.0]), np.array([1])]
    new = [np.array([0.5]), np.array([2.0]), np.array([1])]
    found = check(old, new, method="predict_proba")
    assert found.parity is DRIFT and found.max_abs_diff == 1.0 and found.label_mismatch == 0.0
    assert found.sentences[0].startswith("predict_proba: output 1: 1 of 1 values differ")


def test_methods_are_aggregated_by_the_worst():
    reference = {"predict": wire(ONES), "predict_proba": wire(np.ones(2)), "transform": wire(np.ones(2))}
    outputs = {
        "predict": wire(np.array([1, 0, 0])),
        "predict_proba": wire(np.array([1.0, 1 + 1e-10])),
        "transform": wire(np.ones(2)),
    }
    found = compare(reference, outputs, tolerance=lambda *_: TIGHT)
    assert found.parity is DRIFT and found.compared == ("predict", "predict_proba", "transform")
    assert found.label_mismatch == 1 / 3 and found.max_abs_diff == pytest.approx(1e-10)
    assert [finding.partition(":")[0] for finding in found.sentences] == ["predict", "predict_proba"]


def test_findings_stay_one_short_sentence_per_method():
    old = pandas.DataFrame(np.zeros((2, 50)))
    found = check(old, old + 1)
    assert len(found.sentences) == 1 and found.sentences[0].endswith("; and 46 more")
    assert len(check(objects("x" * 10**6), objects("y" * 10**6)).sentences[0]) < 300
    assert len(check(objects(10**5000), objects(10**5001)).sentences[0]) < 300
