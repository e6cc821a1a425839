"""The releases that are known to have changed something are found by trying real ones."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import python_of
from tests.live.conftest import NEW, OLD, ROOT, Bench

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]
sandboxed = pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here")

#: A forest, which 1.3 cannot load; texts, whose weights 1.5 loses without an error; a model of numbers and a spline, whose
#: pickles name modules of NumPy and SciPy.
WRITE = """
import pickle, sys
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

folder, (rows, truth) = Path(sys.argv[1]), load_iris(return_X_y=True)
words = ["free money now win", "hello my friend how are you", "win cash prize now", "see you at lunch friend", "you you"] * 8
for name, model in {
    "forest": RandomForestClassifier(10, random_state=0).fit(rows, truth),
    "texts": make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(words, [1, 0, 1, 0, 0] * 8),
    "linear": LogisticRegression(max_iter=500).fit(rows, truth),
    "spline": SplineTransformer().fit(rows),
}.items():
    (folder / f"{name}.pkl").write_bytes(pickle.dumps(model))
"""


@pytest.fixture(scope="module")
def written(undisturbed: Bench, workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of an older and a newer release, by folder."""
    folders = {}
    for name in (OLD, NEW):
        folders[name] = tmp_path_factory.mktemp("files")
        subprocess.run([python_of(workspace, name), "-c", WRITE, str(folders[name])], check=True)
    return folders


@pytest.fixture
def bisect(workspace: Path, tmp_path: Path):
    def run(subject: object, *words: object) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "harness",
            "bisect",
            str(subject),
            "--results",
            str(tmp_path),
            *map(str, words),
        ]
        held = {**os.environ, "NOXENVDIR": str(workspace)}
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=held, check=False)

    return run


@pytest.fixture
def found(bisect):
    def run(subject: object, *words: object) -> dict:
        done = bisect(subject, "--json", *words)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert len(told["tried"]) <= 2 * math.log2(told["between"] + 2) + 4 or "--all" in words
        return told

    return run


@pytest.mark.nightly
def test_the_patch_that_broke_histogram_boosting(found) -> None:
    told = found("hist_gradient_boosting_classifier", "--good", "1.3.0", "--bad", "1.3.2")
    (change,) = told["changes"]
    assert (change["package"], change["before"], change["after"]) == ("scikit-learn", "1.3.0", "1.3.1")
    assert change["day"] == "2023-09-21" and change["later"]["cause"] == "hist-node-layout"
    assert told["sentence"] == "scikit-learn 1.3.1 (2023-09-21) breaks it; 1.3.0 does not"


@sandboxed
def test_one_environment_is_judged_for_git(bisect, written, tmp_path: Path) -> None:
    forest, linear = (written[OLD] / f"{name}.pkl" for name in ("forest", "linear"))
    assert bisect(forest, "--bad", "1.5", "--as-test").returncode == 1
    assert bisect(linear, "--bad", "1.5", "--as-test").returncode == 0
    (tmp_path / "none.txt").write_text("scikit-learn==1.5.2\nnumpy==99.1\n")
    assert bisect(linear, "--bad", tmp_path / "none.txt", "--as-test").returncode == 125
    assert bisect(linear, "--bad", "nowhere", "--as-test").returncode == 130


@sandboxed
@pytest.mark.nightly
def test_the_release_that_lost_the_weights_of_words(found, written) -> None:
    told = found(written[OLD] / "texts.pkl")
    (change,) = told["changes"]
    assert (change["package"], change["before"], change["after"]) == ("scikit-learn", "1.4.2", "1.5.0")
    assert change["later"]["verdict"] == "changes predictions" and change["later"]["cause"] == "tfidf-idf-lost"


@sandboxed
@pytest.mark.nightly
def test_the_release_that_gave_tree_nodes_one_field_more(found, written) -> None:
    (change,) = found(written[OLD] / "forest.pkl")["changes"]
    assert (change["package"], change["before"], change["after"]) == ("scikit-learn", "1.2.2", "1.3.0")


@sandboxed
@pytest.mark.nightly
def test_numpy_is_named_where_it_decides_and_not_the_release_of_scikit_learn(found, written) -> None:
    (change,) = found(written[NEW] / "linear.pkl", "--bad", "1.2")["changes"]
    assert (change["package"], change["before"], change["after"]) == ("numpy", "1.26.1", "1.26.0")
    assert change["later"]["cause"] == "numpy-module-moved"


@sandboxed
@pytest.mark.nightly
def test_scipy_is_named_where_it_decides(found, written, tmp_path: Path) -> None:
    (tmp_path / "newer.txt").write_text("scikit-learn==1.5.2\nnumpy==2.1.1\nscipy==1.17.1\n")
    (change,) = found(written[NEW] / "spline.pkl", "--bad", tmp_path / "newer.txt")["changes"]
    assert (change["package"], change["after"]) == ("scipy", "1.17.0")


@pytest.mark.nightly
def test_numpy_2_is_named_where_a_model_of_today_goes_back(found) -> None:
    (change,) = found("decision_tree_classifier", "--good", "1.9", "--bad", "1.2")["changes"]
    assert (change["package"], change["before"], change["after"]) == ("numpy", "2.0.0", "1.26.4")
    assert change["day"] == "2024-06-16" and change["later"]["cause"] == "numpy-module-moved"
