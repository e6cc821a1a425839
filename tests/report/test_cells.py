"""The block of bytes that the page reads: every cell comes out of it as it went in."""

import json

import numpy as np

from harness.report.site import cells
from harness.analysis import read_run
from harness.analysis.pair_signs import CellSign

from tests.report.packed import unpacked
from tests.report.stored import all_cells, cell, plan_of, tables_of


def texts(header, columns, name):
    values = [None, *header["values"][name]]
    return [values[code] for code in columns[name]]


def test_every_cell_comes_out_as_it_went_in(tmp_path):
    plan = plan_of(formats=("pickle", "joblib"))
    odd = cell(
        "new/one/pickle>old/pickle", "drift", reason="differs", findings=["labels", "dtype"], compared=["predict"],
        max_abs_diff=float("inf"), label_mismatch=0.25, version_warning=True, traceback="abc",
        warnings=[{"category": "UserWarning", "message": "é\u2028"}],
    )  # fmt: skip
    tables = tables_of(
        plan, tmp_path, cells=[row for row in all_cells(plan, [odd]) if row["cell_id"] != "old/two/joblib>new/joblib"]
    )
    header, columns = unpacked(cells.packed(tables, ["old", "new"], {"more": 1}))
    assert header["more"] == 1
    for name in ("producer", "consumer", "case", "format", "reader", "status", "parity", "reason", "traceback"):
        expected = [None if value is None or value != value else value for value in tables.cells[name]]
        assert texts(header, columns, name) == expected, name
    place = list(tables.cells["cell_id"]).index("new/one/pickle>old/pickle")
    assert texts(header, columns, "findings")[place] == "labels, dtype"
    assert json.loads(texts(header, columns, "warnings")[place]) == odd["warnings"]
    assert (columns["max_abs_diff"][place], columns["label_mismatch"][place], columns["warned"][place]) == (
        np.inf,
        0.25,
        1,
    )
    assert np.isnan(columns["max_abs_diff"][place - 1])
    lost = list(tables.cells["cell_id"]).index("old/two/joblib>new/joblib")
    assert list(np.flatnonzero(columns["sign"] == list(CellSign).index(CellSign.NEVER))) == [lost]


def test_more_values_than_a_byte_can_tell_apart(tmp_path):
    plan = plan_of(cases=tuple(f"case_{number}" for number in range(300)))
    tables = tables_of(plan, tmp_path, cells=all_cells(plan))
    header, columns = unpacked(cells.packed(tables, ["old", "new"], {}))
    assert header["columns"]["case"]["type"] == "Uint16Array"
    assert texts(header, columns, "case") == list(tables.cells["case"])


def test_a_long_traceback_is_told_by_its_end_and_there_is_room_for_so_many(tmp_path, monkeypatch):
    plan = plan_of()
    rows = [cell(f"new/{name}/pickle>old/pickle", "load-error", traceback=name) for name in ("one", "two")]
    tables = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    stored = [("one", "x" * 10_000 + "end"), ("unused", "no"), ("two", "short")]
    lines = [json.dumps({"traceback": digest, "text": text}) for digest, text in stored]
    (tables.path / "logs/tracebacks.jsonl").write_text("\n".join(lines))
    header, _ = unpacked(cells.packed(read_run(tables.path), ["old", "new"], {}))
    assert set(header["tracebacks"]) == {"one", "two"}
    assert header["tracebacks"]["one"].startswith("…")
    assert header["tracebacks"]["one"].endswith("end")
    monkeypatch.setattr(cells, "TRACEBACKS", 100)
    header, _ = unpacked(cells.packed(read_run(tables.path), ["old", "new"], {}))
    assert set(header["tracebacks"]) == {"one"}


def test_causes_travel_with_their_sentences(tmp_path):
    plan = plan_of()
    damaged = cell("old/one/pickle>new/pickle", "refused", reason="one: (sha256 differs)")
    tables = tables_of(plan, tmp_path, cells=all_cells(plan, [damaged]))
    header, columns = unpacked(cells.packed(tables, ["old", "new"], {}))
    place = list(tables.cells["cell_id"]).index(damaged["cell_id"])
    assert texts(header, columns, "cause")[place] == "artifact-damaged"
    assert texts(header, columns, "since")[place] == "every release"
    assert texts(header, columns, "upstream")[place].startswith("https://")
    assert header["causes"]["artifact-damaged"]["sentence"].startswith("A stored file is missing")
    assert header["causes"]["artifact-damaged"]["helps"].endswith(".")
