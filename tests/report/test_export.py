"""What other tools are given, read by the tools themselves."""

from __future__ import annotations

import csv
import io
import json
import os
import statistics
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from harness import cli
from harness.report import export
from harness.errors import InputError

HOST = {
    "python": "3.11.9", "platform": "Linux-6.1.0-x86_64", "machine": "x86_64", "processors": 2,
    "cpu": "Some CPU", "memory_bytes": 8 << 30, "fingerprint": "a" * 16,
}  # fmt: skip
READERS = (("joblib", "joblib"), ("joblib", "joblib-mmap"), ("pickle", "pickle"))


def cell(fmt: str, reader: str) -> str:
    return f"old/knn/{fmt}>new/{reader}"


def cells() -> pd.DataFrame:
    side = {"python": "3.12.4", "sklearn": "1.5.2", "numpy": "2.1.3", "arch": "amd64", "emulated": False}
    return pd.DataFrame(
        {
            "run_id": "r", "cell_id": cell(fmt, reader), "producer": "old", "consumer": "new", "case": "knn",
            "format": fmt, "reader": reader, "status": "ok", "parity": "identical", "size_bytes": 1000,
            "findings": [], "load_rounds": None, **{f"{one}_{key}": value for one in ("producer", "consumer")
                                                    for key, value in side.items()},
        }
        for fmt, reader in READERS
    )  # fmt: skip


def measured(scale: float = 1.0) -> SimpleNamespace:
    """A run with figures: one sample has two values, one has none; one figure is in bytes, one was not measured."""
    figures, samples = [], []
    for fmt, reader in READERS:
        name = cell(fmt, reader)
        facts = {"run_id": "r", "cell_id": name, "stable": True, "reason": None}
        figures += [
            {**facts, "figure": "load_seconds", "unit": "s", "rounds": 3, "median": 2e-3 * scale},
            {**facts, "figure": "load_private_bytes", "unit": "B", "rounds": 3, "median": 4096.0},
            {**facts, "figure": "cold_start_seconds", "unit": "s", "rounds": 0, "median": None, "stable": None},
        ]
        for child, values in enumerate(([1e-3], [2e-3, 8e-3, 2e-3], [3e-3], [], None)):
            values = values and [value * scale for value in values]
            samples.append({"run_id": "r", "cell_id": name, "figure": "load_seconds", "child": child, "values": values})
        samples.append({"run_id": "r", "cell_id": name, "figure": "load_private_bytes", "child": 9, "values": [4096.0]})
    return SimpleNamespace(
        path="results/r",
        run={"run_id": "r", "started": "2026-11-03T20:00:00+00:00", "host": HOST},
        environments=pd.DataFrame({"environment": ["old", "new"], "cpu": ["A", "B"]}),
        artifacts=pd.DataFrame({"artifact_id": ["old/knn/joblib"], "size_bytes": [1000]}),
        cells=cells(),
        figures=pd.DataFrame(figures),
        samples=pd.DataFrame(samples),
    )


def benchmarks(scale: float = 1.0) -> dict:
    return json.loads(export.export(measured(scale), "pytest-benchmark"))


def test_one_benchmark_for_each_cell_and_figure_in_seconds() -> None:
    data = benchmarks()
    assert len(data["benchmarks"]) == 3
    first = data["benchmarks"][0]
    assert {one["group"] for one in data["benchmarks"]} == {"knn load_seconds"}
    assert first["name"] == "load_seconds[old>new-joblib-joblib]"
    assert first["fullname"] == "knn::load_seconds[old>new-joblib-joblib]"
    assert first["params"] == {
        "case": "knn",
        "producer": "old",
        "consumer": "new",
        "format": "joblib",
        "reader": "joblib",
    }
    stats = first["stats"]
    assert stats["data"] == [1e-3, 2e-3, 3e-3]  # the median of each sample
    assert (stats["min"], stats["max"], stats["median"], stats["rounds"]) == (1e-3, 3e-3, 2e-3, 3)
    assert stats["stddev"] == pytest.approx(statistics.stdev(stats["data"]))
    assert stats["ops"] == pytest.approx(500)


def test_bytes_are_no_seconds_and_are_beside_them() -> None:
    for one in benchmarks()["benchmarks"]:
        extra = one["extra_info"]
        assert (extra["size_bytes"], extra["load_private_bytes"], extra["status"]) == (1000, 4096, "ok")
        assert (extra["consumer_python"], extra["consumer_cpu"], extra["stable"]) == ("3.12.4", "B", True)


def keys(data: object) -> object:
    return {key: keys(value) for key, value in data.items()} if isinstance(data, dict) else None


