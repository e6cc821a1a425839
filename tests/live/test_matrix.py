"""The main job on real environments: what is known to break does, each with its message, and nothing else is claimed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import harness

pytestmark = pytest.mark.live

OLD = "sk1.2-py3.11-np1.24-amd64"
NUMPY1 = "sk1.5-py3.12-np1.26-amd64"
NUMPY2 = "sk1.5-py3.12-np2.1-amd64"
NEW = "sk1.9-py3.13-np2.5-amd64"

MATRIX = """
schema: 1
environments:
  packages: [cloudpickle, pandas]
  include:
    - {scikit-learn: "1.2.2", python: "3.11", numpy: "1.24"}
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "1.26"}
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1"}
    - {scikit-learn: "1.9.1", python: "3.13", numpy: "2.5"}
cases: {files: [churn.py]}
limits: {seconds: 5}
profiles:
  default:
    cases: [logistic_regression, decision_tree_classifier, random_forest_classifier, standard_scaler,
            main_function, function_transformer_lambda, local_class, churn]
    formats: [pickle, joblib/joblib, cloudpickle/cloudpickle]
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The example of the documentation among cases of ours, through the program as a user starts it."""
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "matrix.yaml").write_text(MATRIX)
    page = Path(__file__).parent.parent.parent.joinpath("docs/how-to/add-a-case.md").read_text()
    (folder / "churn.py").write_text(page.partition("```python\n# churn.py\n")[2].partition("```")[0])
    command = [
        sys.executable,
        "-m",
        "harness",
        "run",
        "--matrix",
        folder / "matrix.yaml",
        "--results",
        folder / "results",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stderr + done.stdout
    (path,) = (folder / "results").iterdir()
    return harness.read_run(path), done.stdout


@pytest.fixture(scope="module")
def cells(run):
    return run[0].cells.set_index("cell_id")


def of(cells, producer, case, format_, consumer):
    return cells.loc[f"{producer}/{case}/{format_}>{consumer}/{format_}"]


def test_every_environment_was_had_and_every_cell_is_there(run):
    assert list(run[0].environments.status) == ["ok"] * 4
    assert len(run[0].cells) == 4 * 4 * 8 * 3 == run[0].cells.cell_id.nunique()
    assert set(run[0].cells.status) <= {"ok", "drift", "load-error", "predict-error", "crash", "timeout", "no-artifact"}


def test_what_loads_in_its_own_producer_is_identical(run):
    own = run[0].cells[run[0].cells.producer == run[0].cells.consumer]
    loaded = own[own.parity.notna()]
    assert set(loaded.parity) == {"identical"}
    # Only what no other process can load does not load at home either.
    assert set(own[own.parity.isna()].case) == {"main_function", "function_transformer_lambda", "local_class"}


@pytest.mark.parametrize("case", ["decision_tree_classifier", "random_forest_classifier"])
@pytest.mark.parametrize(("producer", "consumer"), [(OLD, NUMPY1), (NUMPY1, OLD)])
def test_trees_do_not_cross_1_3(cells, case, producer, consumer):
    row = of(cells, producer, case, "joblib", consumer)
    assert row.status == "load-error"
    assert "node array from the pickle has an incompatible dtype" in row.error_message


@pytest.mark.parametrize("format_", ["pickle", "cloudpickle"])
def test_numpy_2_does_not_load_under_numpy_1(cells, format_):
    row = of(cells, NUMPY2, "standard_scaler", format_, OLD)
    assert (row.status, row.error_type) == ("load-error", "ModuleNotFoundError")
    assert "numpy._core" in row.error_message
    assert of(cells, NUMPY1, "standard_scaler", format_, NUMPY2).status == "ok"


@pytest.mark.parametrize("format_", ["pickle", "joblib", "cloudpickle"])
def test_a_binary_logistic_regression_drifts_silently(run, cells, format_):
    row = of(cells, NUMPY1, "logistic_regression", format_, OLD)
    assert (row.status, row.parity) == ("drift", "drift")
    assert pd.isna(row.error_type)
    assert row.max_abs_diff > 0.1
    assert row.reason.startswith("predict_proba")
    assert row.label_mismatch == 0
    page = (run[0].path / "SUMMARY.md").read_text()
    assert page.index("logistic\\_regression") < page.index("## Fails")
    assert run[1].index("logistic_regression") < run[1].index("numpy._core")


def test_functions_travel_by_value_within_a_python_minor_only(cells):
    for case in ("main_function", "function_transformer_lambda", "local_class"):
        assert of(cells, NUMPY1, case, "cloudpickle", NUMPY2).status == "ok", case
        for consumer in (OLD, NEW):
            assert of(cells, NUMPY1, case, "cloudpickle", consumer).status not in ("ok", "no-artifact"), case


def test_pickle_cannot_carry_functions(run, cells):
    artifacts = run[0].artifacts.set_index("artifact_id")
    for case in ("function_transformer_lambda", "local_class"):
        row = artifacts.loc[f"{NUMPY1}/{case}/pickle"]
        assert row.status == "dump-error"
        assert "pickle" in row.error_message.lower()
        assert of(cells, NUMPY1, case, "pickle", NUMPY1).status == "no-artifact"
    row = of(cells, NUMPY1, "main_function", "pickle", NUMPY1)
    assert (row.status, row.error_type) == ("load-error", "AttributeError")
    assert "__main__" in row.error_message


def test_version_warnings_are_kept(cells):
    row = of(cells, OLD, "standard_scaler", "pickle", NUMPY1)
    assert (row.status, row.version_warning, row.original_sklearn_version) == ("ok", True, "1.2.2")
    assert row.warnings[0]["category"] == "sklearn.exceptions.InconsistentVersionWarning"
    old = of(cells, NUMPY1, "standard_scaler", "joblib", OLD)
    assert (old.version_warning, old.original_sklearn_version) == (True, "1.5.2")
    assert not of(cells, NUMPY1, "standard_scaler", "pickle", NUMPY2).version_warning


def test_the_users_case_is_a_case_like_any_other(run, cells):
    assert of(cells, NUMPY1, "churn", "pickle", NUMPY2).status == "ok"
    manifest = json.loads(run[0].artifacts.set_index("artifact_id").loc[f"{NUMPY1}/churn/pickle"].manifest)
    assert {"predict", "predict_proba", "predict(missing values)"} <= set(manifest["methods"])


def test_environments_hold_what_was_asked_of_their_time(run):
    rows = run[0].environments.set_index("environment")
    assert (rows.loc[OLD].sklearn, rows.loc[OLD].numpy[:4], rows.loc[OLD].python[:4]) == ("1.2.2", "1.24", "3.11")
    assert json.loads(rows.loc[OLD].packages)["joblib"] == "1.2.0"  # of March 2023
    assert (run[0].path / "locks" / f"{OLD}.txt").read_text().count("--hash=sha256:") > 10
