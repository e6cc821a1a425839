"""What people see of a comparison, and how the command ends."""

import io
import json
import sys

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from harness import analysis
from harness import cli, store
from harness.cli import program
from harness.analysis.compare import compare
from harness.analysis.compare.expectations import Expectations, Expected
from harness.analysis.compare.gates import parse
from harness.report import compare as rendering

from tests.analysis.compare.common import BASE, NEW, again, artifact, cell, environment, grid, parts, run_of, sampled

ONE = "old/ridge/pickle>new/pickle"
OTHER = "old/forest/joblib>new/joblib"
EVIL = "<script>alert(1)</script> [red]x[/] | `a` **b** \n# not a heading ](http://x)"


def shown(comparison, width=160):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    rendering.show(comparison, console)
    return console.file.getvalue()


def loud():
    """A comparison with nearly everything in it."""
    values = np.linspace(1.0, 1.02, 10) * 1e-3
    samples = {ratio: sampled(ONE, "load_seconds", values * ratio, 0.01 * ratio**0.1) for ratio in (1, 2)}
    ids = [*grid(), ONE]
    ids = list(dict.fromkeys(ids))
    base = run_of([cell(OTHER, "crash"), *(i for i in ids if i != OTHER)], samples=samples[1])
    rows = [
        cell(i, {ONE: "drift", ids[0]: "load-error"}.get(i, "ok"), **({"reason": EVIL} if i in (ONE, ids[0]) else {}))
        for i in ids
    ]
    new = run_of(
        rows, samples=samples[2], artifacts=[artifact(i, size_bytes=1500) for i in dict.fromkeys(i.partition(">")[0] for i in ids)],
        environments=[environment("old", numpy="2.1.0"), environment("new", numpy="2.1.1", **{EVIL: "[bold]1[/]"})],
    )  # fmt: skip
    known = Expected.model_validate({"cells": {"case": "forest", "consumer": "old"}, "status": "crash", "reason": EVIL})
    gates = [parse(gate) for gate in ("status", "load_seconds>1.3x", "predict_seconds>2x")]
    return compare(base, again(new), expected=Expectations(expected=(("line 2, expected[0]", known),)), gates=gates)


def test_the_headline_comes_first_even_if_it_is_none():
    text = shown(compare(run_of([ONE]), run_of([ONE])))
    assert "Ok before, now predicting something else without an error: 0 cells" in text
    assert "Ok before, now failing: 0 cells" in text
    assert "Drifting more" not in text
    page = rendering.render(compare(run_of([ONE]), run_of([ONE])))
    assert "Nothing became slower, larger or hungrier" in page


def test_what_is_loud_stands_above_what_is_not():
    text = shown(loud())
    order = [
        "now predicting something else without an error: 1 cell", "now failing: 1 cell", "Passing unexpectedly: 4 cells",
        "Failing or drifting before, now ok: 1 cell", "Slower: 1", "Larger: 8", "✗ status", "? predict_seconds>2x",
    ]  # fmt: skip
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "load_seconds 2x" in text
    assert "1.01 ms → 2.02 ms" in text
    assert "numpy 2.1.0 → 2.1.1" in text
    assert "took 1.07 times as long" in text


@pytest.mark.parametrize("width", [60, 100, 180])
def test_text_of_models_is_shown_as_it_is(width):
    text = shown(loud(), width)
    assert "[red]x[/] | `a` **b** # not a heading" in text


def test_markdown_keeps_text_in_its_cell():
    page = rendering.render(loud())
    assert "<script>" not in page
    assert "**b**" not in page
    assert "\n# not" not in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    headers = [line for line in rows if line.startswith("| ---")]
    assert len(headers) >= 4
    for line in rows:
        assert line.count("|") - line.count("\\|") in (7, 8), line


def test_json_is_json():
    data = json.loads(json.dumps(rendering.as_data(loud())))
    assert data["counts"]["drifts"] == 1
    assert {row["cell_id"]: row["kind"] for row in data["changes"]}[ONE] == "drifts"
    assert data["figures"]["cells"][0]["cell_id"] == ONE
    assert [gate["answer"] for gate in data["gates"]] == ["crossed", "crossed", "could not be judged"]


