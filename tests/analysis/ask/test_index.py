"""The index beside a run's tables: it says what the tables say, is made anew when they change, and is never needed."""

from __future__ import annotations

import os

import pytest

from harness.analysis import read_run
from harness.analysis.ask import ask
from harness.analysis.ask.index import NAME, Index
from tests.report.stored import all_cells, cell, plan_of, tables_of

DRIFT = cell("old/one/pickle>new/pickle", "drift", reason="1 of 40 labels differ", findings=["labels"])
BREAKS = cell("old/one/pickle>new/pickle", "load-error", reason="ValueError: no", error_type="ValueError")


@pytest.fixture
def run(tmp_path):
    return tables_of(plan_of(), tmp_path / "results", cells=all_cells(plan_of(), [DRIFT])).path


def answer(index: Index):
    return ask(index, "one", producers=["1.4"], consumers=["1.5"])


def test_it_says_what_the_tables_say(run) -> None:
    tables = read_run(run)
    index = Index.of_run(run)
    assert answer(index) == answer(Index.of_tables(tables))
    cases, environments = tables.cells["case"].unique(), tables.environments["environment"]
    rows = list(index.cells(cases, environments, environments))
    assert [row.id for row in rows] == list(tables.cells["cell_id"])
    for name in ("status", "meaning", "also_at_home", "version_warning"):
        assert [getattr(row, name) for row in rows] == list(tables.cells[name])


def test_it_is_kept_and_used_as_it_is(run, monkeypatch) -> None:
    first = answer(Index.of_run(run))
    assert (run / NAME).is_file()
    monkeypatch.setattr("harness.analysis.read_run", lambda path: pytest.fail("the tables were read again"))
    assert answer(Index.of_run(run)) == first


def test_other_tables_make_another_index(run, tmp_path) -> None:
    assert answer(Index.of_run(run)).verdict == "changes predictions"
    other = tables_of(plan_of(), tmp_path / "other", cells=all_cells(plan_of(), [BREAKS])).path
    (other / "cells.parquet").replace(run / "cells.parquet")
    assert answer(Index.of_run(run)).verdict == "breaks"


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nothing", b"\0" * 9000])
def test_a_damaged_index_is_made_anew(run, content) -> None:
    first = answer(Index.of_run(run))
    (run / NAME).write_bytes(content)
    assert answer(Index.of_run(run)) == first
    whole = (run / NAME).read_bytes()
    (run / NAME).write_bytes(whole[: len(whole) // 2])
    assert answer(Index.of_run(run)) == first


def test_where_it_cannot_be_kept_the_answer_is_the_same(run) -> None:
    first = answer(Index.of_run(run))
    (run / NAME).unlink()
    (run / NAME).mkdir()  # root may write anywhere; nobody can replace a folder by a file
    assert answer(Index.of_run(run)) == first
    assert [path.name for path in run.iterdir() if path.suffix == ".part"] == []


def test_two_that_make_it_at_once_leave_one_whole(run) -> None:
    children = [os.fork() for _ in range(3)]
    if 0 in children:
        os._exit(0 if answer(Index.of_run(run)).verdict == "changes predictions" else 1)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    assert Index.of_run(run).is_whole()
