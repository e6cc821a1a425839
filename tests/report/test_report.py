"""Reports over small tables made by hand: what is shown, in which order, and that no text breaks out of it."""

import dataclasses
import io
import json

import pytest
from rich.console import Console

from harness.terms import Format
from harness.analysis import summary
from harness.environments import availability
from harness.report import markdown, run_pages, terminal
from harness.report import plan as plans

from tests.report.stored import EVIL, all_cells, cell, plan_of, shown, tables_of


@pytest.fixture
def plan():
    return plan_of()


def test_drift_stands_above_what_merely_fails(plan, tmp_path):
    drift = cell("new/one/pickle>old/pickle", "drift", reason="predict_proba: 80 of 80 values differ by up to 0.15")
    fails = cell("new/two/pickle>old/pickle", "load-error", reason="ModuleNotFoundError: No module named 'numpy._core'")
    found = tables_of(plan, tmp_path, cells=all_cells(plan, [drift, fails]))
    text = shown(found)
    assert text.index("1 cell loads without an error and predicts differently") < text.index("No module named")
    assert "one (pickle)  dumped by 1.5, loaded by 1.4" in text
    assert "≠1 ✗1" in text
    page = markdown.render(summary.summarize(found))
    assert page.index("predicts differently") < page.index("## Fails")
    assert "**≠1** ✗1" in page


def test_what_did_not_run_is_said_first_and_is_not_ok(plan, tmp_path):
    found = tables_of(plan, tmp_path, cells=[], environments=("old",))
    summarized = summary.summarize(found)
    assert summarized.statuses == {"not-run": 6, "no-artifact": 2}
    assert summarized.missing == {"new": "cut short"}
    assert shown(found).lstrip().startswith("✗ Nothing ran")
    assert "✗ 8 of 8 cells did not run." in shown(found)
    assert summarized.pairs["old", "old"].ok == 0
    assert "ok" not in shown(found).split("new")[-1].split("\n")[0]


def test_own_artifacts_that_predict_otherwise_fail_the_self_test(plan, tmp_path):
    off = cell("old/one/pickle>old/pickle", "drift", reason="predict: 1 of 40 labels differ")
    found = tables_of(plan, tmp_path, cells=all_cells(plan, [off]))
    assert summary.summarize(found).diagonal_off == ("old/one/pickle>old/pickle",)
    assert "Self-test failed" in shown(found)
    assert "Self-test failed" in markdown.render(summary.summarize(found))


def test_a_sum_in_another_order_fails_no_self_test(plan, tmp_path):
    for used, is_off in ((2e-6, False), (0.4, True), (None, True)):
        (tmp_path / str(used)).mkdir()
        near = cell("old/one/pickle>old/pickle", parity="close", tolerance_used=used)
        found = tables_of(plan, tmp_path / str(used), cells=all_cells(plan, [near]))
        assert bool(summary.summarize(found).diagonal_off) is is_off
        assert "in their own producer: 3 of 4 that load are identical" in shown(found)


def test_text_of_models_cannot_break_out(plan, tmp_path):
    evil = cell("new/one/pickle>old/pickle", "load-error", reason=EVIL)
    found = tables_of(plan, tmp_path, cells=all_cells(plan, [evil]))
    assert "[red]x[/]" in shown(found)
    page = markdown.render(summary.summarize(found))
    row = next(line for line in page.splitlines() if "alert" in line)
    assert "<script>" not in row
    assert row.replace("\\|", "").count("|") == 9  # the table keeps its columns
    assert "\n# not a heading" not in page


def test_an_environment_without_scikit_learn_is_told_by_its_name(plan, tmp_path):
    bare = dataclasses.replace(plan.profile.environments[0], name="old", scikit_learn=None, python=None, numpy=None)
    profile = dataclasses.replace(plan.profile, environments=(bare, plan.profile.environments[1]))
    plan = dataclasses.replace(plan, profile=profile)
    drift = cell("new/one/pickle>old/pickle", "drift", reason="predict: 1 of 40 labels differ")
    fails = cell("new/two/pickle>old/pickle", "load-error", reason="no")
    found = tables_of(plan, tmp_path, cells=all_cells(plan, [drift, fails]), versions={"old": None, "new": "1.5.2"})
    summarized = summary.summarize(found)
    assert [(group.dumped_by, group.loaded_by) for group in (*summarized.drifts, *summarized.failures)] == [
        ("1.5", "old")
    ] * 2
    assert "dumped by 1.5, loaded by old" in shown(found)
    assert summarized.versions["old"] == {"python": None, "sklearn": None, "numpy": None, "arch": "amd64"}
    assert "| old | ok |  |  |  |" in markdown.render(summarized)
    console = Console(file=io.StringIO(), width=160, highlight=False)
    plans.show(plan, availability.outlooks(plan.profile.environments, plan.impossible), console)
    assert "None" not in console.file.getvalue()


