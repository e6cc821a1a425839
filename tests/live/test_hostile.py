"""Models that do harm, in real environments: each gets the status it deserves, and every other cell is unharmed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import ROOT, Bench, at_night

CASES = Path(__file__).with_name("hostile.py")
MATRIX = """
schema: 1
environments:
  as_of: release
  packages: [cloudpickle, pandas]
  include:
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: sk1.5-py3.12-np2.1-amd64}
    - {scikit-learn: "1.9.1", python: "3.13", numpy: "2.5", name: sk1.9-py3.13-np2.5-amd64}
cases: {files: [hostile.py]}
limits: {seconds: 2, memory: 256 MiB, fit_seconds: 60}
profiles:
  default: {environments: ["*"], cases: ["family:hostile"], formats: [FORMAT]}
"""
ROWS = 2 * 2  # producers, consumers

#: What is not ok, and the words its reason must have.
EXPECTED = {
    "raises": ("load-error", "ValueError: not today"),
    "raises_in_predict": ("predict-error", "ValueError: not today"),
    "raises_unspeakable": ("load-error", "while writing the message"),
    "exits_by_exception": ("load-error", "SystemExit"),
    "recurses": ("load-error", "RecursionError"),
    "segfaults": ("crash", "SIGSEGV, while loading"),
    "segfaults_in_predict": ("crash", "SIGSEGV, while predicting"),
    "overflows_in_c": ("crash", "killed by"),
    "exits": ("crash", "code 0 without answering, while loading"),
    "exits_in_predict": ("crash", "code 0 without answering, while predicting"),
    "aborts": ("crash", "SIGABRT"),
    "replaces_the_program": ("crash", "code 0"),
    "kills_parent": ("crash", "SIGKILL"),
    "kills_parents_group": ("crash", "SIGKILL"),
    "leaves_a_sleeper_and_kills_parent": ("crash", "SIGKILL"),
    "hangs": ("timeout", "loading"),
    "hangs_holding_the_lock": ("timeout", "predicting"),
    "stops_itself": ("timeout", "loading"),
    "escapes_and_hangs": ("timeout", "loading"),
    "floods_every_descriptor": ("timeout", "loading"),
    "eats_memory": ("oom", ""),
    "eats_memory_in_numpy": ("oom", ""),
}
#: Which limit they meet first depends on the Python and on the machine; none of them is ok.
ONE_OF = {
    "recurses_deeply": {"load-error", "crash", "oom", "timeout"},
    "fills_stderr_without_end": {"load-error", "timeout"},
    "poisons_numpy": {"ok", "predict-error"},  # what it replaced is needed to make the rows of another form
}


@pytest.fixture(scope="module", params=["pickle", *at_night("joblib/joblib")])
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, workspace: Path
) -> Iterator[Bench]:
    """One run with all of them."""
    bench = Bench(tmp_path_factory.mktemp("hostile"), workspace)
    shutil.copy(CASES, bench.folder)
    bench.matrix.write_text(MATRIX.replace("FORMAT", request.param))
    words = bench.command("run", "--matrix", str(bench.matrix), "--results", str(bench.results))
    done = subprocess.run(words, env=bench.variables, cwd=ROOT, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout + done.stderr
    yield bench
    bench.none_alive()


def names() -> list[str]:
    lines = CASES.read_text().splitlines()
    return [line.partition("(")[0].removeprefix("def case_") for line in lines if line.startswith("def case_")]


@pytest.mark.timeout(1100)
@pytest.mark.parametrize("name", names())
def test_each_gets_the_status_it_deserves(hostile: Bench, name: str) -> None:
    cells = hostile.tables().cells
    mine = cells[cells["case"] == name]
    assert len(mine) == ROWS
    text = mine[["status", "reason", "parity"]].to_string()
    if name in ONE_OF:
        assert set(mine.status) <= ONE_OF[name], text
        return
    status, words = EXPECTED.get(name, ("ok", None))
    assert set(mine.status) == {status}, text
    if words is None:
        assert set(mine.parity) <= {"identical", "close"}, text  # other releases round other rows in another way
        assert set(mine.parity[mine.producer == mine.consumer]) == {"identical"}, text
    else:
        assert all(words in reason for reason in mine.reason), text


@pytest.mark.timeout(1100)
def test_no_cell_is_missing(hostile: Bench) -> None:
    tables = hostile.tables()
    assert len(tables.cells) == len(set(tables.cells.cell_id)) == ROWS * len(names())
    assert set(tables.artifacts.status) == {"ok"}
    assert set(tables.environments.status) == {"ok"}


@pytest.mark.timeout(1100)
def test_no_process_is_left(hostile: Bench) -> None:
    hostile.none_alive()


@pytest.mark.timeout(1100)
def test_the_logs_keep_the_ends_of_what_was_printed_without_end(hostile: Bench) -> None:
    logs = sorted((hostile.newest() / "logs").glob("*.log"))
    assert len(logs) == 2
    for log in logs:
        assert log.stat().st_size < 20e6
        assert b"and at the end" in log.read_bytes()


def test_what_is_expected_is_there() -> None:
    assert (EXPECTED.keys() | ONE_OF.keys()) <= set(names())
