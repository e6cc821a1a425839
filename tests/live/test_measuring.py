"""The measuring pass with real environments: every figure has its row, a kill loses nothing, and others measure the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from harness.environments import variables
from harness.environments.stage import stage
from harness.machine import tools
from harness.terms import Figure
from harness.store import RunTables

from tests.conftest import environment, python_of
from tests.live.conftest import ROOT, Bench

NEW, RUNTIME, NODE = "sk1.9-py3.13-np2.5-amd64", "ort1.24-py3.13-amd64", "ort1.24-node24-amd64"
CASE = "logistic_regression"
LARGE = "k_neighbors_80mb"
PLANNED = 3  # readers of joblib and onnx, in each environment
LOADED = {NEW: 3, RUNTIME: 1, NODE: 1}
PROFILES = {
    "small": {
        "environments": [NEW, RUNTIME, NODE],
        "cases": [CASE],
        "formats": ["joblib", "onnx"],
        "measure": {"rounds": 5, "cold_starts": 1, "precision": 1.0, "sharing": 2},
    },
    "large": {
        "environments": [NEW],
        "cases": [LARGE],
        "formats": ["joblib"],
        "measure": {"rounds": 1, "cold_starts": 0, "seconds": 0.1, "sharing": 4},
    },
}
#: Started from a process that is small itself: what a process has at its peak is counted from before its program began.
WITNESS = """
import os, sys
pid = os.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print("\\n%d %d" % (status, usage.ru_maxrss * 1024))
"""


class Runs(Bench):
    """Runs of the project's own matrix with profiles of ours."""

    def write(self, *_: str, **__: str) -> None:
        yaml = YAML()
        matrix = yaml.load(ROOT / "matrix.yaml")
        matrix["profiles"] = PROFILES
        with self.matrix.open("w") as file:
            yaml.dump(matrix, file)


