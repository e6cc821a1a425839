"""A user's own code: wheels and modules that differ between environments, helpers and data beside a case's file."""

from __future__ import annotations

import pandas as pd
import pytest

from tests import wheels
from tests.live.conftest import Bench

ENVIRONMENTS = """
    - {name: before, scikit-learn: "1.5.2", python: "3.12", numpy: "2.1",
       packages: [./dist/own-1.0-py3-none-any.whl], modules: [v1/features.py]}
    - {name: after, scikit-learn: "1.5.2", python: "3.12", numpy: "2.1",
       packages: [./dist/own-2.0-py3-none-any.whl], modules: [v2/features.py]}
"""
OWN = "import numpy\n\n\ndef scaled(rows):\n    return numpy.asarray(rows) * %s\n"
FEATURES = "def shifted(rows):\n    return rows + %s\n"
CASES = '''
from pathlib import Path

PRICES = Path(__file__).with_name("prices.csv")


def case_logistic_regression(seed):
    """Called like a built-in one."""
    from helper import table
    from sklearn.linear_model import LogisticRegression

    return (LogisticRegression(), *table(PRICES))


def case_scaled(seed):
    import own
    from helper import table
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    return (make_pipeline(FunctionTransformer(own.scaled), LogisticRegression()), *table(PRICES))


def case_shifted(seed):
    import features
    from helper import table
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer(features.shifted), table(PRICES)[0]
'''
HELPER = """
import numpy


def table(path):
    rows = numpy.loadtxt(path, delimiter=",")
    return rows[:, :2], rows[:, 2].astype(int)
"""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory, workspace) -> pd.DataFrame:
    bench = Bench(tmp_path_factory.mktemp("own"), workspace)
    for number in (1, 2):
        wheels.make(bench.folder / "dist", "own", f"{number}.0", OWN % (1 + number / 100))
        (bench.folder / f"v{number}").mkdir()
        (bench.folder / f"v{number}" / "features.py").write_text(FEATURES % number)
    (bench.folder / "churn.py").write_text(CASES)
    (bench.folder / "helper.py").write_text(HELPER)
    rows = [f"{number % 7},{number % 11},{int(number % 7 > number % 11)}\n" for number in range(120)]
    (bench.folder / "prices.csv").write_text("".join(rows))
    bench.write(
        include=ENVIRONMENTS,
        cases='["family:churn", logistic_regression]',
        formats="[pickle/pickle, recipe]",
        files="[churn.py], data: [prices.csv]",
    )
    bench.run()
    from harness import read_run  # with meaning and cause

    tables = read_run(bench.newest())
    packages = tables.environments.set_index("environment").packages
    assert '"own": "1.0"' in packages["before"] and '"own": "2.0"' in packages["after"]
    lock = (bench.newest() / "locks/after.txt").read_text()
    assert "own==2.0 \\\n    --hash=sha256:" in lock and str(bench.folder) not in lock
    return tables.cells


@pytest.mark.parametrize("case", ["scaled", "shifted"])
def test_a_function_that_changed_under_its_name_is_a_drift_by_the_users_own_code(cells, case) -> None:
    those = cells[(cells.case == case) & (cells.format == "pickle")]
    home = those.producer == those.consumer
    assert set(those[home].parity) == {"identical"}
    assert set(those[~home].status) == {"drift"} and set(those[~home].cause) == {"own-package-changed"}


def test_a_case_with_a_helper_data_and_a_built_in_cases_name_runs_beside_that_one(cells) -> None:
    found = cells[cells.format == "pickle"].groupby("case").parity.agg(set)
    assert found["logistic_regression"] == found["churn.logistic_regression"] == {"identical"}


def test_what_its_code_alone_does_not_make_again_is_no_recipe(cells) -> None:
    recipes = cells[cells.format == "recipe"]
    assert set(recipes[recipes.case == "logistic_regression"].status) == {"ok"}
    assert set(recipes[recipes.case != "logistic_regression"].status) == {"no-artifact"}
