"""The guest's tests that need scikit-learn, in environments that have one: above all the catalogue of estimators."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import python_of
from tests.live.conftest import NEW, OLD, ROOT, Bench

FILES = (
    "test_estimators.py",
    "test_parameters.py",
    "test_probes.py",
    "test_variants.py",
    "test_making_rows.py",
    *sorted(path.name for path in (ROOT / "tests" / "guest").glob("test_encoded_*.py")),
    "test_training.py",
    "test_rebuild.py",
    "test_large.py",
    "test_portable.py",
)


@pytest.mark.parametrize("name", [OLD, NEW])
def test_the_guests_tests_hold_beside_scikit_learn(undisturbed: Bench, workspace: Path, name: str) -> None:
    python = python_of(workspace, name)
    tests = ROOT / "tests" / "guest"
    done = subprocess.run(
        [python, "-I", tests / "run.py", *(tests / file for file in FILES)], capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no scikit-learn" not in done.stdout
