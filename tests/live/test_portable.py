"""The format portable where pickle breaks or lies: from scikit-learn 1.2 to 1.9."""

from __future__ import annotations

import pytest

from tests.live.conftest import Bench

INCLUDE = """
    - {scikit-learn: "1.2.2", python: "3.11", numpy: "1.24", name: old}
    - {scikit-learn: "1.9.1", python: "3.13", numpy: "2.5", name: new}
"""
#: With pickle the first six do not load or predict, and the next two change.
BROKEN = [
    "RandomForestRegressor",
    "GradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "column_transformer",
    "KernelPCA",
    "KNeighborsRegressor",
]
CHANGED = ["PLSRegression", "TfidfTransformer"]
GONE = "AdaBoostClassifier"
#: What a release answers where the older one raised, and an attribute whose shape it changed.
ALSO_OTHERWISE = {"RandomForestRegressor": {"predict(missing values)"}, "PLSRegression": {"coef_"}}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, workspace):
    bench = Bench(tmp_path_factory.mktemp("portable"), workspace)
    cases = [*BROKEN, *CHANGED, GONE]
    bench.write(include=INCLUDE, cases=f"[{', '.join(cases)}]", formats="[pickle, portable]")
    bench.run()
    cells = bench.tables().cells
    return {(cell.case, cell.format, cell.producer, cell.consumer): cell for cell in cells.itertuples()}


@pytest.mark.parametrize("case", [*BROKEN, *CHANGED, GONE])
@pytest.mark.parametrize("name", ["old", "new"])
def test_at_home_a_model_is_what_it_was(rows, case, name) -> None:
    cell = rows[case, "portable", name, name]
    assert (cell.status, cell.parity) == ("ok", "identical"), cell.reason


@pytest.mark.parametrize("case", [*BROKEN, *CHANGED])
def test_it_gets_over_what_pickle_breaks_or_changes(rows, case) -> None:
    assert rows[case, "pickle", "old", "new"].status in {"load-error", "predict-error", "drift"}
    cell = rows[case, "portable", "old", "new"]
    otherwise = ALSO_OTHERWISE.get(case, set())
    assert cell.status == ("drift" if otherwise else "ok"), cell.reason
    assert set(cell.differing) == otherwise, cell.reason


def test_an_algorithm_that_is_gone_is_told(rows) -> None:
    cell = rows[GONE, "portable", "old", "new"]
    assert cell.status == "unsupported"
    assert "SAMME.R" in cell.reason
