"""Real runs of `python -m harness` over two environments of the default matrix, which are built once and kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from harness.store import RunTables, read_run

ROOT = Path(__file__).resolve().parent.parent.parent
OLD = "sk1.2-py3.11-np1.24-amd64"
NEW = "sk1.5-py3.12-np2.1-amd64"
BOTH = """
    - {scikit-learn: "1.2.2", python: "3.11", numpy: "1.24", name: sk1.2-py3.11-np1.24-amd64}
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: sk1.5-py3.12-np2.1-amd64}
"""
CASES = "[logistic_regression, standard_scaler, function_transformer_lambda]"

#: A model that loads everywhere, tells who loads it, and takes its time.
SLOW = """
import time

import numpy
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin


class Slow(ClassifierMixin, BaseEstimator):
    def __init__(self, number=0):
        self.number = number

    def fit(self, rows, truth):
        self.classes_ = [0, 1]
        return self

    def predict(self, rows):
        return numpy.zeros(len(rows), "i8")

    def __getstate__(self):
        return dict(self.__dict__, tag="fitted by " + sklearn.__version__)

    def __setstate__(self, state):
        with open({loaded!r}, "a") as file:
            file.write(state.pop("tag") + "\\n")
        time.sleep({seconds})
        self.__dict__.update(state)


def _case(number):
    rows = [[float(i), 1.0] for i in range(60)]
    return Slow(number), rows, [i % 2 for i in range(60)]
"""


def at_night(*values: object) -> list[ParameterSet]:
    """Values of a parameter that every change need not wait for."""
    return [pytest.param(value, marks=pytest.mark.nightly) for value in values]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("live")


def _hear() -> None:
    """Whoever started pytest may ignore a signal, as nohup does, and a run would then do so, too."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Bench:
    """A matrix and a results folder of a test's own, and the program over them."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.folder = folder
        self.results = folder / "results"
        self.matrix = folder / "matrix.yaml"
        self.loaded = folder / "loaded"
        self.variables = {**os.environ, "NOXENVDIR": str(workspace), "COLUMNS": "400"}
        self.variables.pop("HARNESS_MATRIX", None)
        self.write()

    def write(
        self,
        include: str = BOTH,
        cases: str = CASES,
        formats: str = "[pickle, cloudpickle/cloudpickle]",
        files: str = "[]",
    ) -> None:
        self.matrix.write_text(
            "schema: 1\n"
            f"environments:\n  as_of: release\n  packages: [cloudpickle, pandas]\n  include:{include}\n"
            f"cases: {{files: {files}}}\n"
            f'profiles:\n  default:\n    environments: ["*"]\n    cases: {cases}\n    formats: {formats}\n'
        )

    def write_slow(self, count: int, seconds: float, formats: str = "[pickle, joblib/joblib]") -> None:
        text = SLOW.format(loaded=str(self.loaded), seconds=seconds)
        text += "".join(f"\n\ndef case_slow_{i}(seed):\n    return _case({i})\n" for i in range(count))
        (self.folder / "slow.py").write_text(text)
        self.write(cases='["family:slow"]', formats=formats, files="[slow.py]")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "harness", *words]

    def run(self, *words: str, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        """`python -m harness run ...`, which must end with this exit code."""
        return self.call(
            "run", "--matrix", str(self.matrix), "--results", str(self.results), *words, code=code, **variables
        )

    def call(
        self, *words: str, code: int = 0, seconds: float = 200, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*words),
            env={**self.variables, **variables},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert code == 4 or "Traceback" not in done.stderr, done.stderr
        return done

    def start(self, *words: str) -> subprocess.Popen[str]:
        """The same in the background, in a process group of its own."""
        return subprocess.Popen(
            self.command("run", "--matrix", str(self.matrix), "--results", str(self.results), *words),
            env=self.variables,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
            preexec_fn=_hear,
        )

    def newest(self) -> Path:
        return sorted(path for path in self.results.iterdir() if (path / "run.json").exists())[-1]

    def tables(self) -> RunTables:
        return read_run(self.newest())

    def journal(self) -> list[str]:
        found = sorted(self.results.glob("*/journal.jsonl"))
        return found[-1].read_text().splitlines() if found else []

    def wait_for(self, kind: str, count: int, process: subprocess.Popen[str]) -> None:
        """Until the journal holds so many lines of a kind."""
        deadline = time.monotonic() + 120
        while sum(line.startswith(f'{{"kind":"{kind}') for line in self.journal()) < count:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def alive(self) -> list[str]:
        """Processes that know this test's folder: the harness, its builders, its guests, their children."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                variables = (
                    (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
                )
                if str(self.folder).encode() in variables:
                    found.append(f"{entry.name}: {(entry / 'cmdline').read_bytes()!r}")
            except OSError:
                continue
        return found

    def none_alive(self, seconds: float = 5.0) -> None:
        deadline = time.monotonic() + seconds
        while (left := self.alive()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left


def statuses(tables: RunTables) -> dict[str, str]:
    """By id, of artifacts and cells; each must be there once."""
    found = [*zip(tables.artifacts.artifact_id, tables.artifacts.status, strict=True)]
    found += zip(tables.cells.cell_id, tables.cells.status, strict=True)
    assert len(dict(found)) == len(found)
    return dict(found)


@pytest.fixture
def bench(tmp_path: Path, workspace: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, workspace)
    yield made
    made.none_alive()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, workspace: Path) -> Bench:
    """One run that nothing happened to, its environments built."""
    made = Bench(tmp_path_factory.mktemp("undisturbed"), workspace)
    made.run()
    return made


@pytest.fixture
def stored(bench: Bench, undisturbed: Bench) -> Bench:
    """A copy of that run, to do something to."""
    shutil.copytree(undisturbed.results, bench.results)
    return bench
