"""The plugin in a pytest of its own, as a user has it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import warnings
import pytest

class InconsistentVersionWarning(UserWarning):
    def __init__(self, name, saved, loaded):
        super().__init__("text")
        self.estimator_name, self.original_sklearn_version, self.current_sklearn_version = name, saved, loaded

def load(name, saved="1.2.2", loaded="1.5.2"):
    warnings.warn(InconsistentVersionWarning(name, saved, loaded))

def test_of_a_tree():
    load("DecisionTreeClassifier")

@pytest.fixture
def tree():
    load("DecisionTreeClassifier")

def test_of_a_fixture(tree):
    pass

def test_that_fails_anyway():
    load("DecisionTreeClassifier")
    assert 1 == 2

def test_that_expects_it():
    with pytest.warns(InconsistentVersionWarning):
        load("DecisionTreeClassifier")

def test_of_no_model():
    warnings.warn("something else")
"""


def ran(folder: Path, *words: str, ini: str = "[pytest]\n") -> subprocess.CompletedProcess[str]:
    (folder / "test_models.py").write_text(TESTS)
    (folder / "pytest.ini").write_text(ini)
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "80"}
    command = [sys.executable, "-m", "pytest", "-p", "harness.integrations.pytest_plugin", "-p", "no:cacheprovider"]
    return subprocess.run([*command, *words], cwd=folder, env=surroundings, capture_output=True, text=True, check=False)


def test_without_the_option_nothing_is_said(tmp_path: Path) -> None:
    assert "DecisionTreeClassifier 1.2.2" not in ran(tmp_path).stdout


def test_the_option_says_what_the_warnings_come_to(tmp_path: Path) -> None:
    told = ran(tmp_path, "--persistence-matrix").stdout
    assert "DecisionTreeClassifier 1.2.2 → 1.5.2: breaks (does not load)" in told
    assert "in test_models.py::test_of_a_tree and 2 more" in told
    assert "1 failed, 4 passed" in told  # it only says so


def test_a_gate_fails_the_tests_that_load_such_a_model(tmp_path: Path) -> None:
    told = ran(tmp_path, "--persistence-matrix-fail-on=breaks").stdout
    assert "2 failed, 2 passed" in told
    assert "1 error" in told  # of the fixture
    assert "assert 1 == 2" in told  # what failed by itself says why


def test_another_gate_lets_them_pass(tmp_path: Path) -> None:
    told = ran(tmp_path, ini="[pytest]\npersistence_matrix_fail_on = changes\n").stdout
    assert "1 failed, 4 passed" in told
    assert "DecisionTreeClassifier 1.2.2 → 1.5.2: breaks (does not load)" in told


@pytest.mark.parametrize("gate", ["break", "safe"])
def test_a_gate_that_is_none_is_a_usage_error(tmp_path: Path, gate: str) -> None:
    found = ran(tmp_path, f"--persistence-matrix-fail-on={gate}")
    assert found.returncode == pytest.ExitCode.USAGE_ERROR
    assert gate in found.stderr
    assert "--fail-on: no gate" in found.stderr