def test_failures_of_one_kind_are_one_group(plan, tmp_path):
    rows = [
        cell(f"new/{case}/pickle>old/pickle", "load-error", reason=f"AttributeError: at 0x7f0{n}, line {n}")
        for case, n in (("one", 1), ("two", 2))
    ]
    (group,) = summary.summarize(tables_of(plan, tmp_path, cells=all_cells(plan, rows))).failures
    assert (group.count, group.cases) == (2, ("one", "two"))


def test_pictures_and_plans_can_be_made(plan, tmp_path):
    found = tables_of(plan, tmp_path, cells=all_cells(plan))
    assert "@font-face" not in terminal.picture(found)
    data = plans.as_data(plan, availability.outlooks(plan.profile.environments, plan.impossible))
    assert data["counts"] == {"artifacts": 4, "cells": 8, "measured": 0}
    assert len(data["cells"]) == len(set(data["cells"])) == 8


def test_what_was_not_written_or_not_tried_does_not_hide_behind_ok(plan, tmp_path):
    cells = [row for row in all_cells(plan) if row["cell_id"] != "old/two/pickle>new/pickle"]
    found = tables_of(plan, tmp_path, cells=cells)
    summarized = summary.summarize(found)
    assert summarized.pairs["old", "new"].lost == 1
    assert "ok –1" in shown(found)
    assert "ok –1" in markdown.render(summarized)
    assert summarized.written == {"old": (2, 2), "new": (2, 2)}
    assert "2/2" in shown(found)


def test_each_drift_says_what_differs(plan, tmp_path):
    rows = [
        cell("new/one/pickle>old/pickle", "drift", reason="first; more", findings=["labels", "probabilities"]),
        cell("old/one/pickle>new/pickle", "drift", reason="second", findings=["probabilities"], version_warning=True),
        cell("new/two/pickle>old/pickle", "drift", reason="third", findings=["shape"]),
    ]
    found = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    drifts = {group.cases[0]: group.differs for group in summary.summarize(found).drifts}
    assert drifts == {"one": "labels differ in 1 of 2, probabilities drift", "two": "another shape"}
    for text in (shown(found), markdown.render(summary.summarize(found))):
        assert "labels differ in 1 of 2, probabilities drift" in text
        assert "another shape" in text
    assert json.loads(json.dumps(summary.as_data(summary.summarize(found))))["drifts"][1]["findings"] == {"shape": 1}


def test_what_hangs_on_the_tolerance_is_named_and_nothing_else(plan, tmp_path):
    def used(identifier, much, **more):
        return cell(identifier, "drift" if much > 1 else "ok", tolerance_used=much, reason="differs", **more)

    rows = [
        used("old/one/pickle>new/pickle", 0.61, parity="close"),
        used("new/one/pickle>old/pickle", 2.3, findings=["probabilities", "dtype"]),
        used("new/one/pickle>new/pickle", 0.05),
        used("new/two/pickle>old/pickle", 3.0, findings=["labels", "probabilities"]),  # would drift anyhow
        used("old/two/pickle>new/pickle", 50.0, findings=["values"]),
        cell("old/two/pickle>old/pickle", "drift", tolerance_used=0.5, reason="int became float", findings=["dtype"]),
    ]
    found = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    (near,) = summary.summarize(found).near
    assert (near.case, near.format, near.close, near.drift) == ("one", "pickle", 1, 1)
    assert (near.least, near.most, near.example) == (0.61, 2.3, "old/one/pickle>new/pickle")
    text = shown(found)
    assert "one (pickle)  1 close, 1 drift, at 0.61 to 2.3 times the tolerance" in text
    assert text.index("predict differently") < text.index("Near the tolerance")
    assert "| one | pickle | 1 close, 1 drift | 0.61 to 2.3 times |" in markdown.render(summary.summarize(found))


