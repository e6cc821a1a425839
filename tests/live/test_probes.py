"""Changes that only another method, or other rows than usual, brings to light: between real releases."""

from __future__ import annotations

import pytest

from tests.live.conftest import Bench

#: Both with a NumPy 1 of their time, so that pickles are read both ways; and one that takes what is missing.
INCLUDE = """
    - {scikit-learn: "1.2.2", python: "3.11", numpy: "1.24", name: old}
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "1.26", name: middle}
    - {scikit-learn: "1.9.1", python: "3.13", numpy: "2.5", name: new}
"""
CASES = """
import numpy
from sklearn.base import BaseEstimator, RegressorMixin


class Greedy(RegressorMixin, BaseEstimator):
    '''Leaves nothing of the rows that it predicts.'''

    def fit(self, rows, truth):
        self.factor_ = 2.0
        return self

    def predict(self, rows):
        rows = numpy.asarray(rows)
        total = self.factor_ * rows.sum(axis=1)
        rows[:] = 0
        return total

    def transform(self, rows):
        return rows * self.factor_


def _data():
    random = numpy.random.RandomState(0)
    X = random.normal(size=(120, 4))
    return X, (X[:, 0] + X[:, 1] > 0).astype(int)


def case_greedy(seed):
    X, y = _data()
    return Greedy(), X, X[:, 0]


def case_kernel_pca(seed):
    from sklearn.decomposition import KernelPCA

    return KernelPCA(n_components=2, kernel="rbf", fit_inverse_transform=True), _data()[0]


def case_extra_trees(seed):
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(n_estimators=5, random_state=seed), *_data()


def case_isolation(seed):
    from sklearn.ensemble import IsolationForest

    return IsolationForest(n_estimators=5, random_state=seed), _data()[0]
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, workspace):
    bench = Bench(tmp_path_factory.mktemp("probes"), workspace)
    (bench.folder / "probed.py").write_text(CASES)
    bench.write(include=INCLUDE, cases='["family:probed"]', formats="[pickle]", files="[probed.py]")
    bench.run()
    cells = bench.tables().cells
    home = cells[cells.producer == cells.consumer]
    assert set(home.status) == {"ok"} and set(home.parity) == {"identical"}
    return {(cell.case, cell.producer, cell.consumer): cell for cell in cells.itertuples()}


def test_a_kernel_pca_comes_back_otherwise_although_it_transforms_the_same(rows) -> None:
    cell = rows["kernel_pca", "middle", "old"]
    assert (cell.status, list(cell.findings)) == ("drift", ["values"])
    assert cell.reason.startswith("inverse_transform: ") and cell.max_abs_diff > 0.1


@pytest.mark.parametrize("case", ["extra_trees", "isolation"])
def test_trees_that_take_what_is_missing_predict_where_they_raised(rows, case) -> None:
    forth, back = rows[case, "middle", "new"], rows[case, "new", "middle"]
    assert (forth.status, list(forth.findings)[:1]) == ("drift", ["error"])
    assert "predict(missing values): raised ValueError (Input X contains NaN." in forth.reason
    assert "answers here" in forth.reason
    if back.status != "load-error":  # NumPy 2 is not read by NumPy 1
        assert "predict(missing values): answers in the producer, raises ValueError" in back.reason


def test_a_model_that_writes_into_its_rows_is_told_and_changes_nothing_for_its_other_methods(rows) -> None:
    for producer, consumer in [("old", "old"), ("old", "middle"), ("middle", "old")]:
        cell = rows["greedy", producer, consumer]
        assert (cell.status, cell.parity, list(cell.findings)) == ("ok", "identical", ["input"])
        assert {"predict", "transform", "factor_", "predict(list)"} <= set(cell.compared)
    # The arrays within a frame cannot be written to since pandas 3.
    cell = rows["greedy", "old", "new"]
    assert (cell.status, list(cell.findings)) == ("drift", ["error", "input"])
    assert cell.reason.startswith("predict(frame): answers in the producer, raises ValueError (")
