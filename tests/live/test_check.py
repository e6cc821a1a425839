"""A user's model files, written by real environments and checked in sandboxes: the known answers come out."""

from __future__ import annotations

import base64
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
from sklearn.base import BaseEstimator, TransformerMixin
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


class Tenure(TransformerMixin, BaseEstimator):
    def fit(self, rows, truth=None):
        self.mean_ = rows.mean(0)
        return self

    def transform(self, rows):
        return rows - self.mean_


(folder / "own.pkl").write_bytes(pickle.dumps(make_pipeline(Tenure(), Ridge()).fit(rows, truth)))
Tenure.__module__ = "churn.steps"
sys.modules["churn"] = sys.modules["churn.steps"] = sys.modules["__main__"]
(folder / "folder.pkl").write_bytes(pickle.dumps(make_pipeline(Tenure(), Ridge()).fit(rows, truth)))
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


def test_answers_come_while_it_works_and_the_last_is_alone(workspace: Path, written: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "harness", "check", str(written / "spam.bin"), "--to", "1.5"]
    held = {**os.environ, "NOXENVDIR": str(workspace)}
    done = subprocess.run(
        [*command, "--results", str(tmp_path)], capture_output=True, text=True, cwd=ROOT, env=held, check=True
    )
    assert done.stdout.splitlines()[0] == "≠ changes predictions in 1.5"
    first, second, *others = done.stderr.splitlines()
    assert "scikit-learn 1.2.2" in first and "TfidfVectorizer" in second
    assert any(line.startswith("  1.5 ≠ changes predictions: The word weights") for line in others), others
    assert max(map(len, done.stderr.splitlines())) <= 80


def test_of_two_at_once_the_second_waits_and_both_answer(workspace: Path, written: Path, tmp_path: Path) -> None:
    held = {**os.environ, "NOXENVDIR": str(workspace)}
    both = []
    for name in ("ridge.joblib", "spam.bin"):
        command = [sys.executable, "-m", "harness", "check", str(written / name), "--to", "1.5"]
        words = [*command, "--json", "--results", str(tmp_path)]
        both.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=held))
    told = [json.loads(one.communicate()[0])["verdict"] for one in both]
    assert told[0] in {"safe", "safe (within tolerance)"} and told[1] == "changes predictions"


def test_a_release_that_nobody_has_is_stood_in_for_and_nothing_is_safe(check, written: Path) -> None:
    code, told = check(written / "ridge.joblib", "--to", "1.5", "--with", "scikit-learn==1.2.9")
    assert code == 0 and told["sentence"] == "no difference seen among 1.2, 1.5", told
    assert "1.2.9" in told["stands_in"] and told["safe_range"] is None and "1.2.2 stands in" in told["written_by"]


def test_classes_of_the_script_come_from_the_users_code(check, written: Path, tmp_path: Path) -> None:
    code, told = check(written / "own.pkl", "--to", "1.5")
    assert code == 0 and told["sentence"] == "not known in 1.5" and told["run"] is None
    assert "Tenure" in told["targets"][0]["why"] and "--code" in told["targets"][0]["why"]
    own = tmp_path / "code"
    own.mkdir()
    (own / "train.py").write_text(
        "from sklearn.base import *\n" + WRITE[WRITE.index("class Tenure") :].split("\n\n\n")[0]
    )
    code, told = check(written / "own.pkl", "--to", "1.5", "--code", str(own))
    assert code == 0 and told["verdict"] in {"safe", "safe (within tolerance)"}, told
    (own / "other.py").write_text("class Tenure: pass\n")
    code, told = check(written / "own.pkl", "--to", "1.5", "--code", str(own))
    assert code == 2 and "other, train" in told["told"]


def test_a_package_of_the_users_need_not_have_an_init(check, written: Path, tmp_path: Path) -> None:
    own = tmp_path / "project" / "churn"
    own.mkdir(parents=True)
    (own / "steps.py").write_text(
        "from sklearn.base import *\n" + WRITE[WRITE.index("class Tenure") :].split("\n\n\n")[0]
    )
    code, told = check(written / "folder.pkl", "--to", "1.5", "--code", str(own.parent))
    assert code == 0 and told["verdict"] in {"safe", "safe (within tolerance)"}, told
    assert check(written / "folder.pkl", "--to", "1.5", "--code", str(own))[1]["verdict"] == told["verdict"]


MLMODEL = """artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
    model_path: model.pkl
    python_version: 3.11.7
  sklearn:
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.2.2
mlflow_version: 2.9.2
saved_input_example_info:
  artifact_path: input_example.json
  format: tf-serving
  type: ndarray
"""


