"""What a report says of figures: ratios beside pickle, marks of what is not stable, and text that stays text."""

from __future__ import annotations

import dataclasses

import pytest

from harness import store
from harness.terms import Case, Format, Measure
from harness.config.plan import Plan
from harness.analysis import summary, measured
from harness.analysis import units
from harness.report import markdown

from tests.conftest import plan_of
from tests.report.stored import EVIL, finished, shown


def planned(*cases: str, name: str = "new") -> Plan:
    made = plan_of("new")
    formats = (
        *made.profile.formats,
        Format(name="skops", module="guest.formats.skops_archives", options={}, readers=("skops",)),
    )
    profile = dataclasses.replace(
        made.profile,
        environments=(dataclasses.replace(made.profile.environments[0], name=name),),
        cases=tuple(
            Case(name=case, family="linear", module="m", function="f", file="linear.py", digest="0") for case in cases
        ),
        formats=formats,
        measure=Measure(environments=(name,), cases=cases, formats=formats),
    )
    return Plan(profile=profile)


def run_of(tmp_path, plan: Plan, samples, *, missing=None, sizes=None, statuses=None) -> store.RunTables:
    """A stored run. ``samples``: by (case, reader), by figure, the values of the samples."""
    folder = store.RunFolder.create(tmp_path, "small", {})
    journal = folder.journal
    (name,) = plan.environments
    journal.add("environment", {"environment": name, "status": "ok", "reason": None, "sklearn": "1.5.2"})
    for item in plan.artifacts(name):
        size = (sizes or {}).get(item.format, 1000)
        journal.add(
            "artifact", {"artifact_id": item.id, "status": "ok", "reason": None, "size_bytes": size, "warnings": []}
        )
    for cell in plan.cells(name):
        status = (statuses or {}).get(cell.reader, "ok")
        row = {"cell_id": cell.id, "status": status, "reason": None, "parity": "identical", "version_warning": False}
        journal.add("cell", {**row, "warnings": [], "findings": []})
        figures = samples.get((cell.artifact.case, cell.reader), {})
        listed = [
            {"figure": figure, "guest": 0, "child": 1, "at": 1.0, "values": [value]}
            for figure, values in figures.items()
            for value in values
        ]
        row = {"cell_id": cell.id, "samples": listed, "missing": (missing or {}).get(cell.reader, {})}
        journal.add("measurement", row)
    return finished(plan, folder)


def five(value: float) -> list[float]:
    return [value] * 5


def test_ratios_are_medians_over_cases_beside_pickle(tmp_path):
    cases = ("a", "b", "c")
    samples = {(case, "pickle"): {"load_seconds": five(0.1)} for case in cases}
    samples |= {(case, "joblib"): {"load_seconds": five(0.1 * n)} for case, n in zip(cases, (2, 3, 40), strict=True)}
    found = measured.summarize_measurements(
        run_of(tmp_path, planned(*cases), samples, sizes={"pickle": 1000, "joblib": 1500})
    )
    trades = {trade.way: trade for trade in found.trades}
    assert trades["pickle/pickle"].ratios["load_seconds"] == pytest.approx(1.0)
    assert trades["joblib/joblib"].ratios["load_seconds"] == pytest.approx(3.0)
    assert trades["joblib/joblib"].ratios["size_bytes"] == pytest.approx(1.5)
    assert trades["joblib/joblib"].cells == 3
    assert trades["joblib/joblib"].text("load_seconds") == "3.00x"


def test_a_figure_that_one_of_them_lacks_has_no_ratio(tmp_path):
    samples = {("a", "pickle"): {"load_seconds": five(0.1)}, ("a", "joblib"): {"predict_seconds": five(0.1)}}
    found = measured.summarize_measurements(run_of(tmp_path, planned("a"), samples))
    (trade,) = (trade for trade in found.trades if trade.way == "joblib/joblib")
    assert "load_seconds" not in trade.ratios and "predict_seconds" not in trade.ratios
    assert (trade.text("load_seconds"), trade.text("predict_seconds")) == ("", "")


def test_without_pickle_there_is_nothing_to_be_beside(tmp_path):
    found = measured.summarize_measurements(
        run_of(tmp_path, planned("a"), {("a", "joblib"): {"load_seconds": five(0.1)}})
    )
    assert found.trades == () and len(found.rows) == 1


