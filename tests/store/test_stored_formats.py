"""Whether a format converts is said by the run: whoever reads it may not have the format."""

from __future__ import annotations

import json

import pytest

from harness import analysis

from tests.report.stored import all_cells, plan_of, tables_of


@pytest.fixture
def read(tmp_path):
    """The cells' column of a run with two formats, by format, where ``run.json`` says this of them."""
    plan = plan_of(cases=("one",), formats=("mine", "onnx-float64"))
    path = tables_of(plan, tmp_path, cells=all_cells(plan)).path
    run = json.loads((path / "run.json").read_text())

    def read(formats: object) -> dict[str, bool]:
        (path / "run.json").write_text(json.dumps(run if formats is None else {**run, "formats": formats}))
        cells = analysis.read_run(path).cells
        return dict(zip(cells.format, cells.converts, strict=True))

    return read


def test_a_run_says_it_and_of_an_older_one_the_names_do(read):
    assert read(None) == {"mine": False, "onnx-float64": True}
    assert read({"mine": {"converts": True}, "onnx-float64": {"converts": False}}) == {
        "mine": True,
        "onnx-float64": False,
    }


@pytest.mark.parametrize("formats", [[], {"mine": None}, {"mine": {}}, {"mine": {"converts": "yes"}}])
def test_what_a_foreign_run_has_instead_is_passed_over(read, formats):
    assert read(formats) == {"mine": False, "onnx-float64": True}
