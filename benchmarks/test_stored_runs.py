"""From a journal to tables, and from tables to what people read: a run of some ten thousand cells."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from harness import analysis
from harness.analysis import compare, history
from harness import store
from harness.analysis import summary
from harness.report import markdown
from harness.store.journal import Journal

from .conftest import write_tables


def test_reading_a_journal(plan, folder, tmp_path, benchmark) -> None:
    copy = tmp_path / "journal.jsonl"  # the run's own has its writer
    copy.write_bytes((folder.path / "journal.jsonl").read_bytes())

    def read() -> int:
        journal = Journal(copy)
        journal.close()
        return journal.cell_count

    assert benchmark(read) == plan.cell_count
    benchmark.extra_info["cells"] = plan.cell_count


def test_writing_tables(plan, folder, benchmark) -> None:
    benchmark.extra_info["cells"] = plan.cell_count
    benchmark(write_tables, plan, folder)
    assert len(analysis.read_run(folder.path).cells) == plan.cell_count


def test_summary_of_a_run(folder, benchmark) -> None:
    run = analysis.read_run(folder.path)
    assert "load-error" in benchmark(lambda: markdown.render(summary.summarize(run)))


def test_compare_of_two_runs(folder, benchmark) -> None:
    run = analysis.read_run(folder.path)
    found = benchmark(compare.compare, run, dataclasses.replace(run, cells=run.cells[::-1]))
    assert not any(found.counts.values())


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Thirty runs of two hundred measured cells; half of them load slower since the twentieth."""
    results = tmp_path_factory.mktemp("nights")
    cells = [f"old/case_{place}/joblib>new/joblib" for place in range(200)]
    random = np.random.default_rng(0)
    for night in range(30):
        started = dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(days=night)
        path = results / f"{started:%Y%m%dT%H%M%SZ}-nightly-{night:04}"
        path.mkdir()
        run = {
            "run_id": path.name, "profile": "nightly", "started": started.isoformat(), "complete": True,
            "schema_version": store.SCHEMA_VERSION, "host": {"fingerprint": "a" * 16},
        }  # fmt: skip
        (path / "run.json").write_text(json.dumps(run))
        packages = json.dumps({"joblib": "1.5.0" if night >= 20 else "1.4.2"})
        environments = {"environment": ["old", "new"], "python": "3.12.4", "packages": packages}
        seconds = 1e-3 * np.exp(0.05 * random.standard_normal(len(cells)))
        seconds[::2] *= 1.3 if night >= 20 else 1.0
        figures = {"cell_id": cells, "figure": "load_seconds", "rounds": 5, "median": seconds}
        stored = {"cell_id": cells, "artifact_id": [cell.partition(">")[0] for cell in cells], "status": "ok"}
        pd.DataFrame(environments).to_parquet(path / "environments.parquet")
        pd.DataFrame({**stored, "size_bytes": 1000, "consumer_emulated": False}).to_parquet(path / "cells.parquet")
        pd.DataFrame(figures).to_parquet(path / "figures.parquet")
    return results


def test_history_of_thirty_runs(nights, benchmark) -> None:
    found = benchmark(history.read_history, nights)
    assert len(found.changes) >= 95
