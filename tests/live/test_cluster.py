"""A run on a cluster comes to the table of a run without one, whatever happens to workers, scheduler and store."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.store import RunTables

from tests import buckets
from tests.live.conftest import NEW, OLD, Bench, statuses

pytest.importorskip("distributed")

#: Columns that may differ between two runs of one matrix: times, memory addresses in texts, and whose run it was.
FACTS = ("status", "error_type", "parity", "compared", "label_mismatch", "max_abs_diff", "findings", "version_warning")
ALONE = '{scikit-learn: "1.2.2", python: "3.11", numpy: "1.24", name: sk1.2-py3.11-np1.24-amd64}'
#: A model that kills the worker whose guest loads it: the parent of the guest.
KILLER = """
import os
import signal

from sklearn.base import BaseEstimator


class Killer(BaseEstimator):
    def fit(self, rows, truth):
        self.n_features_in_ = 1
        return self

    def predict(self, rows):
        return [0] * len(rows)

    def __setstate__(self, state):
        with open("/proc/%d/stat" % os.getppid()) as file:
            os.kill(int(file.read().rpartition(")")[2].split()[1]), signal.SIGKILL)


def case_killer(seed):
    return Killer(), [[float(i)] for i in range(80)], [i % 2 for i in range(80)]
"""


def facts(tables: RunTables) -> dict[str, tuple[str, ...]]:
    cells = tables.cells.set_index("cell_id")
    return {name: tuple(str(cells[fact][name]) for fact in FACTS) for name in cells.index}


def wait_in(bench: Bench, run: int, lines: int, process: subprocess.Popen[str]) -> None:
    """Until the journal of a run, counted from 1, has so many lines."""
    deadline = time.monotonic() + 250
    while True:
        folders = sorted(bench.results.iterdir()) if bench.results.exists() else []
        journal = folders[run - 1] / "journal.jsonl" if len(folders) >= run else None
        if journal is not None and journal.exists() and len(journal.read_text().splitlines()) >= lines:
            return
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Cluster:
    """A scheduler and workers that are processes of their own, as on other machines."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder, self.variables = folder, variables
        self.file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start()

    def start(self) -> None:
        self.file.unlink(missing_ok=True)
        words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        self.scheduler = self._begin("distributed.cli.dask_scheduler", *words, "--scheduler-file", str(self.file))
        while not self.file.exists():
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        time.sleep(0.2)

    def add(self, *words: str, **variables: str) -> None:
        place = self.folder / f"worker-{len(self.workers)}"
        place.mkdir()
        more = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(place), "--death-timeout", "200")
        module = "distributed.cli.dask_worker"
        self.workers.append(self._begin(module, "--scheduler-file", str(self.file), *more, *words, **variables))

    def _begin(self, module: str, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "dask.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *words], env={**self.variables, **variables}, stdout=log, stderr=log,
                cwd=self.folder,
            )  # fmt: skip

    @property
    def address(self) -> str:
        import json

        return str(json.loads(self.file.read_text())["address"])

    def processes(self) -> list[int]:
        """The workers themselves: children of their nannies."""
        nannies = {worker.pid for worker in self.workers}
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and b"spawn_main" in (entry / "cmdline").read_bytes():
                    if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) in nannies:
                        found.append(int(entry.name))
        return found

    def kill_one(self, number: int) -> None:
        """SIGKILL to a worker; its nanny starts another."""
        found = self.processes()
        while not found:
            time.sleep(0.05)
            found = self.processes()
        os.kill(sorted(found)[number % len(found)], signal.SIGKILL)

    def close(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.terminate()
        for process in [*self.workers, self.scheduler]:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def cluster(bench: Bench) -> Iterator[Cluster]:
    folder = bench.folder / "cluster"
    folder.mkdir()
    root = str(Path(__file__).resolve().parent.parent.parent)
    made = Cluster(folder, {**bench.variables, "PYTHONPATH": root})
    yield made
    made.close()


def test_two_workers_come_to_the_same_table_cell_by_cell(bench: Bench, undisturbed: Bench) -> None:
    bench.run("--workers", "2")
    assert statuses(bench.tables()) == statuses(undisturbed.tables())
    assert facts(bench.tables()) == facts(undisturbed.tables())
    assert bench.tables().run["complete"]
    # The run's folder is whole: a cell can be run again from it, and its locks are those that were used.
    for digest in bench.tables().artifacts.sha256.dropna():
        assert (bench.newest() / "objects" / digest[:2] / digest).exists()
    assert {path.stem for path in (bench.newest() / "locks").iterdir()} == {OLD, NEW}


def test_workers_that_are_killed_again_and_again_change_nothing(bench: Bench, cluster: Cluster) -> None:
    bench.write_slow(4, 0.1)
    bench.run()
    expected = facts(bench.tables())
    for _ in range(2):
        cluster.add()
    process = bench.start("--scheduler", cluster.address)
    lines = [3, 12, 20, 26, 34]  # of the journal: in each part of the run
    for number, count in enumerate(lines):
        wait_in(bench, 2, count, process)
        cluster.kill_one(number)
    told, _ = process.communicate(timeout=250)
    assert process.returncode == 0, told
    assert facts(bench.tables()) == expected
    assert bench.tables().run["complete"]


@pytest.mark.nightly
def test_a_scheduler_that_is_killed_is_begun_again_and_the_run_resumed(bench: Bench, cluster: Cluster) -> None:
    bench.write_slow(4, 0.1)
    bench.run()
    expected = facts(bench.tables())
    cluster.add()
    process = bench.start("--scheduler", cluster.address)
    wait_in(bench, 2, 10, process)
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 3, told
    assert "start it again, and continue with --resume" in told
    for worker in cluster.workers:
        worker.terminate()
        worker.wait(20)
    cluster.workers = []
    cluster.folder = cluster.folder / "again"
    cluster.folder.mkdir()
    cluster.start()
    cluster.add()
    bench.run("--scheduler", cluster.address, "--resume")
    assert len(sorted(bench.results.iterdir())) == 2
    assert facts(bench.tables()) == expected
    assert bench.tables().run["complete"]


def test_a_model_that_kills_its_workers_is_found_and_told(bench: Bench, cluster: Cluster) -> None:
    (bench.folder / "killer.py").write_text(KILLER)
    bench.write(
        f"\n    - {ALONE}",
        cases="[killer, standard_scaler, logistic_regression]",
        formats="[pickle]",
        files="[killer.py]",
    )
    cluster.add()
    bench.run("--scheduler", cluster.address)
    cells = bench.tables().cells.set_index("case")
    assert cells.status.to_dict() == {"killer": "crash", "standard_scaler": "ok", "logistic_regression": "ok"}
    assert cells.reason["killer"].startswith("ended the whole guest: ")
    assert (cluster.folder / "dask.log").read_text().count("killed by signal 9") > 1  # workers, one after another


def test_what_no_worker_can_have_is_told_and_the_rest_is_done(bench: Bench, cluster: Cluster) -> None:
    foreign = '{name: far, kind: rootfs, platform: linux/arm64, scikit-learn: "1.5.2", python: "3.11"}'
    bench.write(f"\n    - {ALONE}\n    - {foreign}", cases="[standard_scaler]", formats="[pickle]")
    chosen = bench.matrix.read_text().replace('environments: ["*"]', 'kinds: [local, rootfs]\n    environments: ["*"]')
    bench.matrix.write_text(chosen)
    cluster.add("--resources", "linux/arm64=0")
    bench.run("--scheduler", cluster.address)
    rows = bench.tables().environments.set_index("environment")
    assert rows.status.to_dict() == {OLD: "ok", "far": "not-run"}
    assert "no worker of the cluster has linux/arm64" in rows.reason["far"]


def test_a_worker_in_a_folder_of_its_own_with_artifacts_in_a_bucket(
    bench: Bench, undisturbed: Bench, cluster: Cluster, bucket: dict[str, str]
) -> None:
    cluster.add(**bucket, NOXENVDIR=str(bench.folder / "elsewhere"))
    bench.write(f"\n    - {ALONE}")
    bench.run("--scheduler", cluster.address, "--store", f"s3://{buckets.NAME}/run", **bucket)
    expected = {name: told for name, told in facts(undisturbed.tables()).items() if NEW not in name}
    assert facts(bench.tables()) == expected
    assert bench.tables().run["complete"]
