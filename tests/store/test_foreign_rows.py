"""Rows and tables that came from elsewhere: what is of another type is found, and a terminal is not commanded."""

from __future__ import annotations

import json
import os

import pytest

from harness.store import SCHEMA_VERSION, rows, stored_runs, tracebacks, write_table
from harness.store.reading import read_run_json, _table
from harness.store.tables import CELLS

SOUND = {"cell_id": "a", "status": "ok", "reason": None}


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (SOUND, None),
        ({**SOUND, "score": None, "max_abs_diff": 1, "compared": ["predict"], "version_warning": True}, None),
        ({**SOUND, "warnings": [{"category": "a", "message": "b"}], "column_of_tomorrow": object()}, None),
        ({**SOUND, "reason": ["a"]}, "reason"),
        ({**SOUND, "max_abs_diff": "much"}, "max_abs_diff"),
        ({**SOUND, "max_abs_diff": True}, "max_abs_diff"),
        ({**SOUND, "compared": "predict"}, "compared"),
        ({**SOUND, "findings": [1]}, "findings"),
        ({**SOUND, "warnings": ["a"]}, "warnings"),
    ],
)
def test_a_value_of_another_type_is_named(row, key) -> None:
    assert rows.wrong_value("cell", row) == key


def test_a_tampered_table_and_run_command_no_terminal(tmp_path) -> None:
    escape = "\x1b[2J"
    row = {
        "cell_id": "a",
        "artifact_id": "a",
        "producer": "p",
        "consumer": "c",
        "case": "x",
        "family": "f",
        "format": "p",
        "reader": "r",
    }
    row |= {
        "status": "ok",
        "reason": f"{escape}gone\n",
        "findings": [escape],
        "warnings": [{"category": "W", "message": escape}],
    }
    write_table(tmp_path / "cells.parquet", CELLS, [row, {**row, "reason": None}])
    (tmp_path / "run.json").write_text(f'{{"schema_version": {SCHEMA_VERSION}, "profile": "\\u001b[2J"}}')
    table = _table(tmp_path / "cells.parquet", "cells")
    assert table["reason"][0] == "\ufffd[2Jgone\n"
    assert table["reason"].isna().tolist() == [False, True]
    assert "\x1b" not in str(table.to_dict("records")).replace("\\x1b", "\x1b")
    assert read_run_json(tmp_path)["profile"] == "\ufffd[2J"


def test_a_damaged_run_is_no_earlier_one_and_answers_nothing(tmp_path) -> None:
    for name, told in (
        ("20200101", {"complete": True}),
        ("20210101", {"complete": True, "profile": "p"}),
        ("20220101", {"complete": True}),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps({"schema_version": SCHEMA_VERSION, **told}))
    assert stored_runs.earlier(tmp_path / "20230101", {"profile": "p"}) == tmp_path / "20210101"
    assert stored_runs.sources(tmp_path) == [tmp_path / "20210101"]


def test_a_pipe_in_place_of_the_tracebacks_is_not_waited_for(tmp_path) -> None:
    (tmp_path / "logs").mkdir()
    os.mkfifo(tmp_path / "logs/tracebacks.jsonl")
    assert list(tracebacks(tmp_path)) == []
