"""A run with too many cells for a page: totals that agree with the tables, and no table in memory."""

from __future__ import annotations

import pytest
from rich.console import Console

from harness import read_run
from harness.analysis import summary, totals
from harness.cli.run_report import RunReport
from harness.errors import InputError

from tests.report.stored import all_cells, cell, plan_of, tables_of


@pytest.fixture
def large(tmp_path, monkeypatch):
    plan = plan_of()
    rows = {
        "old/one/pickle>new/pickle": cell("old/one/pickle>new/pickle", "drift", reason="predict differs"),
        "old/two/pickle>new/pickle": cell("old/two/pickle>new/pickle", "load-error", reason="KeyError: gone"),
    }
    tables = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    monkeypatch.setattr(totals, "MOST_SHOWN", len(tables.cells) - 1)
    return tables


def test_its_totals_are_those_of_its_summary(large) -> None:
    found, whole = totals.count(large.path), summary.summarize(read_run(large.path))
    assert totals.is_large(large.path)
    assert found.statuses == whole.statuses and found.conclusive == whole.conclusive
    for names, pair in whole.pairs.items():
        there = found.pairs[names]
        assert (there.same, there.changed, there.failed) == (pair.ok, pair.drift, pair.broken)


def test_its_page_has_the_totals_and_says_where_the_cells_are(large, monkeypatch, capsys) -> None:
    monkeypatch.setattr("harness.analysis.read_run", lambda path: pytest.fail("all of it would be in memory"))
    report = RunReport()
    report.write(large.path)
    page = (large.path / "report/index.html").read_text()
    assert "left out here" in page and "cells.parquet" in page and "<td>old</td><td>new</td>" in page
    assert "left out here" in (large.path / "SUMMARY.md").read_text()
    assert report.show(Console(width=200)) > 0
    assert "1 drift" in capsys.readouterr().out


def test_a_smaller_run_has_its_whole_page(large, monkeypatch) -> None:
    monkeypatch.setattr(totals, "MOST_SHOWN", len(large.cells))
    assert not totals.is_large(large.path)


def test_what_is_no_table_is_said(tmp_path) -> None:
    (tmp_path / "cells.parquet").write_text("nothing")
    with pytest.raises(InputError, match="cells.parquet: cannot be read"):
        totals.is_large(tmp_path)
