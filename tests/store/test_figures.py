"""Samples into rows and columns: a figure that was not measured is null, never 0, and says why."""

from __future__ import annotations

import statistics

import pytest

from harness.terms import Figure, Measure
from harness.store import figures

WANTED = Measure(environments=("new",), cases=("ridge",), formats=())
SPREAD = ("median", "min", "max", "mean", "stddev", "iqr", "stable")


def measurement(samples: dict[str, list[list[float]]], **missing: str) -> dict:
    listed = [{"figure": name, "values": values} for name, many in samples.items() for values in many]
    return {"samples": listed, "missing": missing}


def rows(measured: dict, measure: Measure | None = WANTED) -> dict[str, dict]:
    found = list(figures.rows(measured, measure, otherwise="not come to yet"))
    assert len({row["figure"] for row in found}) == len(found)
    return {row["figure"]: row for row in found}


def test_each_wanted_figure_has_a_row_with_its_unit() -> None:
    found = rows(measurement({}))
    assert set(found) == set(map(str, Figure))
    assert {row["unit"] for name, row in found.items() if name.endswith("_seconds")} == {"s"}
    assert {row["unit"] for name, row in found.items() if name.endswith("_bytes")} == {"B"}


def test_nothing_is_planned_where_nothing_is_measured() -> None:
    assert rows(measurement({}), None) == {}


def test_a_kind_that_is_switched_off_has_no_rows() -> None:
    off = Measure(environments=("new",), cases=("ridge",), formats=(), cold_starts=0, sharing=0)
    assert set(rows(measurement({}), off)) == {
        "load_seconds", "evicted_load_seconds", "predict_seconds", "load_peak_bytes", "load_private_bytes"
    }  # fmt: skip


def test_without_samples_all_is_null_and_the_reason_is_there() -> None:
    found = rows(measurement({}, load_seconds="crash: killed by SIGSEGV"))
    assert (found["load_seconds"]["rounds"], found["load_seconds"]["reason"]) == (0, "crash: killed by SIGSEGV")
    assert found["predict_seconds"]["reason"] == "not come to yet"
    assert all(row.get(name) is None for row in found.values() for name in SPREAD)


def test_a_sample_counts_once_however_many_values_it_has() -> None:
    many = [[1.0] * 99 + [50.0], [3.0], [5.0]]
    row = rows(measurement({"load_seconds": many}))["load_seconds"]
    assert (row["rounds"], row["median"], row["min"], row["max"], row["mean"]) == (3, 3.0, 1.0, 5.0, 3.0)
    assert row["stddev"] == pytest.approx(statistics.stdev([1, 3, 5]))


def test_what_is_zero_was_measured() -> None:
    row = rows(measurement({"mmap_private_bytes": [[0.0]] * 5}))["mmap_private_bytes"]
    assert (row["rounds"], row["median"], row["stable"], row["reason"]) == (5, 0.0, True, None)


def test_one_sample_has_no_spread_and_is_not_stable() -> None:
    row = rows(measurement({"load_seconds": [[1.0]]}))["load_seconds"]
    assert (row["median"], row["stddev"], row["iqr"], row["stable"]) == (1.0, None, None, False)
    assert row["reason"] == "1 samples are too few to tell how much they vary"


def test_a_figure_that_varies_says_how_much() -> None:
    row = rows(measurement({"load_seconds": [[float(n)] for n in range(1, 10)]}))["load_seconds"]
    assert row["stable"] is False
    assert row["reason"] == "its median is known to ±47% only, after 9 samples"


def test_memory_that_varies_by_less_than_an_allocators_whim_is_stable() -> None:
    few = [[float(n * 4096)] for n in range(1, 10)]
    found = rows(measurement({"load_private_bytes": few, "load_seconds": few}))
    assert (found["load_private_bytes"]["stable"], found["load_seconds"]["stable"]) == (True, False)


def test_a_process_that_told_nothing_is_a_doubt_of_the_others() -> None:
    measured = measurement({"load_seconds": [[1.0]] * 9}, load_seconds="timeout: not done within 9 s, while loading")
    row = rows(measured)["load_seconds"]
    assert (row["rounds"], row["median"], row["stable"]) == (9, 1.0, False)
    assert row["reason"] == "after 9 samples: timeout: not done within 9 s, while loading"
    assert figures.columns(measured, WANTED)["load_stable"] is False


class TestColumns:
    def test_of_nothing_there_are_none(self) -> None:
        assert figures.columns(measurement({}, load_seconds="crash"), WANTED) == {}

    def test_of_loads(self) -> None:
        measured = measurement({"load_seconds": [[1.0], [2.0], [2.0], [2.0], [3.0]], "first_load_seconds": [[7.5]]})
        assert figures.columns(measured, WANTED) == {
            "load_seconds": 2.0, "load_seconds_min": 1.0, "load_seconds_iqr": 0.5, "load_rounds": 5,
            "load_stable": False, "first_load_seconds": 7.5,
        }  # fmt: skip

    def test_bytes_are_whole_and_readers_are_told_only_with_what_they_hold(self) -> None:
        measured = measurement({"load_peak_bytes": [[1.0], [2.0]]})
        assert figures.columns(measured, WANTED) == {"load_peak_bytes": 2}
        assert type(figures.columns(measured, WANTED)["load_peak_bytes"]) is int
        shared = figures.columns(measurement({"mmap_pss_bytes": [[4.0]]}), WANTED)
        assert shared == {"mmap_pss_bytes": 4, "mmap_readers": 4}

    def test_a_figure_that_is_not_wanted_fills_no_column(self) -> None:
        off = Measure(environments=("new",), cases=("ridge",), formats=(), cold_starts=0)
        assert figures.columns(measurement({"cold_start_seconds": [[1.0]]}), off) == {}
