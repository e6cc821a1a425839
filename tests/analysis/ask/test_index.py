"""The index beside a run's tables: it says what the tables say, is made anew when they change, and is never needed."""

from __future__ import annotations

import math
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from harness.analysis import read_run
from harness.analysis.ask import ask
from harness.analysis.ask import index as indexes
from harness.analysis.ask.index import NAME, Index
from harness.analysis.verdicts import SAFE, Verdict, worst
from harness.terms import CELL_STATUSES, Parity
from tests.analysis.compare.common import artifact, environment, run_of
from tests.report.stored import all_cells, cell, plan_of, tables_of

DRIFT = cell("old/one/pickle>new/pickle", "drift", reason="1 of 40 labels differ", findings=["labels"])
BREAKS = cell("old/one/pickle>new/pickle", "load-error", reason="ValueError: no", error_type="ValueError")


@pytest.fixture
def run(tmp_path):
    return tables_of(plan_of(), tmp_path / "results", cells=all_cells(plan_of(), [DRIFT])).path


def answer(index: Index):
    return ask([index], "one", producers=["1.4"], consumers=["1.5"])


def test_it_says_what_the_tables_say(run) -> None:
    tables = read_run(run)
    index = Index.from_run(run)
    assert answer(index) == answer(Index.from_tables(tables))
    cases, environments = tables.cells["case"].unique(), tables.environments["environment"]
    rows = list(index.cells(cases, environments, environments))
    assert [row.id for row in rows] == list(tables.cells["cell_id"])
    for name in ("status", "meaning", "also_at_home", "version_warning"):
        assert [getattr(row, name) for row in rows] == list(tables.cells[name])


def test_it_is_kept_and_used_as_it_is(run, monkeypatch) -> None:
    first = answer(Index.from_run(run))
    assert (run / NAME).is_file()
    monkeypatch.setattr("harness.analysis.read_run", lambda path: pytest.fail("the tables were read again"))
    assert answer(Index.from_run(run)) == first


def test_other_tables_make_another_index(run, tmp_path) -> None:
    assert answer(Index.from_run(run)).verdict == "changes predictions"
    other = tables_of(plan_of(), tmp_path / "other", cells=all_cells(plan_of(), [BREAKS])).path
    (other / "cells.parquet").replace(run / "cells.parquet")
    assert answer(Index.from_run(run)).verdict == "breaks"


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nothing", b"\0" * 9000])
def test_a_damaged_index_is_made_anew(run, content) -> None:
    first = answer(Index.from_run(run))
    (run / NAME).write_bytes(content)
    assert answer(Index.from_run(run)) == first
    whole = (run / NAME).read_bytes()
    (run / NAME).write_bytes(whole[: len(whole) // 2])
    assert answer(Index.from_run(run)) == first


def test_where_it_cannot_be_kept_the_answer_is_the_same(run) -> None:
    first = answer(Index.from_run(run))
    (run / NAME).unlink()
    (run / NAME).mkdir()  # root may write anywhere; nobody can replace a folder by a file
    assert answer(Index.from_run(run)) == first
    assert [path.name for path in run.iterdir() if path.suffix == ".part"] == []


def test_two_that_make_it_at_once_leave_one_whole(run, monkeypatch) -> None:
    children = [os.fork() for _ in range(3)]
    if 0 in children:
        os._exit(0 if answer(Index.from_run(run)).verdict == "changes predictions" else 1)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    assert [path.name for path in run.glob(f"{NAME}*")] == [NAME]
    monkeypatch.setattr("harness.analysis.read_run", lambda path: pytest.fail("the tables were read again"))
    assert answer(Index.from_run(run)).verdict == "changes predictions"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM cells",
        "DROP TABLE words",
        "UPDATE outcomes SET max_abs_diff = 'abc'",
        "UPDATE facts SET value = '[1]' WHERE name = 'subjects'",
        "UPDATE facts SET value = x'ff'",
        "ALTER TABLE outcomes DROP COLUMN label_mismatch",
        "PRAGMA journal_mode = WAL",
    ],
)
def test_a_database_that_is_not_what_was_written_is_made_anew(run, change) -> None:
    first = answer(Index.from_run(run))
    database = sqlite3.connect(run / NAME)
    database.execute(change)
    database.commit()
    assert answer(Index.from_run(run)) == first
    database.close()


def test_every_bit_of_it_counts(run) -> None:
    first = answer(Index.from_run(run))
    whole = (run / NAME).read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 1):
        (run / NAME).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert answer(Index.from_run(run)) == first
    with (run / NAME).open("wb") as file:
        file.truncate(1 << 40)  # more than any memory holds
    assert answer(Index.from_run(run)) == first


def test_what_another_process_locked_is_read_all_the_same(run, monkeypatch) -> None:
    first = answer(Index.from_run(run))
    monkeypatch.setattr("harness.analysis.read_run", lambda path: pytest.fail("the tables were read again"))
    database = sqlite3.connect(run / NAME)
    database.execute("BEGIN EXCLUSIVE")
    assert answer(Index.from_run(run)) == first
    database.close()


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%41b", "a?mode=rwc&b"])
def test_it_is_used_in_a_folder_of_any_name(run, tmp_path, name, monkeypatch) -> None:
    odd = run.rename(tmp_path / name)
    first = answer(Index.from_run(odd))
    monkeypatch.setattr("harness.analysis.read_run", lambda path: pytest.fail("the tables were read again"))
    assert answer(Index.from_run(odd)) == first
    assert {path.name for path in tmp_path.iterdir()} == {name, "results"}