def test_a_folder_of_mlflow_brings_its_packages_and_its_example(check, written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mlflow"
    folder.mkdir()
    (folder / "MLmodel").write_text(MLMODEL)
    shutil.copyfile(written / "forest.pkl", folder / "model.pkl")
    pins = "mlflow==2.9.2\nnumpy==1.24.1\nscikit-learn==1.2.2\n--index-url https://example.org\nx @ https://example.org/x.whl\n"
    (folder / "requirements.txt").write_text(pins)
    (folder / "input_example.json").write_text(json.dumps({"inputs": [[5.1, 3.5, 1.4, 0.2]]}))
    code, told = check(folder, "--to", "1.5")
    assert code == 0 and told["sentence"] == "breaks in 1.5", told
    assert told["writer"]["numpy"] == "1.24.1" and told["stands_in"] is None
    assert told["rows"] > 1 and told["reach"], "one row alone says little"


#: A scaler and a logistic regression of four features, by skl2onnx 1.20 with opset 14.
GRAPH = (
    "CAcSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOs0FCmoKAVgSCHZhcmlhYmxlGgZTY2FsZXIiBlNjYWxlciofCgZvZmZz"
    "ZXQ9lvy6QD1Zq0NAPRKDcEA9wYOZP6ABBioeCgVzY2FsZT1KGJs/PXBTE0A9+oARPz08fag/oAEGOgphaS5vbm54Lm1sCpMCCgh2"
    "YXJpYWJsZRIFbGFiZWwSEnByb2JhYmlsaXR5X3RlbnNvchoQTGluZWFyQ2xhc3NpZmllciIQTGluZWFyQ2xhc3NpZmllciobChBj"
    "bGFzc2xhYmVsc19pbnRzQABAAUACoAEHKk0KDGNvZWZmaWNpZW50cz3HzYm/PY5zlD89Vs32vz2Q+Oe/PUcFFz89a6u5vj2Srrq+"
    "PW62U789jyz5Pj1nEUy/PX28EkA95OkoQKABBioeCgppbnRlcmNlcHRzPeGMUb49kMUEQD2FWe+/oAEGKhIKC211bHRpX2NsYXNz"
    "GAGgAQIqHAoOcG9zdF90cmFuc2Zvcm0iB1NPRlRNQVigAQM6CmFpLm9ubngubWwKLgoFbGFiZWwSDG91dHB1dF9sYWJlbBoEQ2Fz"
    "dCIEQ2FzdCoJCgJ0bxgHoAECOgAKVgoScHJvYmFiaWxpdHlfdGVuc29yEg1wcm9iYWJpbGl0aWVzGgpOb3JtYWxpemVyIgpOb3Jt"
    "YWxpemVyKg0KBG5vcm0iAkwxoAEDOgphaS5vbm54Lm1sCl4KDXByb2JhYmlsaXRpZXMSEm91dHB1dF9wcm9iYWJpbGl0eRoGWmlw"
    "TWFwIgZaaXBNYXAqHQoSY2xhc3NsYWJlbHNfaW50NjRzQABAAUACoAEHOgphaS5vbm54Lm1sEg5PTk5YKFBpcGVsaW5lKVoRCgFY"
    "EgwKCggBEgYKAAoCCARiGAoMb3V0cHV0X2xhYmVsEggKBggHEgIKAGIkChJvdXRwdXRfcHJvYmFiaWxpdHkSDiIMCgoqCAgHEgQK"
    "AggBQgQKABAOQg4KCmFpLm9ubngubWwQAQ=="
)


def test_an_onnx_file_is_held_against_releases_of_onnxruntime(check, tmp_path: Path) -> None:
    file, rows = tmp_path / "model.onnx", tmp_path / "rows.csv"
    file.write_bytes(base64.b64decode(GRAPH))
    rows.write_text("a,b,c,d\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n5.9,3.0,4.2,1.5\n")
    both = ("--to", "onnxruntime==1.24", "--with", "onnxruntime==1.26")
    code, told = check(file, *both, "--data", str(rows))
    assert code == 0 and told["sentence"] == "the same in ort1.24" and told["rows"] == 3, told
    code, told = check(file, *both)
    assert code == 0 and told["sentence"] == "the same in ort1.24", "it has no branches that rows could miss"
    assert told["rows"] == 600 and told["reach"] == []
    code, told = check(file, "--to", "1.24", "--data", str(rows))
    assert code == 0 and told["verdict"] == "no difference seen" and "1.26 stands in" in told["stands_in"], told


def test_nothing_is_run_of_a_file_that_is_no_model(check, tmp_path: Path) -> None:
    file = tmp_path / "x.pkl"
    file.write_bytes(pickle.dumps({"a": 1}))
    code, told = check(file)
    assert code == 2 and "scikit-learn" in told["told"]
    file.write_bytes(b"\x80\x04nonsense")
    assert check(file)[0] == 2