def test_ratios_of_little_memory_say_nothing_and_nothing_is_divided_by_zero(tmp_path):
    samples = {
        ("a", "pickle"): {
            "load_private_bytes": five(4096),
            "load_peak_bytes": five(0),
            "mmap_private_bytes": five(3e8),
        },
        ("a", "joblib"): {
            "load_private_bytes": five(8192),
            "load_peak_bytes": five(5e6),
            "mmap_private_bytes": five(1e5),
        },
    }
    found = measured.summarize_measurements(run_of(tmp_path, planned("a"), samples))
    (trade,) = (trade for trade in found.trades if trade.way == "joblib/joblib")
    assert set(trade.ratios) == {"size_bytes", "mmap_private_bytes"}
    assert trade.text("mmap_private_bytes") == "<0.01x"  # which is little, and not nothing


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.0, "0.00x"), (0.004, "<0.01x"), (0.006, "0.01x"), (1.0, "1.00x"), (9.994, "9.99x"), (41.7, "42x")],
)
def test_ratios_as_people_read_them(ratio, text):
    assert measured.Trade(way="a/b", cells=1, ratios={"load_seconds": ratio}).text("load_seconds") == text


def test_what_is_not_stable_bears_a_mark(tmp_path):
    samples = {("a", "pickle"): {"load_seconds": [0.1, 0.2, 0.3, 0.4, 0.5], "predict_seconds": five(0.0021)}}
    run = run_of(tmp_path, planned("a"), samples)
    found = measured.summarize_measurements(run)
    (row,) = found.rows
    assert (row.text("load_seconds"), row.text("predict_seconds"), row.text("size_bytes")) == (
        "~300 ms",
        "2.1 ms",
        "1 kB",
    )
    assert row.text("cold_start_seconds") == ""
    assert found.unstable == 1
    assert [name for name, _ in found.columns] == ["size_bytes", "load_seconds", "predict_seconds"]
    assert "~300 ms" in shown(run) and r"\~300 ms" in markdown.render(summary.summarize(run))


def test_why_figures_are_missing_is_counted_by_reason_where_the_model_has_loaded(tmp_path):
    missing = {"joblib": {"evicted_load_seconds": "on tmpfs"}, "skops": {"load_seconds": "never reported"}}
    samples = {("a", "pickle"): {"load_seconds": five(0.1)}}
    run = run_of(tmp_path, planned("a"), samples, missing=missing, statuses={"skops": "load-error"})
    unmeasured = measured.summarize_measurements(run).unmeasured
    assert unmeasured["on tmpfs"] == 1 and "never reported" not in unmeasured
    assert "1 figure not measured: on tmpfs" in markdown.render(summary.summarize(run))
    assert "1 figure not measured: on tmpfs" in shown(run)


def test_a_run_that_measured_nothing_says_nothing_of_it(tmp_path):
    plan = planned("a")
    plan = Plan(profile=dataclasses.replace(plan.profile, measure=None))
    run = run_of(tmp_path, plan, {})
    found = measured.summarize_measurements(run)
    assert (found.rows, found.trades, found.unmeasured, found.unstable, found.readers) == ((), (), {}, 0, 0)
    assert "Measured" not in shown(run) + markdown.render(summary.summarize(run))


def test_how_many_held_it_together_is_told(tmp_path):
    run = run_of(tmp_path, planned("a"), {("a", "pickle"): {"mmap_pss_bytes": five(2e7)}})
    assert measured.summarize_measurements(run).readers == 4
    assert "held together: by 4 processes" in measured.summarize_measurements(run).legend


def test_text_of_models_and_environments_cannot_break_out(tmp_path):
    reason = {"joblib": {"load_seconds": EVIL, "predict_seconds": "[bold]x[/bold] \\"}}
    run = run_of(
        tmp_path,
        planned("[red]a[/red]", name="e|v[i]l"),
        {("[red]a[/red]", "pickle"): {"load_seconds": five(0.1)}},
        missing=reason,
    )
    text, page = shown(run), markdown.render(summary.summarize(run))
    assert "[red]a[/red]" in text and "e|v[i]l" in text and "[red]x[/]" in text and "[bold]x[/bold]" in text
    block = page[page.index("## Measured") :]
    assert "<script>" not in block and "\n# not a heading" not in block
    rows = [line for line in block.splitlines() if "100 ms" in line]
    (row,) = rows
    assert row.replace("\\|", "").count("|") == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 µs"), (3.2e-7, "0.32 µs"), (0.0005, "500 µs"), (0.00314, "3.14 ms"), (0.0314, "31.4 ms"), (0.314, "314 ms"), (3.14, "3.14 s"), (1234.5, "1234 s")],
)  # fmt: skip
def test_seconds_as_people_read_them(value, text):
    assert units.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (80.8e6, "80.8 MB"), (1e9, "1 GB"), (2.5e12, "2500 GB")],
)
def test_sizes_as_people_read_them(value, text):
    assert units.size(value) == text
