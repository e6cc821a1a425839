"""A kit of a real run, under another environment's Python, and its facts merged."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pandas as pd

from harness import analysis
from harness.environments import local
from harness.environments.lock import Lock
from harness.store import read_run
from tests.conftest import environment, python_of

from .conftest import NEW, OLD, Bench

#: What tells of one process and of its pace; tracebacks tell of folders.
_APART = {"cell_id", "consumer", "run_id", "load_seconds", "first_load_seconds", "predict_seconds", "traceback"}


def kit_rows(tables, consumer: str) -> pd.DataFrame:
    cells = tables.cells[tables.cells["consumer"] == consumer]
    return cells.drop(columns=[*_APART]).sort_values(["artifact_id", "reader"]).reset_index(drop=True)


def python_in(run: Path, name: str) -> Path:
    """The Python of an environment of a run. There may be others of its name, with other packages."""
    minor = read_run(run).environments.set_index("environment").loc[name, "python"].rpartition(".")[0]
    lock = Lock(text=(run / "locks" / f"{name}.txt").read_text())
    return local.folder(environment(name, python=minor), lock) / "bin/python"


def ran(python: Path, kit: Path, output: str, *words: str) -> Path:
    """The facts that a kit writes, in a folder where nothing of the project is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [python, "-I", kit, "--output", output, *words]
    done = subprocess.run(
        command, cwd=kit.parent, env=environment, capture_output=True, text=True, timeout=200, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return kit.parent / output


def test_the_rows_of_a_kit_are_those_that_the_run_measured(bench: Bench, workspace, tmp_path, monkeypatch) -> None:
    cases = "[logistic_regression, random_forest_classifier, function_transformer_lambda]"
    bench.write(cases=cases, formats="[pickle, joblib, cloudpickle/cloudpickle]")
    bench.run()
    run = bench.newest()
    away = tmp_path / "away"
    away.mkdir()
    bench.call("kit", str(run), "--output", str(away / "kit.pyz"))
    monkeypatch.setenv("NOXENVDIR", str(workspace))
    facts = [ran(python_in(run, name), away / "kit.pyz", f"{name}.json", "--yes") for name in (OLD, NEW)]
    bench.call("merge", str(run), str(facts[0]), "--name", "old-pod")
    once = bench.newest()
    out = bench.call("merge", str(once), str(facts[1])).stdout
    assert "kit-sk1.5.2-py3.12-linux (one process, no isolation): " in out
    merged, before = analysis.read_run(bench.newest()), analysis.read_run(run)
    for kit, measured in (("old-pod", OLD), ("kit-sk1.5.2-py3.12-linux", NEW)):
        found, wanted = kit_rows(merged, kit), kit_rows(before, measured)
        wanted = wanted[wanted["status"] != "no-artifact"].reset_index(drop=True)
        assert len(wanted) > 10
        assert {"load-error", "ok"} <= {*wanted["status"]}
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    of_run = merged.cells[merged.cells["consumer"].isin([OLD, NEW])].drop(columns="run_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(of_run, before.cells.drop(columns="run_id"), check_dtype=False)
    environments = merged.environments.set_index("environment")
    assert environments.loc["old-pod", "reason"] == "one process, no isolation"
    assert "old-pod is of a kit: one process, no isolation" in (merged.path / "SUMMARY.md").read_text().replace(
        "\\", ""
    )
    words = ("RandomForestClassifier", "--from", "1.2", "--to", "1.5", "--run", str(merged.path))
    assert "kit-sk1.5.2-py3.12-linux: one process, no isolation" in bench.call("ask", *words).stdout
    assert "merged into" in bench.call("merge", str(merged.path), str(facts[0]), code=2).stderr


def test_a_users_own_file_goes_there_and_back(bench: Bench, workspace: Path, tmp_path: Path) -> None:
    bench.run()
    write = "import pickle, sys, numpy; from sklearn.linear_model import Ridge; "
    write += "rows = numpy.arange(60.0).reshape(20, 3) % 7; "
    write += "pickle.dump(Ridge().fit(rows, rows[:, 0]), open(sys.argv[1], 'wb'))"
    model = tmp_path / "own.pkl"
    subprocess.run([python_of(workspace, OLD), "-I", "-c", write, model], check=True)
    kit = tmp_path / "own.pyz"
    bench.call("kit", str(model), "--output", str(kit))
    digests = ran(python_of(workspace, OLD), kit, "digests.json", "--yes")
    whole = ran(python_of(workspace, NEW), kit, "whole.json", "--yes", "--include-data")
    assert '"npy"' not in digests.read_text()
    run = next((workspace / ".harness/checks").glob(json.loads(whole.read_text())["run_id"]))
    bench.call("merge", run.name, str(digests), str(whole), "--output", str(tmp_path / "merged"))
    cells = analysis.read_run(next((tmp_path / "merged").glob("2*"))).cells.set_index("consumer")
    assert cells.loc["kit-sk1.2.2-py3.11-linux", "parity"] == "identical"  # which digests tell
    assert cells.loc["kit-sk1.5.2-py3.12-linux", "status"] == "ok"
    assert cells.loc["kit-sk1.5.2-py3.12-linux", "version_warning"]
