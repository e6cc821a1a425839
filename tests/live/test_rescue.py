"""Model files that an upgrade breaks or changes, got over by real environments in sandboxes, and proved."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import inspect

from tests.conftest import python_of
from tests.live.conftest import NEW, OLD, ROOT, Bench

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here"),
]

#: Texts, whose weights 1.5 loses without an error; numbers, whose pickle names modules of NumPy; and one with code in it.
WRITE = """
import pickle, sys
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

folder, (rows, truth) = Path(sys.argv[1]), load_iris(return_X_y=True)
(folder / "scaler.pkl").write_bytes(pickle.dumps(StandardScaler().fit(rows)))
(folder / "ridge.pkl").write_bytes(pickle.dumps({"model": Ridge().fit(rows, truth), "columns": list("abcd")}))


class Touch:
    def __reduce__(self):
        return exec, (f"try:\\n open({sys.argv[2]!r}, 'w').write('!')\\nexcept OSError: pass",)


model = StandardScaler().fit(rows)
model.note = Touch()
(folder / "hostile.pkl").write_bytes(pickle.dumps(model))
"""


@pytest.fixture(scope="module")
def written(undisturbed: Bench, workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the newer release, which has NumPy 2, in a folder that anybody may enter."""
    folder = tmp_path_factory.mktemp("files")
    subprocess.run([python_of(workspace, NEW), "-c", WRITE, str(folder), str(folder / "canary")], check=True)
    return folder


@pytest.fixture
def rescue(workspace: Path, tmp_path: Path):
    def run(file: Path, *words: object, code: int = 0) -> dict:
        command = [sys.executable, "-m", "harness", "rescue", str(file), "--json", "--results", str(tmp_path / "runs")]
        held = {**os.environ, "NOXENVDIR": str(workspace)}
        done = subprocess.run(
            [*command, *map(str, words)], capture_output=True, text=True, cwd=ROOT, env=held, check=False
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize("name", ["scaler.pkl", "ridge.pkl"])
def test_a_model_of_numpy_2_is_got_over_to_numpy_1(
    rescue, workspace: Path, written: Path, tmp_path: Path, name
) -> None:
    out = tmp_path / "out.pkl"
    before = (written / name).read_bytes()
    told = rescue(written / name, "--to", "1.2", "--output", out)
    assert told["ending"] == "rescued" and told["tried"][0]["way"] == [], told
    assert (written / name).read_bytes() == before
    ask = "import pickle, sys; print(type(pickle.load(open(sys.argv[1], 'rb'))).__name__)"
    done = subprocess.run([python_of(workspace, OLD), "-c", ask, str(out)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in {"StandardScaler", "Ridge"}
    assert not [one.name for one in inspect(out).calls.outside]
    beside = json.loads((tmp_path / "out.pkl.json").read_text())
    assert beside == told["handed_over"]
    assert {one["parity"] for one in beside["differences"].values()} <= {"identical", "close"}
    assert not list((tmp_path / "runs").glob("*/objects")), "neither the model nor its rows stay"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.pkl", "out.pkl.json", "runs"]


def test_code_in_a_file_leaves_no_trace_and_is_not_handed_over(rescue, written: Path, tmp_path: Path) -> None:
    told = rescue(written / "hostile.pkl", "--to", "1.2", "--output", tmp_path / "out.pkl", code=0)
    assert told["ending"] == "rescued", told
    assert not (written / "canary").exists()
    assert b"open(" not in (tmp_path / "out.pkl").read_bytes()
    assert not [one.name for one in inspect(tmp_path / "out.pkl").calls.outside]


def test_what_works_as_it_is_is_left_alone(rescue, written: Path, tmp_path: Path) -> None:
    told = rescue(written / "scaler.pkl", "--to", "1.6", "--output", tmp_path / "out.pkl")
    assert told["ending"] == "works as it is" and not (tmp_path / "out.pkl").exists()