@pytest.fixture(scope="module")
def runs(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    made = Runs(tmp_path_factory.mktemp("measuring"), workspace)
    yield made
    made.none_alive()


@pytest.fixture(scope="module")
def small(runs: Runs) -> Iterator[tuple[list[str], RunTables]]:
    """What a run had in its journal when it was killed in the midst of measuring; and what it came to afterwards."""
    process = runs.start("--profile", "small")
    runs.wait_for("measurement", 1, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    runs.none_alive()
    before = runs.journal()
    assert not (runs.newest() / "figures.parquet").exists()
    runs.run("--profile", "small", "--resume")
    yield before, runs.tables()


def measured(run: RunTables) -> pd.DataFrame:
    """The cells that have figures."""
    return run.cells[run.cells.cell_id.isin(run.figures.cell_id)]


def test_every_planned_figure_has_a_row(small) -> None:
    _, run = small
    assert set(run.environments.status) == {"ok"}
    counts = measured(run).groupby("consumer").size().to_dict()
    assert counts == dict.fromkeys(LOADED, PLANNED)
    assert len(run.figures) == sum(counts.values()) * len(Figure)
    assert not run.figures.duplicated(["cell_id", "figure"]).any()
    unmeasured = run.figures[run.figures["rounds"] == 0]
    assert unmeasured.reason.notna().all() and unmeasured["median"].isna().all()
    assert not (run.figures["median"] < 0).any()
    assert run.run["complete"]


def test_a_run_that_was_killed_while_it_measured_goes_on_where_it_was(small) -> None:
    before, run = small
    first = [json.loads(line) for line in before if line.startswith('{"kind":"measurement"')]
    assert 0 < len(first) < len(measured(run))
    for row in first:
        kept = run.samples[run.samples.cell_id == row["cell_id"]]
        assert kept["at"].tolist() == [sample["at"] for sample in row["samples"]]
    ends = run.samples.groupby("cell_id")["at"].max()
    assert ends[ends.index.isin([row["cell_id"] for row in first])].max() < ends.max()


def test_the_columns_of_a_measured_cell_are_filled(small) -> None:
    _, run = small
    cells = measured(run)
    there = cells[cells.status.isin(["ok", "drift"])]
    assert there.consumer.value_counts().to_dict() == LOADED
    seconds = ["load_seconds", "load_seconds_min", "first_load_seconds", "predict_seconds", "cold_start_seconds"]
    assert (there[seconds] > 0).all(axis=None)
    assert (there.load_rounds >= 5).all() and there.load_stable.notna().all()
    assert (there.load_seconds_min <= there.load_seconds).all()
    assert (there.cold_start_seconds > there.first_load_seconds).all()
    assert (there.cold_start_peak_bytes > 5e6).all()
    assert there.load_peak_bytes.notna().all() and there.load_private_bytes.notna().all()
    in_node = there.consumer == NODE
    assert (there.evicted_load_seconds.isna() == in_node).all()
    # These artifacts are small; what processes share of a large one is another test's.
    assert there.mmap_pss_bytes.isna().all() and there.mmap_readers.isna().all()
    figures = run.figures[run.figures.cell_id.isin(there.cell_id) & run.figures.figure.str.startswith("mmap_")]
    assert set(figures.reason) == {"the artifact is smaller than 1000 kB: there is little to share"}
    others = run.cells[~run.cells.cell_id.isin(cells.cell_id)]
    assert others.load_rounds.isna().all() and others.cold_start_seconds.isna().all()


def test_a_cold_start_of_scikit_learn_imports_it(small) -> None:
    """In another way than a load in a process that has it: megabytes, and a good part of a second."""
    _, run = small
    cells = measured(run)
    cold = cells[(cells.consumer == NEW) & (cells.status == "ok")]
    assert (cold.cold_start_peak_bytes > 50e6).all()
    assert (cold.cold_start_seconds > 10 * cold.load_seconds).all()


def test_the_size_is_that_on_the_disk(small) -> None:
    _, run = small
    written = run.artifacts[run.artifacts.status == "ok"]
    assert len(written) == 2
    sizes = {row.artifact_id: thing(run, row.sha256).stat().st_size for row in written.itertuples()}
    assert dict(zip(written.artifact_id, written.size_bytes, strict=True)) == sizes
    loaded = measured(run).dropna(subset="size_bytes")
    assert {row.artifact_id: row.size_bytes for row in loaded.itertuples()} == sizes


def test_what_the_kernel_says_of_a_process_that_ended_is_the_same_peak(
    small, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, run = small
    monkeypatch.setenv("NOXENVDIR", str(workspace))
    staged = stage([])
    python = python_of(workspace, NEW, "onnxruntime")
    for name, module, reader in (("joblib", "joblibs", "joblib"), ("onnx", "onnx_graphs", "onnxruntime")):
        (artifact,) = run.artifacts[run.artifacts.format == name].itertuples()
        fitted = json.loads(thing(run, json.loads(artifact.manifest)["fitted_sha256"]).read_text())
        task = {
            "artifact": str(thing(run, artifact.sha256)), "sha256": artifact.sha256, "methods": fitted["methods"],
            "inputs": str(thing(run, fitted["inputs_sha256"])), "inputs_sha256": fitted["inputs_sha256"],
            "module": f"guest.formats.{module}", "reader": reader,
            "options": {"method": "none", "outputs": fitted["outputs"], "trusted_types": []},
        }  # fmt: skip
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(task))
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", WITNESS, python, "-I", staged, "cold", path],
            capture_output=True, text=True, check=True, env=variables.of_guest(environment(NEW, platform=tools.native_platform())), cwd=tmp_path,
        )  # fmt: skip
        status, peak = map(int, done.stdout.splitlines()[-1].split())
        assert status == 0, done.stderr
        own = measured(run)
        (cell,) = own[(own.consumer == NEW) & (own.format == name) & (own.reader == reader)].itertuples()
        assert peak == pytest.approx(cell.cold_start_peak_bytes, rel=0.1)


def thing(run: RunTables, digest: str) -> Path:
    return run.path / "objects" / digest[:2] / digest


def test_four_processes_that_map_80_mb_hold_less_than_half_of_what_four_copies_are(runs: Runs) -> None:
    runs.run("--profile", "large")
    run = runs.tables()
    cells = run.cells.set_index("reader")
    assert set(cells.status) == {"ok"} and (cells.mmap_readers == 4).all()
    mapped, copied = cells.loc["joblib-mmap"], cells.loc["joblib"]
    assert mapped.size_bytes > 75e6
    assert copied.mmap_private_bytes > 4 * 75e6
    assert mapped.mmap_private_bytes < copied.mmap_private_bytes / 2
    assert mapped.mmap_pss_bytes < copied.mmap_pss_bytes / 2
    assert mapped.mmap_pss_bytes >= mapped.mmap_private_bytes
    assert copied.load_private_bytes == pytest.approx(copied.size_bytes, rel=0.05)
    assert copied.load_peak_bytes >= copied.load_private_bytes * 0.99
    assert mapped.load_private_bytes < copied.load_private_bytes / 2