def test_many_groups_are_cut():
    ids = grid(cases=tuple("abcdefghijklmnopqrst"), formats=("pickle",))
    rows = [cell(i, "crash" if parts(i)["case"] < "k" else "ok", reason=i) for i in ids]
    found = compare(run_of(ids), run_of(rows))
    assert [(group.by, group.count) for group in found.cells] == [("case", 4)] * 10
    assert "and 2 more groups with 8" in shown(found)


@pytest.fixture
def harness(tmp_path, monkeypatch, capsys):
    """The program over two stored runs; what it printed, its complaint and its exit code."""
    stored = {"base": run_of([ONE, OTHER]), "new": again(run_of([ONE, cell(OTHER, "drift")]))}

    def run(*words, **replaced):
        tables = {**stored, **replaced}
        monkeypatch.setattr(store, "find_run", lambda results, name: name)
        monkeypatch.setattr(analysis, "read_run", lambda name: tables[name])
        monkeypatch.setattr(program.signal, "signal", lambda *_: None)
        monkeypatch.setattr(sys, "argv", ["harness", "compare", "base", "new", "--results", str(tmp_path), *words])
        with pytest.raises(SystemExit) as leave:
            cli.main()
        return (*capsys.readouterr(), leave.value.code or 0)

    return run


def test_a_change_alone_is_no_failure(harness):
    out, err, code = harness()
    assert (err, code) == ("", 0)
    assert "now predicting something else without an error: 1 cell" in out


def test_a_crossed_gate_ends_with_one(harness):
    out, err, code = harness("--fail-on", "status", "--fail-on", "status[format=pickle]", "--json")
    assert code == 1
    assert err.replace("\n", " ") == f"gate status: crossed by 1 of 2: {OTHER} "
    assert [gate["answer"] for gate in json.loads(out)["gates"]] == ["crossed", "held"]


def test_a_gate_without_data_ends_with_one_unless_that_is_allowed(harness):
    _, err, code = harness("--fail-on", "load_seconds>1.3x", "--json")
    assert code == 1
    assert "could not be judged: neither run measured load_seconds of these" in err
    assert "--allow-unjudged" in err
    out, err, code = harness("--fail-on", "load_seconds>1.3x", "--allow-unjudged")
    assert (err, code) == ("", 0)
    assert "could not be judged" in out


@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_a_gate_is_told_once(harness, form):
    out, err, code = harness("--fail-on", "status", "--fail-on", "load_seconds>1.3x", *form)
    assert code == 1
    assert out.count(" crossed by 1 of 2") == 1
    assert err.splitlines()[0] == "1 gate crossed, 1 gate not judged"
    assert "forest" not in err
    assert "--allow-unjudged" in err


def test_wrong_input_ends_with_two(harness, tmp_path):
    assert harness("--fail-on", "statsu")[1:] == ('--fail-on "statsu": no gate "statsu"; perhaps "status"\n', 2)
    assert harness("--json", "--markdown")[2] == 2
    assert harness("--expectations", str(tmp_path / "none.yaml"))[2] == 2


def test_expectations_beside_the_runs_are_read(harness, tmp_path):
    entry = "accepted:\n  - {change: status, cells: {case: forest}, since: 2026-01-02, reason: on purpose}\n"
    (tmp_path / "expectations.yaml").write_text(entry)
    out, _, code = harness("--fail-on", "status", "--markdown")
    assert code == 0
    assert "1 accepted change: see " in out


def test_runs_that_measured_nothing_are_compared(harness):
    old = run_of([ONE, OTHER])
    old.samples, old.figures = old.samples.iloc[:0], old.figures.iloc[:0]
    assert harness("--fail-on", "size_bytes>1.1x", base=old)[2] == 0


def test_a_stored_run_is_read(tmp_path, monkeypatch):
    """Columns as they come from Parquet, where whole columns may be null."""
    from harness.store import tables

    read = []
    for run_id in (BASE, NEW):
        folder = store.RunFolder.create(tmp_path / run_id, "default", {})
        for name, schema in tables.SCHEMAS.items():
            made = getattr(run_of([ONE, cell(OTHER, "crash")]), name).astype(object)
            records = made.where(made.notna(), None).to_dict("records")
            store.write_table(
                folder.path / f"{name}.parquet",
                schema,
                [{k: v for k, v in row.items() if k in schema.names} for row in records],
            )
        folder.close()
        read.append(analysis.read_run(folder.path))
    assert not any(compare(*read, gates=[parse("status")]).counts.values())
    assert isinstance(compare(*read).changes, pd.DataFrame)
