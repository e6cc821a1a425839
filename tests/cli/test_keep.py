"""The run that the repository keeps: whole for whoever reads it, and nothing of the machine that made it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import pytest

from harness import analysis
from harness import files, store
from harness.cli.keep import keep_in
from harness.errors import InputError
from harness.analysis.history.past_runs import stored_runs
from harness.machine import tools

from tests.report.stored import all_cells, cell, plan_of, tables_of

PLACES = [tools.ROOT, tools.workspace(), Path.home() / ".pyenv", Path(tempfile.gettempdir())]


@pytest.fixture
def plan():
    return plan_of()


@pytest.fixture
def stored(plan, tmp_path):
    told = "; ".join(f"No module at {place}/lib/python3.12/x.py" for place in PLACES)
    warned = [{"category": "UserWarning", "message": told}]
    fails = cell("new/one/pickle>old/pickle", "load-error", reason=told, error_message=told, warnings=warned)
    return tables_of(plan, tmp_path / "results", cells=all_cells(plan, [fails]))


def test_what_is_kept_reads_like_the_run_itself(stored) -> None:
    pictures = ("report.png", "matrix.png")
    for name in pictures:
        files.replace_text(stored.path.parent / "reference" / name, f"{name} of the README")
    files.replace_text(stored.path.parent / "reference/cells.parquet", "of the one before")
    kept = keep_in(stored.path.parent, stored.path)
    assert kept == stored.path.parent / "reference"
    assert [(kept / name).read_text() for name in pictures] == [f"{name} of the README" for name in pictures]
    found = analysis.read_run(kept)
    assert found.run == stored.run
    volatile = ["reason", "error_message", "warnings"]
    for name in store.TABLES:
        was, now = (getattr(run, name).drop(columns=volatile, errors="ignore") for run in (stored, found))
        pd.testing.assert_frame_equal(was, now)
    assert {path.name for path in kept.iterdir()} == {
        "run.json", "SUMMARY.md", *pictures, "locks", "logs", "report", *(f"{name}.parquet" for name in store.TABLES)
    }  # fmt: skip


def test_a_run_can_be_kept_beside_the_reference_and_answers_with_it(stored) -> None:
    results = stored.path.parent
    first, second = keep_in(results, stored.path), keep_in(results, stored.path, beside="parameters")
    assert second == results / "reference-parameters" and not (second / "report").exists()
    assert store.runs(results) == [stored.path]
    assert store.sources(results)[-2:] == store.every(results)[-2:] == [first, second]
    assert store.find_run(results, "reference") == first
    assert store.find_run(results, "reference-parameters") == second


def test_no_folder_of_the_machine_is_kept(stored) -> None:
    kept = keep_in(stored.path.parent, stored.path)
    row = analysis.read_run(kept).cells.set_index("cell_id").loc["new/one/pickle>old/pickle"]
    for text in (
        row.reason,
        row.error_message,
        row.warnings[0]["message"],
        (kept / "SUMMARY.md").read_text(),
        (kept / "report/index.html").read_text(),
    ):
        assert "lib/python3.12/x.py" in text
        for place in PLACES:
            assert str(place) not in text


def test_a_run_that_is_not_sound_is_not_kept(plan, tmp_path) -> None:
    cut = tables_of(plan, tmp_path, cells=[], environments=("old",))
    with pytest.raises(InputError, match="not sound, and is not kept"):
        keep_in(tmp_path, cut.path)
    assert not (tmp_path / "reference").exists()


def test_it_counts_where_there_is_no_other_run_and_in_no_history(stored) -> None:
    results = stored.path.parent
    kept = keep_in(results, stored.path)
    assert store.find_run(results, None) == stored.path
    assert store.find_run(results, "reference") == kept
    assert store.runs(results) == [stored.path]
    assert [run.name for side in stored_runs(str(results)) for run in side] == [stored.path.name]
    stored.path.rename(results.parent / "elsewhere")
    assert store.find_run(results, None) == kept
    with pytest.raises(InputError, match="no run 2026 is stored there"):
        store.find_run(results, "2026")
    assert keep_in(results, kept) == kept  # again, from itself
