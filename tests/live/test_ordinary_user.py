"""A user who may write into a folder of their own and nothing else, from beginning to end; and results of others."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.conftest import NEW, OLD, ROOT, Bench, statuses

NOBODY = 65534
ORDINARY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all")
#: In mounts of its own, a folder that only root may enter is everybody's, and the workspace can be written to.
SHOWN = """
set -e
scratch=$1; workspace=$2; shift 2
mount -t tmpfs tmpfs "$scratch"
number=0
over() {
    number=$((number + 1)); mkdir -p "$scratch/$number/upper" "$scratch/$number/work"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$scratch/$number/upper,workdir=$scratch/$number/work" "$1"
}
while [ "$1" != -- ]; do over "$1"; chmod 755 "$1"; shift; done; shift
over "$workspace"
find "$workspace" -maxdepth 3 \\( -type d -o -name '*.lock' -o -name '*.json' \\) -exec chown 65534:65534 {} +
chown -R 65534:65534 "$workspace"/.harness/locks "$workspace"/.harness/stages 2>/dev/null || true
exec "$@"
"""


def closed() -> list[Path]:
    """Folders around the program, its Python and the environments that only their owner may enter."""
    python = Path(sys.executable)
    wanted = [python, python.resolve(), Path(sys.base_prefix), ROOT, Path.home() / ".pyenv"]
    around = {parent for path in wanted for parent in path.parents}
    return sorted(path for path in around if not path.stat().st_mode & stat.S_IXOTH)


class Ordinary:
    """Runs the program as nobody, or as who it is where that is not root."""

    def __init__(self, bench: Bench, scratch: Path) -> None:
        self.bench = bench
        self.is_root = os.geteuid() == 0
        self.before: tuple[str, ...] = ()
        self.variables = dict(bench.variables)
        if not self.is_root:
            return
        scratch.mkdir()
        workspace = bench.variables["NOXENVDIR"]
        words = ("unshare", "--mount", "sh", "-c", SHOWN, "sh", str(scratch), workspace)
        self.before = (*words, *map(str, closed()), "--", *ORDINARY)
        home = bench.folder / "home"
        home.mkdir()
        self.variables |= {"HOME": str(home), "PYENV_ROOT": str(Path.home() / ".pyenv")}
        for path in (bench.folder, *bench.folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        for parent in list(bench.folder.parents)[:-2]:  # pytest's are its user's alone
            parent.chmod(0o755)
        told = subprocess.run((*self.before, "id", "-u"), capture_output=True, text=True, check=False)
        if told.stdout != f"{NOBODY}\n":
            pytest.skip(f"this machine does not let us mount: {told.stderr}")

    def call(self, *words: object, code: int = 0) -> str:
        done = self.done(*words, code=code)
        return done.stdout + done.stderr

    def done(self, *words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = (*self.before, sys.executable, "-P", "-m", "harness", *map(str, words))
        variables = {**self.variables, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, env=variables, cwd=self.bench.folder, capture_output=True, text=True, timeout=280, check=False
        )
        assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done


TELLING = """
import os

import numpy


class Telling:
    def fit(self, X, y=None):
        return self

    def predict(self, X):
        return numpy.zeros(len(X))

    def __setstate__(self, state):
        self.__dict__.update(state)
        assert os.getuid() != 0 and os.geteuid() != 0
        with open("/dev/shm/persistence-matrix-of-nobody", "w") as file:
            file.write("x")


def case_telling(seed):
    X = numpy.arange(120.0).reshape(60, 2)
    return Telling(), X, X.sum(axis=1), ["predict"]
"""


@pytest.mark.timeout(600)
def test_a_run_and_every_question_need_no_rights(bench: Bench, undisturbed: Bench, tmp_path: Path) -> None:
    (bench.folder / "telling.py").write_text(TELLING)
    bench.write(cases='["family:telling", standard_scaler, logistic_regression]', files="[telling.py]")
    user = Ordinary(bench, tmp_path / "scratch")
    user.call("run", "--matrix", bench.matrix, "--results", bench.results)
    run = bench.newest()
    tables = bench.tables()
    assert tables.run["complete"]
    assert {*tables.environments.environment} == {OLD, NEW}
    assert {*tables.cells[tables.cells["case"] == "telling"].status} == {"ok"}
    assert {(run / name).stat().st_uid for name in ("run.json", "cells.parquet")} == {
        NOBODY if user.is_root else os.getuid()
    }
    same = {key: status for key, status in statuses(undisturbed.tables()).items() if key in statuses(tables)}
    assert same and {key: statuses(tables)[key] for key in same} == same
    for words in (
        ("verify", run),
        ("report", run),
        ("ask", "LogisticRegression", "--from", "1.2", "--to", "1.5", "--run", run),
        ("history", "--from", bench.results),
    ):
        user.call(*words)
    bench.none_alive()
    if user.is_root:  # else who runs the tests has written before, and may have left something
        assert not Path("/dev/shm/persistence-matrix-of-nobody").exists()


@pytest.mark.timeout(600)
def test_results_of_others_answer_and_stay_as_they_are(bench: Bench, undisturbed: Bench, tmp_path: Path) -> None:
    user = Ordinary(bench, tmp_path / "scratch")
    if not user.is_root:
        pytest.skip("what root has is somebody else's only for another user")
    results, run = undisturbed.results, undisturbed.newest()
    for parent in list(results.parents)[:-2]:
        parent.chmod(0o755)
    before = {path: path.lstat().st_mtime_ns for path in results.rglob("*")}
    for words in (
        ("verify", run),
        ("ask", "LogisticRegression", "--from", "1.2", "--to", "1.5", "--results", results),
        ("export", run, "--to", "csv", "--output", bench.folder / "cells.csv"),
        ("report", run, "--json"),
    ):
        user.call(*words)
    for words in (("run", "--run", run.name, "--matrix", undisturbed.matrix, "--results", results), ("report", run)):
        told = user.call(*words, code=3)
        assert "Permission denied" in told
    assert {path: path.lstat().st_mtime_ns for path in results.rglob("*")} == before