def test_a_pipe_or_a_link_in_its_place_is_replaced(run, tmp_path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    for make in (os.mkfifo, lambda path: path.symlink_to(other), lambda path: path.symlink_to(tmp_path / "nowhere")):
        make(run / NAME)
        assert answer(Index.from_run(run)).verdict == "changes predictions"
        assert (run / NAME).is_file() and not (run / NAME).is_symlink()
        (run / NAME).unlink()
    assert other.read_text() == "mine" and not (tmp_path / "nowhere").exists()


def test_it_is_made_anew_when_any_code_changes_that_builds_it(run) -> None:
    program = (
        "import sys, pathlib; from harness.analysis import read_run; from harness.analysis.ask.index import Index;"
        "Index.from_tables(read_run(sys.argv[1]));"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.partition('.')[0] == 'harness'), sep='\\n')"
    )
    told = subprocess.run([sys.executable, "-c", program, run], capture_output=True, text=True, check=True).stdout
    package = Path(indexes.__file__).parents[2]
    known = {path for pattern in indexes._CODE for path in package.glob(pattern)}
    front = {*(package / "api").glob("*.py")}  # the package imports it, and it builds nothing
    assert {Path(line) for line in told.splitlines()} <= known | front


CASES = (
    "one",
    "two'",
    'th"ree',
    "four%",
    "five_",
    "[red]x[]",
    "\x1b[31m\0é\U0001f600",
    "; DROP TABLE cells --",
    "éclair",
)
NUMBERS = st.one_of(st.none(), st.floats(min_value=0), st.just(math.nan), st.just(math.inf))
CELLS = st.lists(
    st.fixed_dictionaries(
        {
            "producer": st.sampled_from(["old", "new"]),
            "consumer": st.sampled_from(["old", "new"]),
            "case": st.sampled_from(CASES),
            "format": st.sampled_from(["pickle", "joblib", "onnx", "my'own"]),
            "reader": st.sampled_from(["pickle", "joblib-mmap"]),
            "status": st.sampled_from(sorted(map(str, CELL_STATUSES))),
            "parity": st.sampled_from([None, *map(str, Parity)]),
            "reason": st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=9)),
            "version_warning": st.sampled_from([True, False, None]),
            "max_abs_diff": NUMBERS,
            "label_mismatch": NUMBERS,
        }
    ),
    min_size=1,
    max_size=8,
)


def plain(column: pd.Series) -> list[object]:
    return [None if pd.isna(value) else value for value in column]


def narrow(verdict: Verdict) -> Verdict:
    """The verdict of one case: it is never enough for "safe"."""
    return Verdict.UNSEEN if verdict in SAFE else verdict


def largest(column: pd.Series) -> float | None:
    known = [float(value) for value in column if value is not None and not math.isnan(value)]
    return max(known, default=None)


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(CELLS)
def test_its_answers_are_those_of_the_columns_whatever_they_hold(drawn) -> None:
    rows = [
        dict(row, cell_id=f"{row['producer']}/{row['case']}/{row['format']}>{row['consumer']}/{row['reader']}")
        for row in drawn
    ]
    rows = list({row["cell_id"]: row for row in rows}.values())
    rows = [{**row, "artifact_id": row["cell_id"].partition(">")[0], "family": "linear"} for row in rows]
    wrote = sorted({row["artifact_id"] for row in rows})
    environments = [environment(name, **{"scikit-learn": held}) for name, held in (("old", "1.4.2"), ("new", "1.5.2"))]
    artifacts = [artifact(name) for name in wrote]
    tables = run_of(rows, artifacts=artifacts, environments=environments, started="2026-01-01")
    tables.cells["max_abs_diff"] = [row["max_abs_diff"] for row in rows]  # run_of has no such column
    index, asked = Index.from_tables(tables), rows[0]["case"]
    cells = tables.cells[(tables.cells["case"] == asked) & tables.cells["format"].isin(["pickle", "joblib", "my'own"])]
    cells = cells[(cells["producer"] == "old") & (cells["consumer"] == "new")]
    found = ask([index], asked, producers=["1.4"], consumers=["1.5"])
    assert found.verdict == narrow(worst(plain(cells["verdict"])))
    ways = {(way.format, way.reader): way for pair in found.pairs for way in pair.ways}
    expected = dict(list(cells.groupby(["format", "reader"])))
    assert set(ways) == set(expected)
    for key, way in ways.items():
        group = expected[key]
        assert way.verdict == narrow(worst(plain(group["verdict"])))
        assert way.statuses == Counter(group["status"])
        assert way.at_home == group["also_at_home"].sum()
        assert way.warned == sum(value is True for value in group["version_warning"].astype(object))
        assert way.max_abs_diff == largest(group["max_abs_diff"])
        assert way.label_mismatch == largest(group["label_mismatch"])
        assert (way.reason or None) in [reason or None for reason in plain(group["reason"])]
        assert way.cause in plain(group["cause"])
