"""The models that load elsewhere without an error and predict something else: each got over, with its proof."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import python_of
from tests.live.conftest import ROOT, Bench

pytestmark = [
    pytest.mark.live,
    pytest.mark.nightly,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here"),
]

java = pytest.mark.skipif(shutil.which("java") is None, reason="no Java here")
WRITERS = {
    "1.2.2": ("3.11", "1.24"),
    "1.3.2": ("3.11", "1.26"),
    "1.4.2": ("3.12", "1.26"),
    "1.5.2": ("3.12", "2.1"),
    "1.7.2": ("3.13", "2.3"),
}
WRITE = """
import pickle, sys
from pathlib import Path

from sklearn.cross_decomposition import PLSRegression
from sklearn.datasets import load_breast_cancer, load_iris, load_linnerud
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder, iris = Path(sys.argv[1]), load_iris(return_X_y=True)
words = ["free money now win", "hello my friend how are you", "win cash prize now", "see you at lunch friend", "you you"] * 8
for name, model in {
    "forest": RandomForestClassifier(10, random_state=0).fit(*iris),
    "texts": make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(words, [1, 0, 1, 0, 0] * 8),
    "binary": make_pipeline(StandardScaler(), LogisticRegression()).fit(*load_breast_cancer(return_X_y=True)),
    "squares": PLSRegression(2).fit(*load_linnerud(return_X_y=True)),
    "boosting": AdaBoostClassifier(n_estimators=20, random_state=0).fit(*iris),
}.items():
    (folder / f"{name}.pkl").write_bytes(pickle.dumps(model))
"""
KEPT, PREDICTIONS = "the model", "its predictions only"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, workspace: Path) -> dict[str, Path]:
    """The models as each release writes them, by release."""
    bench = Bench(tmp_path_factory.mktemp("silent"), workspace)
    lines = [
        f'    - {{scikit-learn: "{release}", python: "{python}", numpy: "{numpy}", name: silent-{release}}}\n'
        for release, (python, numpy) in WRITERS.items()
    ]
    bench.write(include="\n" + "".join(lines), cases="[standard_scaler]", formats="[pickle/pickle]")
    bench.call("run", "--matrix", str(bench.matrix), "--results", str(bench.results), seconds=1500)
    folders = {}
    for release in WRITERS:
        folders[release] = tmp_path_factory.mktemp("files")
        python = python_of(workspace, f"silent-{release}")
        subprocess.run([python, "-W", "ignore", "-c", WRITE, str(folders[release])], check=True)
    return folders


@pytest.mark.parametrize(
    ("name", "release", "target", "suffix", "holds", "most"),
    [
        ("forest", "1.3.2", "1.9", ".pkl", KEPT, 1e-12),
        ("texts", "1.4.2", "1.5", ".pkl", KEPT, 1e-12),
        ("binary", "1.5.2", "1.2", ".pkl", KEPT, 1e-12),
        ("binary", "1.7.2", "1.2", ".pkl", KEPT, 1e-12),
        pytest.param("binary", "1.5.2", "1.2", ".pmml", PREDICTIONS, 1e-6, marks=java),
        ("squares", "1.2.2", "1.9", ".pkl", KEPT, 1e-5),  # of rows of float32
        ("boosting", "1.3.2", "1.5", ".pkl", KEPT, 1e-12),  # SAMME.R, which 1.5 still has
        ("boosting", "1.5.2", "1.9", ".onnx", PREDICTIONS, 1e-4),  # and 1.9 has no longer
    ],
)
def test_a_silent_change_is_got_over(
    written, workspace: Path, tmp_path: Path, name, release, target, suffix, holds, most
) -> None:
    out = tmp_path / f"out{suffix}"
    command = [sys.executable, "-m", "harness", "rescue", str(written[release] / f"{name}.pkl"), "--json"]
    command += ["--to", target, "--output", str(out), "--results", str(tmp_path / "runs")]
    held = {**os.environ, "NOXENVDIR": str(workspace)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=held, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ending"] == "rescued", told
    handed = told["handed_over"]
    assert handed["output"]["holds"] == holds
    predictions = {name: one for name, one in handed["differences"].items() if not name.endswith("_")}
    assert predictions
    assert {one["parity"] for name, one in predictions.items() if name not in handed["differing"]} <= {
        "identical",
        "close",
    }
    assert (
        max(one["max_abs_diff"] or 0.0 for name, one in predictions.items() if name not in handed["differing"]) <= most
    )
    assert out.exists()
