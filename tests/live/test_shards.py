"""A run split into jobs as the nightly workflow splits it: each with a folder of its own, merged, and the same in the end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from harness.analysis.signatures import alike
from harness.store import RunTables, read_run

from tests.live.conftest import BOTH, NEW, OLD, ROOT, Bench

BETWEEN = "sk1.5-py3.12-np1.26-amd64"
THREE = BOTH + f'    - {{scikit-learn: "1.5.2", python: "3.12", numpy: "1.26", name: {BETWEEN}}}\n'
#: What differs from run to run of one and the same plan; even sizes do, of functions by value: their code repeats the
#: name of its file where it comes from the cache, and does not where it was compiled just then.
VOLATILE = {"run_id", "sha256", "size_bytes", "manifest", "traceback", "how_built", "seconds"}


def nox(bench: Bench, results: Path, *words: str, sessions: list[str] | None = None) -> str:
    """Nox as the workflow starts it, on a machine whose runs lie in ``results``."""
    variables = {**bench.variables, "NOX_SCRIPT_MODE": "none", "HARNESS_MATRIX": str(bench.matrix)}
    if sessions is not None:
        variables["NOXSESSION"] = ",".join(sessions)
        words = ("--", "--results", str(results), *words)
    done = subprocess.run(
        [sys.executable, "-m", "nox", *words], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def jobs(bench: Bench) -> dict[str, list[dict]]:
    listed = bench.folder / "sessions.json"
    listed.write_text(nox(bench, bench.results, "-l", "--json"))
    output = bench.call("shards", "--matrix", str(bench.matrix), "--sessions", str(listed)).stdout
    return json.loads(output)


def merged(bench: Bench, output: Path, *folders: Path, code: int = 0) -> Path:
    words = [str(folder) for folder in folders]
    bench.call("merge", "--matrix", str(bench.matrix), "--output", str(output), *words, code=code)
    (path,) = output.iterdir()
    return path


def ran(bench: Bench, base: Path, job: dict, where: Path) -> Path:
    """One job: the run so far is carried to its machine, gone on with there, and carried back."""
    shutil.copytree(base, where / base.name)
    nox(bench, where, "--run", base.name, sessions=job["sessions"])
    return where / base.name


def same(tables: RunTables, name: str) -> pd.DataFrame:
    table = getattr(tables, name)
    kept = table[[column for column in table if column not in VOLATILE and not column.endswith("_seconds")]]
    rows = kept.assign(reason=[alike(text) for text in kept.reason])
    if "error_message" in rows:
        rows["error_message"] = [alike(text) for text in rows.error_message]
    return rows


@pytest.fixture
def unsplit(bench: Bench) -> RunTables:
    bench.write(include=THREE)
    bench.run()
    return bench.tables()


@pytest.mark.nightly
def test_three_shards_merged_are_the_unsplit_run_cell_by_cell(bench: Bench, unsplit: RunTables, tmp_path) -> None:
    found = jobs(bench)
    assert [job["name"] for job in found["dump"]] == [OLD, NEW, BETWEEN]
    name = bench.call("new", "--matrix", str(bench.matrix), "--results", str(tmp_path / "begun")).stdout.strip()
    base = tmp_path / "begun" / name
    dumped = [ran(bench, base, job, tmp_path / f"dump-{i}") for i, job in enumerate(found["dump"])]
    between = merged(bench, tmp_path / "between", base, *dumped)
    loaded = [ran(bench, between, job, tmp_path / f"load-{i}") for i, job in enumerate(found["load"])]
    for path in loaded:
        shutil.rmtree(path / "objects")  # as the workflow does: they are merged already
    # One shard is killed while it writes, and one is lost: the rows are there, and say so.
    final = read_run(merged(bench, tmp_path / "final", between, *loaded))
    for table in ("environments", "artifacts", "cells"):
        pd.testing.assert_frame_equal(same(final, table), same(unsplit, table))
    assert final.run["complete"]
    bench.call("verify", str(final.path))

    journal = loaded[1] / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-30])
    broken = merged(bench, tmp_path / "broken", between, *loaded[1:])
    cells = read_run(broken).cells.set_index("cell_id")
    lost = cells[cells.status == "not-run"]
    assert {*lost.consumer} == {OLD, NEW}
    assert len(lost[lost.consumer == NEW]) == 1
    assert lost[lost.consumer == OLD].reason.str.contains(f"no shard brought all of {OLD}").all()
    assert "This run is not complete" in (broken / "SUMMARY.md").read_text()
    output = bench.call("verify", str(broken), code=1).stderr
    assert "This run is not complete" in output
    gate = bench.call("compare", str(unsplit.path), str(broken), "--fail-on", "status", code=1)
    assert "crossed" in gate.stderr


def test_a_broken_environment_is_a_red_night(bench: Bench) -> None:
    bench.write(
        include=THREE.replace('python: "3.11"', 'python: "3.99"'), cases="[standard_scaler]", formats="[pickle]"
    )
    bench.run()
    page = (bench.newest() / "SUMMARY.md").read_text()
    assert page.index("✗ This run is not sound") < page.index("##")
    assert f"1 of 3 environments are missing: {OLD}" in page
    output = bench.call("verify", "--results", str(bench.results), code=1).stderr
    assert OLD in output
    bench.call("verify", "--results", str(bench.results), "--may-fail", "sk1.2-*")


def test_one_cell_is_made_again_with_the_packages_of_its_run(stored: Bench) -> None:
    first = stored.newest()
    cell = f"{NEW}/logistic_regression/pickle>{OLD}/pickle"
    was = stored.tables().cells.set_index("cell_id").loc[cell]
    stored.run("--only", cell, "--locks", first.name)
    assert stored.newest() == first  # it is no run of the profile
    again = read_run(next((stored.results / "cells").glob("*/run.json")).parent)
    assert {*again.cells.case} == {"logistic_regression"} and len(again.cells) == 4
    row = again.cells.set_index("cell_id").loc[cell]
    assert (row.status, row.error_type) == (was.status, was.error_type)
    output = stored.run("--only", cell.replace("logistic", "logistics"), code=2).stderr
    assert 'no case "logistics_regression"; perhaps "logistic_regression"' in output
    assert os.environ.get("HARNESS_MATRIX") is None
