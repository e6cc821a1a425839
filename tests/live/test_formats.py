"""The profile ``formats`` of the project's own matrix, on few cases: every format and reader, and what is known of each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

import harness
from harness.config import format_files

from tests.conftest import python_of

ROOT = Path(__file__).parent.parent.parent
CASES = [
    "logistic_regression",
    "random_forest_classifier",
    "k_neighbors_classifier",
    "function_transformer_lambda",
    "hard_voting",
    "column_transformer",
    "LogisticRegression",
    "TSNE",
    "MultiTaskLasso",
]
OLD, MIDDLE, NEW = "sk0.24-py3.8-np1.20-amd64", "sk1.5-py3.12-np2.1-amd64", "sk1.9-py3.13-np2.5-amd64"
PRODUCERS = [OLD, MIDDLE, NEW]


@pytest.fixture(scope="module")
def path(tmp_path_factory, workspace):
    folder = tmp_path_factory.mktemp("formats")
    yaml = YAML()
    matrix = yaml.load(ROOT / "matrix.yaml")
    matrix["profiles"]["formats"]["cases"] = CASES
    with (folder / "matrix.yaml").open("w") as file:
        yaml.dump(matrix, file)
    command = [sys.executable, "-m", "harness", "run", "--profile", "formats", "--matrix", folder / "matrix.yaml"]
    variables = {**os.environ, "NO_COLOR": "1", "NOXENVDIR": str(workspace)}
    done = subprocess.run(
        [*command, "--results", folder / "results"], cwd=ROOT, capture_output=True, text=True, env=variables
    )
    assert done.returncode == 0, done.stderr + done.stdout
    (made,) = (folder / "results").iterdir()
    return made


@pytest.fixture(scope="module")
def run(path):
    return harness.read_run(path)


def only(cells: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    for column, value in wanted.items():
        cells = cells[cells[column] == value]
    return cells


def at_home(run, **wanted: str) -> pd.DataFrame:
    cells = run.cells[run.cells.producer == run.cells.consumer]
    return only(cells, **wanted)


def test_every_environment_is_there(run):
    assert run.environments.status.tolist() == ["ok"] * len(run.environments)


def test_every_format_and_reader_has_rows_and_works_somewhere(run):
    planned = {(item.name, reader) for item in format_files.builtin_formats() for reader in item.readers}
    assert set(zip(run.cells.format, run.cells.reader, strict=True)) == planned
    good = run.cells[run.cells.status == "ok"]
    nowhere = {("skops", "skops-trusted-true")}  # which every skops that is new enough for these refuses
    if shutil.which("java", path="/usr/bin:/bin") is None:
        nowhere.add(("pmml", "pmml"))
    assert planned - set(zip(good.format, good.reader, strict=True)) == nowhere


def test_what_pickles_load_at_home_is_identical(run):
    kinds = at_home(run)[at_home(run).format.str.match("pickle|joblib|cloudpickle|skops")]
    loaded = kinds[kinds.parity.notna()]
    assert len(loaded) > 100
    assert set(loaded.parity) == {"identical"}


def test_what_is_not_possible_has_its_reason(run):
    artifacts, cells = run.artifacts, run.cells
    for table in (artifacts, cells):
        assert table[table.status.isin(["unsupported", "refused", "no-artifact", "not-run"])].reason.notna().all()
    skops = only(artifacts, producer=OLD, format="skops")
    assert set(skops.status) == {"unsupported"}
    assert skops.reason.str.contains("no versions of skops").all()
    tsne = only(artifacts, case="TSNE", format="onnx")
    assert set(tsne.status) == {"unsupported"}


def test_hard_voting_drifts_in_onnx_without_a_warning(run):
    voting = at_home(run, case="hard_voting", format="onnx")
    assert "drift" in set(voting.status)
    drifting = only(voting, status="drift")
    assert not drifting.version_warning.any()
    assert all(len(warnings) == 0 for warnings in drifting.warnings)


def test_an_opset_that_a_runtime_does_not_know_does_not_load(run):
    newest = only(run.cells, producer=NEW, case="logistic_regression", format="onnx")
    old_runtime = newest[newest.consumer.str.startswith("ort1.10-")]
    assert set(old_runtime.status) == {"load-error"}
    assert old_runtime.error_message.str.contains("opset|IR version|ir_version", regex=True).all()
    stated = only(run.cells, producer=NEW, case="logistic_regression", format="onnx-opset12")
    assert set(stated[stated.consumer.str.startswith("ort1.10-")].status) == {"ok"}


def test_serving_needs_no_scikit_learn_and_no_python(run):
    runtimes = run.cells[run.cells.consumer_sklearn.isna()]
    onnx = runtimes[(runtimes.format == "onnx") & (runtimes.case == "logistic_regression")]
    served = onnx[onnx.status == "ok"]
    assert served.consumer.str.contains("node").any()
    assert served.consumer.str.contains("py3").any()
    pickled = only(runtimes, format="pickle")
    assert set(pickled.status) <= {"unsupported", "no-artifact"}


def test_node_and_python_agree_on_one_release_of_the_runtime(run):
    new = run.cells[run.cells.consumer.str.startswith("ort1.24-") & run.cells.format.str.startswith("onnx")]
    statuses = new.pivot_table(index="artifact_id", columns="consumer", values="status", aggfunc="first")
    python, node = (statuses[name] for name in sorted(statuses.columns, key=lambda name: "node" in name))
    assert len(statuses) > 10
    assert (python == node).all(), statuses[python != node]


def test_skops_asks_and_refuses(run):
    skops = at_home(run, case="function_transformer_lambda", format="skops", consumer=NEW)
    assert set(skops.status) <= {"refused", "no-artifact"}
    boolean = at_home(run, case="logistic_regression", format="skops", reader="skops-trusted-true", consumer=NEW)
    assert set(boolean.status) == {"refused"}
    assert boolean.reason.str.contains("trusted").all()
    row = only(run.artifacts, producer=NEW, case="k_neighbors_classifier", format="skops").iloc[0]
    assert json.loads(row.manifest)["format"]["untrusted_types"]


def test_skops_files_of_forests_are_many_times_larger(run):
    sizes = only(run.artifacts, producer=NEW, case="random_forest_classifier").set_index("format").size_bytes
    assert sizes["skops"] > 3 * sizes["pickle"]


def test_mapped_arrays_are_looked_at(run):
    mapped = at_home(run, case="k_neighbors_classifier", reader="joblib-mmap")
    assert (mapped.mapped_arrays > 0).all() and (mapped.mapped_bytes > 0).all()
    assert run.cells[run.cells.reader != "joblib-mmap"].mapped_arrays.isna().all()
    nothing = run.cells[(run.cells.mapped_arrays == 0) & (run.cells.status == "ok")]
    assert nothing.reason.str.contains("no array is mapped").all()


def test_a_recipe_is_judged_by_its_score(run):
    recipes = only(run.cells, case="logistic_regression", format="recipe")
    there = recipes[recipes.consumer.isin(PRODUCERS)]
    assert set(there.status) == {"ok"} and len(there) == 9
    assert all(list(methods) == ["cross_val_score"] for methods in there.compared)


def test_a_manifest_is_enough_to_make_the_model_again(run, path, workspace, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "harness", "show", f"{NEW}/logistic_regression/pickle", "--run", path, "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shown = json.loads(done.stdout)
    manifest = shown["manifest"]
    assert manifest["cross_validation"]["mean"] > 0.8
    assert manifest["packages"]["scikit-learn"] == "1.9.1"
    assert (path / manifest["data"]["object"]).exists() and (path / manifest["code"]["object"]).exists()
    code = json.loads((path / manifest["code"]["object"]).read_text())
    assert "def case_logistic_regression" in code["files"]["linear.py"]
    stage = shown["rebuild"][2].split()[4]
    python = python_of(workspace, NEW, "skops")
    again = subprocess.run(
        [python, "-I", ROOT / stage, "rebuild", path, manifest["fitted_sha256"], tmp_path / "model.pickle"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr + again.stdout
    assert "predict_proba: identical" in again.stdout
    assert (tmp_path / "model.pickle").stat().st_size > 100


def test_claims_are_held_against_it(path):
    done = subprocess.run(
        [sys.executable, "-m", "harness", "claims", path, "--json"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "supported" in done.stdout
