"""The GitHub Action's steps, and the command behind it, on real files of a real environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.conftest import python_of
from tests.live.conftest import OLD, ROOT, Bench

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here"),
]

WRITE = """
import pickle, sys
from pathlib import Path
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge
folder, (rows, truth) = Path(sys.argv[1]), load_iris(return_X_y=True)
(folder / "forest|a.pkl").write_bytes(pickle.dumps(RandomForestClassifier(3, random_state=0).fit(rows, truth)))
(folder / "ridge.pkl").write_bytes(pickle.dumps(Ridge().fit(rows, truth)))
(folder / "torn.pkl").write_bytes(pickle.dumps(Ridge().fit(rows, truth))[:-40])
"""


@pytest.fixture(scope="module")
def repository(undisturbed: Bench, workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's repository with models of scikit-learn 1.2."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "models").mkdir()
    subprocess.run([python_of(workspace, OLD), "-c", WRITE, str(folder / "models")], check=True)
    return folder


def step(name: str) -> str:
    action = YAML(typ="safe").load((ROOT / "action.yml").read_text())
    return next(one["run"] for one in action["runs"]["steps"] if one["name"] == name)


def acted(repository: Path, workspace: Path, runner: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the Action's second step as a runner does; its first would install what is here already."""
    programs = runner / "persistence-matrix" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "python").chmod(0o755)
    own = {
        "RUNNER_TEMP": str(runner),
        "GITHUB_OUTPUT": str(runner / "out"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
    }
    given = {"FILES": "", "TO": "", "FAIL_ON": "", "OPTIONS": "", "SARIF": "", **inputs}
    held = {**os.environ, "NOXENVDIR": str(workspace), "PYTHONPATH": str(ROOT), **own, **given}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Check")]
    return subprocess.run(command, cwd=repository, env=held, capture_output=True, text=True, check=False)


def test_the_action_tables_each_file_and_fails_on_what_is_asked(
    repository: Path, workspace: Path, tmp_path: Path
) -> None:
    done = acted(
        repository, workspace, tmp_path, FILES="models/forest*\nmodels/ridge.pkl\n", TO="1.5", FAIL_ON="changes,breaks",
        SARIF="models.sarif", OPTIONS=f"--results={tmp_path / 'runs'}",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    table = (tmp_path / "summary").read_text()
    assert "models/forest\\|a.pkl | breaks in 1.5 |" in table  # a name is no cell's end
    assert "models/ridge.pkl | the warning may be ignored in 1.5 |" in table
    log = json.loads((repository / "models.sarif").read_text())
    (result,) = log["runs"][0]["results"]
    assert (log["version"], result["ruleId"], result["level"]) == ("2.1.0", "breaks", "error")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "models/forest|a.pkl"
    assert {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]} >= {"breaks", "not-known"}


def test_a_file_without_an_answer_is_never_taken_for_a_good_one(
    repository: Path, workspace: Path, tmp_path: Path
) -> None:
    done = acted(repository, workspace, tmp_path, FILES="models/torn.pkl", TO="1.5")
    assert done.returncode == 2, done.stderr
    assert "models/torn.pkl | no answer: " in (tmp_path / "summary").read_text()


def test_a_pattern_that_nothing_matches_is_wrong_input(repository: Path, workspace: Path, tmp_path: Path) -> None:
    done = acted(repository, workspace, tmp_path, FILES="models/*.joblib")
    assert done.returncode == 2
    assert "no file matches models/*.joblib" in done.stderr