def test_without_anything_near_the_tolerance_there_is_no_block(plan, tmp_path):
    found = tables_of(plan, tmp_path, cells=all_cells(plan))
    assert "Near the tolerance" not in shown(found) + markdown.render(summary.summarize(found))


def test_a_format_that_converts_is_a_finding_of_its_own_and_no_self_test(plan, tmp_path):
    onnx = Format(name="onnx-float64", module="guest.formats.onnxes", options={}, readers=("onnxruntime",))
    plan = dataclasses.replace(plan, profile=dataclasses.replace(plan.profile, formats=(*plan.profile.formats, onnx)))
    rows = [
        cell("old/one/onnx-float64>old/onnxruntime", "drift", reason="hard", findings=["labels"]),
        cell("old/two/onnx-float64>old/onnxruntime", parity="close", findings=["dtype"]),
        cell("new/one/pickle>old/pickle", "drift", reason="soft", findings=["values"]),
    ]
    summarized = summary.summarize(tables_of(plan, tmp_path, cells=all_cells(plan, rows)))
    assert (summarized.diagonal, summarized.diagonal_off) == (4, ())
    assert {(group.formats, group.differs) for group in summarized.drifts} == {
        (("onnx-float64",), "labels differ"),
        (("pickle",), "values drift"),
    }


def test_what_should_have_come_over_as_it_was_stands_before_what_was_fitted_again(plan, tmp_path):
    recipe = Format(name="recipe", module="guest.formats.recipes", options={}, readers=("recipe",))
    plan = dataclasses.replace(plan, profile=dataclasses.replace(plan.profile, formats=(*plan.profile.formats, recipe)))
    drifting = ["new/one/recipe>old/recipe", "old/one/recipe>new/recipe", "new/one/pickle>old/pickle"]
    at_home = ["old/two/pickle>old/pickle", "new/two/pickle>new/pickle"]
    rows = [cell(name, "drift", version_warning="pickle>" in name) for name in [*drifting, *at_home]]
    drifts = summary.summarize(tables_of(plan, tmp_path, cells=all_cells(plan, rows))).drifts
    assert [(group.formats, group.cases) for group in drifts] == [
        (("pickle",), ("one",)),
        (("recipe",), ("one",)),
        (("pickle",), ("two",)),
    ]


@pytest.mark.parametrize("status", ["crash", "load-error"])
def test_where_everything_fails_nothing_is_ok(plan, tmp_path, status):
    found = tables_of(
        plan, tmp_path, cells=[cell(item.id, status) for name in plan.environments for item in plan.cells(name)]
    )
    page = markdown.render(summary.summarize(found))
    table = page.partition("## Dumped by")[2].partition("ok: everything that")[0]
    assert "ok" not in table
    assert "(✗2)" in table
    assert "(✗2)" in shown(found)


def test_what_fails_at_home_is_seen_beside_ok_and_what_was_not_tried(plan, tmp_path):
    plan = dataclasses.replace(
        plan,
        profile=dataclasses.replace(
            plan.profile, cases=(*plan.profile.cases, plan_of(cases=("three",)).cases["three"])
        ),
    )
    rows = [cell("old/one/pickle>old/pickle", "load-error"), cell("old/two/pickle>old/pickle", "refused")]
    found = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    assert "ok (✗1) –1" in shown(found)
    assert "ok (✗1) –1" in markdown.render(summary.summarize(found))


def test_runtimes_alone_have_a_report(plan, tmp_path):
    bare = tuple(dataclasses.replace(one, scikit_learn=None) for one in plan.profile.environments)
    plan = dataclasses.replace(plan, profile=dataclasses.replace(plan.profile, environments=bare))
    found = tables_of(plan, tmp_path, cells=[], versions={"old": None, "new": None})
    assert "Nothing ran" in run_pages.write(found).read_text()


def test_a_group_says_why_it_fails(plan, tmp_path) -> None:
    rows = [cell("old/one/pickle>new/pickle", "refused", reason="one: its bytes changed (sha256 differs)")]
    found = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    (group,) = summary.summarize(found).failures
    assert (group.cause, group.since) == ("artifact-damaged", "every release")
    assert "why: A stored file is missing, or its bytes" in shown(found)
    assert "; why: A stored file is missing, or its bytes" in markdown.render(summary.summarize(found))
