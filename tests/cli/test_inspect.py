"""`inspect` as a command: its exit codes, its JSON, and what the stored runs add."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests/inspection/files"


def called(*words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "harness", "inspect", *words], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_sound_file_ends_well_and_the_stored_run_says_where_its_classes_break() -> None:
    data = json.loads(called(FILES / "sk1.2-py3.11-np1.24.column_transformer.joblib", "--json").stdout)
    assert data["format"] == "joblib"
    assert data["trouble"] is None
    assert "scikit-learn 1.2.2" in data["answer"]
    assert data["reference"], "the run that comes with the repository was not asked"
    assert all(one["from"] == "1.2" for one in data["reference"])


def test_without_stored_runs_the_file_is_told_all_the_same(tmp_path) -> None:
    done = called(FILES / "sk1.9-py3.13-np2.5.standard_scaler.pickle", "--results", tmp_path, "--json")
    assert json.loads(done.stdout)["sklearn_versions"] == ["1.9.1"]


def test_damaged_too_large_or_no_model_is_wrong_input(tmp_path) -> None:
    path = tmp_path / "model"
    whole = (FILES / "sk1.9-py3.13-np2.5.standard_scaler.pickle").read_bytes()
    path.write_bytes(whole[:-9])
    assert "damaged" in called(path, code=2).stdout
    path.write_bytes(whole)
    assert "too large" in called(path, "--limit", "opcodes=5", code=2).stdout
    path.write_bytes(b"%PDF-1.7")
    assert "PDF" in called(path, code=2).stderr
    assert "no such file" in called(tmp_path / "none", code=2).stderr
    assert "perhaps" in called(path, "--limit", "opcode=5", code=2).stderr


@pytest.mark.parametrize(
    "name", ["sk0.24-py3.8-np1.20.standard_scaler.joblib-zlib", "sk1.5-py3.12-np2.1.standard_scaler.skops"]
)
def test_the_answer_is_the_first_line(name) -> None:
    first = called(FILES / name).stdout.strip().splitlines()[0]
    assert first.startswith(("• ", "✗ ", "≠ "))
    assert "StandardScaler" in first