def test_it_has_every_key_that_pytest_benchmark_writes(tmp_path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(benchmark):\n    benchmark.pedantic(int, rounds=3)\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--benchmark-json=out.json",
        "test_it.py",
    ]
    # It is no process of these tests' own pytest, in which pytest-benchmark would measure nothing.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    subprocess.run(command, cwd=tmp_path, env=alone, check=True, capture_output=True)
    theirs, ours = json.loads((tmp_path / "out.json").read_text()), benchmarks()
    assert keys(theirs).keys() == ours.keys()
    assert theirs["machine_info"].keys() == ours["machine_info"].keys()
    assert theirs["commit_info"].keys() == ours["commit_info"].keys()
    assert theirs["benchmarks"][0].keys() == ours["benchmarks"][0].keys()
    assert theirs["benchmarks"][0]["stats"].keys() == ours["benchmarks"][0]["stats"].keys()
    assert theirs["benchmarks"][0]["options"].keys() >= ours["benchmarks"][0]["options"].keys()


def test_the_real_command_compares_two_runs(tmp_path) -> None:
    for name, scale in (("base", 1.0), ("new", 3.0)):
        (tmp_path / f"{name}.json").write_text(export.export(measured(scale), "pytest-benchmark"))
    command = [
        sys.executable,
        "-m",
        "pytest_benchmark",
        "--storage",
        str(tmp_path / "store"),
        "compare",
        "--csv=out.csv",
    ]
    done = subprocess.run([*command, "base.json", "new.json"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "benchmark 'knn load_seconds': 6 tests" in done.stdout
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    medians = sorted(float(row["median"]) for row in rows if row["param:reader"] == "pickle")
    assert medians == pytest.approx([2e-3, 6e-3])


def test_what_github_action_benchmark_reads_is_there() -> None:
    """Its ``extractPytestResult``: fullname, stats.ops, stats.stddev, stats.mean, stats.rounds."""
    found = benchmarks()["benchmarks"]
    assert len({one["fullname"] for one in found}) == len(found)
    for one in found:
        assert all(isinstance(one["stats"][name], int | float) for name in ("ops", "stddev", "mean", "rounds"))


@pytest.mark.parametrize("lacking", ["rows", "seconds"])
def test_a_run_without_measurements_is_told(lacking) -> None:
    run = measured()
    if lacking == "rows":
        run.figures, run.samples = run.figures.iloc[:0], run.samples.iloc[:0]
    else:
        run.figures = run.figures[run.figures["unit"] == "B"]
    with pytest.raises(InputError, match="results/r: nothing was measured .*profile that measures"):
        export.export(run, "pytest-benchmark")


def test_unknown_words_are_told() -> None:
    with pytest.raises(InputError, match="cannot export to xml; there are csv, json, pytest-benchmark"):
        export.export(measured(), "xml")
    with pytest.raises(InputError, match="no table cell; there are cells, artifacts"):
        export.export(measured(), "csv", "cell")


def test_tables_keep_whole_numbers_and_lists() -> None:
    (first, *_) = csv.DictReader(io.StringIO(export.export(measured(), "csv")))
    assert (first["size_bytes"], first["findings"], first["load_rounds"]) == ("1000", "[]", "")
    (first, *_) = csv.DictReader(io.StringIO(export.export(measured(), "csv", "samples")))
    assert first["values"] == "[0.001]"
    assert json.loads(export.export(measured(), "json"))[0]["cell_id"] == cell("joblib", "joblib")


def test_a_file_takes_the_place_of_standard_output(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("harness.store.find_run", lambda *_: tmp_path)
    monkeypatch.setattr("harness.analysis.read_run", lambda _: measured())
    for more in ([], ["--output", str(tmp_path / "deep" / "out.csv")]):
        cli.app(["export", *more], standalone_mode=False)
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "deep" / "out.csv").read_text()
    assert printed.startswith("run_id,cell_id,")


def test_no_text_of_a_csv_is_a_formula_and_numbers_stay_numbers() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "fine - and = fine", None]
    table = pd.DataFrame({"reason": texts, "status": "ok", "max_abs_diff": -1.5, "findings": [["=x"]] * len(texts)})
    run = SimpleNamespace(cells=table)
    rows = list(csv.DictReader(io.StringIO(export.export(run, "csv"))))
    assert [row["reason"] for row in rows] == [*(f"'{text}" for text in texts[:5]), texts[5], ""]
    assert {(row["max_abs_diff"], row["findings"]) for row in rows} == {("-1.5", '["=x"]')}
    assert json.loads(export.export(run, "json"))[0]["reason"] == "=1+1"
