"""A run that is damaged is refused, with the file and what to do, whatever the damage."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from harness.analysis import read_run
from harness.errors import InputError
from harness.store import reading
from tests.report.stored import all_cells, plan_of, tables_of


@pytest.fixture
def run(tmp_path):
    return tables_of(plan_of(), tmp_path, cells=all_cells(plan_of())).path


def refused(run, *words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_run(run)
    assert all(word in str(caught.value) for word in (str(run), *words))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", reading.TABLES)
def test_a_file_that_is_no_table(run, name) -> None:
    path = run / f"{name}.parquet"
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[4:] = b"\xff" * (len(whole) - 12) + whole[-8:]
    for content in (b"", whole[: len(whole) // 2], b"PAR1", bytes(changed)):
        path.write_bytes(content)
        refused(run, path.name, "cannot be read", "take another copy")
    pd.DataFrame({"x": [1]}).to_parquet(path)
    refused(run, path.name, "no column")
    path.unlink()
    path.mkdir()
    refused(run, name)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("cells", "status", 5),
        ("cells", "status", None),
        ("cells", "status", "fine"),
        ("cells", "case", None),
        ("cells", "format", 3),
        ("cells", "findings", "labels"),
        ("cells", "max_abs_diff", "abc"),
        ("cells", "reason", b"\xff"),
        ("artifacts", "status", "drift"),
        ("artifacts", "manifest", "{"),
        ("artifacts", "manifest", "[1]"),
        ("artifacts", "manifest", "[" * 100_000),
        ("environments", "packages", "[1]"),
        ("environments", "packages", "{"),
    ],
)
def test_a_column_that_holds_something_else(run, name, column, value) -> None:
    path = run / f"{name}.parquet"
    table = pd.read_parquet(path)
    table[column] = pd.Series([value] * len(table), dtype=object)
    table.to_parquet(path)
    refused(run, path.name, column, "take another copy")


def test_a_column_that_is_missing_is_null(run) -> None:
    path = run / "cells.parquet"
    pd.read_parquet(path).drop(columns=["reason", "findings", "max_abs_diff"]).to_parquet(path)
    cells = read_run(run).cells
    assert cells["reason"].isna().all() and cells["max_abs_diff"].isna().all() and not any(map(len, cells["findings"]))


@pytest.mark.parametrize("key", ["run_id", "profile", "started"])
@pytest.mark.parametrize("value", [None, [5]])
def test_a_run_that_does_not_say_what_it_is(run, key, value) -> None:
    stored = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**stored, key: value}))
    refused(run, "run.json", key, "take another copy")
