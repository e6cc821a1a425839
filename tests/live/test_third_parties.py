"""The profile ``third-party`` of the project's own matrix: known breaks of other packages come out by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from harness import analysis

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(3600)]  # it downloads 400 MB

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENTS = [
    f"with-{name}" for name in ("xgboost1.4", "xgboost1.5", "pandas2.2", "pandas2.3.0", "pandas2.3.3", "pandas3.0")
]
CASES = ["xgboost_classifier", "xgboost_regressor", "cast_to_strings", "string_columns", "category_encoders_target"]


@pytest.fixture(scope="module")
def cells(tmp_path_factory, workspace):
    """By producer, case and consumer: the status and the cause."""
    folder = tmp_path_factory.mktemp("third-party")
    yaml = YAML()
    matrix = yaml.load(ROOT / "matrix.yaml")
    matrix["profiles"]["third-party"] |= {"environments": ENVIRONMENTS, "cases": CASES}
    with (folder / "matrix.yaml").open("w") as file:
        yaml.dump(matrix, file)
    command = [sys.executable, "-m", "harness", "run", "--profile", "third-party", "--matrix", folder / "matrix.yaml"]
    done = subprocess.run(
        [*command, "--results", folder / "results"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "NOXENVDIR": str(workspace)},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    (path,) = (folder / "results").iterdir()
    run = analysis.read_run(path)
    assert set(run.environments.status) == {"ok"}
    return {
        (row.producer.removeprefix("with-"), row.case, row.consumer.removeprefix("with-")): (row.status, row.cause)
        for row in run.cells.itertuples()
    }


@pytest.mark.parametrize("case", ["xgboost_classifier", "xgboost_regressor"])
def test_xgboost_1_5_asks_models_of_1_4_for_a_parameter_that_they_lack(cells, case) -> None:
    assert cells["xgboost1.4", case, "xgboost1.5"] == ("predict-error", "xgboost-parameters")
    assert cells["xgboost1.5", case, "xgboost1.4"] == ("predict-error", "xgboost-parameters")
    assert cells["xgboost1.4", case, "xgboost1.4"][0] == cells["xgboost1.5", case, "xgboost1.5"][0] == "ok"


def test_pandas_2_3_0_cannot_use_the_string_dtypes_of_2_2_and_2_3_3_can(cells) -> None:
    case = "cast_to_strings"
    assert cells["pandas2.2", case, "pandas2.3.0"] == ("predict-error", "pandas-string-dtype")
    assert cells["pandas2.2", case, "pandas2.3.3"][0] == "ok"
    assert cells["pandas2.3.0", case, "pandas2.3.3"][0] == cells["pandas2.3.3", case, "pandas2.3.0"][0] == "ok"
    assert cells["pandas2.3.0", case, "pandas2.2"] == ("load-error", "pandas-string-dtype")


def test_older_pandas_reads_no_strings_that_pandas_3_keeps_in_an_index(cells) -> None:
    case = "category_encoders_target"
    assert cells["pandas3.0", case, "pandas2.3.3"] == ("load-error", "pandas-string-array")
    assert cells["pandas3.0", case, "pandas2.3.0"] == ("load-error", "pandas-string-array")
    assert cells["pandas3.0", case, "pandas2.2"] == ("load-error", "pandas-string-dtype")
    assert cells["pandas2.3.3", case, "pandas3.0"][0] == cells["pandas3.0", case, "pandas3.0"][0] == "ok"


def test_scikit_learns_own_encoders_and_imputers_keep_no_string_dtype(cells) -> None:
    """Strings of pandas in the rows are one thing, in the model another."""
    found = {key[0] + ">" + key[2]: told[0] for key, told in cells.items() if key[1] == "string_columns"}
    between = {pair: status for pair, status in found.items() if "xgboost" not in pair}
    assert len(between) == 16 and set(between.values()) == {"ok"}
    assert found["xgboost1.4>pandas3.0"] == "no-artifact", "an imputer of scikit-learn 1.0 takes no pandas.NA"
