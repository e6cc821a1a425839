"""A user's model files, written by real environments and checked in sandboxes: the known answers come out."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import python_of
from tests.live.conftest import OLD, ROOT, Bench

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here"),
]

#: Written by scikit-learn 1.2: a forest, which no later release loads; texts, whose weights 1.5 loses without an error; a
#: linear model, which stays what it is.
WRITE = """
import pickle, sys
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder, (rows, truth) = Path(sys.argv[1]), load_iris(return_X_y=True)
words = ["free money now win", "hello my friend how are you", "win cash prize now", "see you at lunch friend", "you you"] * 8
spam = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(words, [1, 0, 1, 0, 0] * 8)
(folder / "forest.pkl").write_bytes(pickle.dumps(RandomForestClassifier(10, random_state=0).fit(rows, truth)))
(folder / "spam.bin").write_bytes(pickle.dumps({"model": spam, "threshold": 0.5}))
model = Ridge().fit(rows, truth)


class Touch:
    def __reduce__(self):
        return exec, (f"try:\\n open({sys.argv[2]!r}, 'w').write('!')\\nexcept OSError: pass",)


model.note = Touch()
(folder / "hostile.pkl").write_bytes(pickle.dumps(model))
joblib.dump(make_pipeline(StandardScaler(), Ridge()).fit(rows, truth), folder / "ridge.joblib", compress=3)
"""


@pytest.fixture(scope="module")
def written(undisturbed: Bench, workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, in a folder that anybody may enter."""
    folder = tmp_path_factory.mktemp("files")
    subprocess.run([python_of(workspace, OLD), "-c", WRITE, str(folder), str(folder / "canary")], check=True)
    return folder


@pytest.fixture
def check(workspace: Path, tmp_path: Path):
    def run(file: Path, *words: str) -> tuple[int, dict]:
        command = [sys.executable, "-m", "harness", "check", str(file), "--json", "--results", str(tmp_path), *words]
        held = {**os.environ, "NOXENVDIR": str(workspace)}
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=held, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {"told": done.stderr}

    return run


def test_a_forest_of_1_2_loads_in_no_later_release(check, written: Path) -> None:
    code, told = check(written / "forest.pkl", "--to", "1.5", "--fail-on", "breaks")
    assert code == 1 and told["sentence"] == "breaks in 1.5"
    assert told["targets"][0]["cause"] == "tree-node-layout" and told["safe_range"] == "scikit-learn>=1.2.2,<1.3"
    assert told["reach"][0]["reached"] > 0.9 * told["reach"][0]["of"]


def test_weights_of_words_are_lost_without_an_error_and_found(check, written: Path) -> None:
    code, told = check(written / "spam.bin", "--to", "1.5")
    assert code == 0 and told["sentence"] == "changes predictions in 1.5", told
    assert told["targets"][0]["cause"] == "tfidf-idf-lost" and told["targets"][0]["warned"]
    folder = Path(told["run"])
    assert not (folder / "objects").exists(), "neither the model nor its rows stay"


def test_what_stays_the_same_may_be_ignored(check, written: Path) -> None:
    code, told = check(written / "ridge.joblib", "--to", "1.5", "--fail-on", "not-known")
    assert code == 0 and told["verdict"] in {"safe", "safe (within tolerance)"}, told
    assert "predict" in told["compared"] and told["rows"] == 64
    assert told["safe_range"] == "scikit-learn>=1.2.2,<1.3", "nobody tried 1.3 and 1.4"


def test_a_hostile_file_leaves_no_trace(check, written: Path) -> None:
    code, told = check(written / "hostile.pkl", "--to", "1.5")
    assert code == 0 and told["targets"], told  # what it calls is called, and comes to nothing
    assert not (written / "canary").exists()
    check(written / "hostile.pkl", "--to", "1.5", "--trust")
    assert (written / "canary").exists(), "without a sandbox it does what it wants"


def test_nothing_is_run_of_a_file_that_is_no_model(check, tmp_path: Path) -> None:
    file = tmp_path / "x.pkl"
    file.write_bytes(pickle.dumps({"a": 1}))
    code, told = check(file)
    assert code == 2 and "scikit-learn" in told["told"]
    file.write_bytes(b"\x80\x04nonsense")
    assert check(file)[0] == 2
