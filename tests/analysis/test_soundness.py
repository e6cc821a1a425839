"""What makes a run unsound, whatever became of its models."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest

from harness.analysis import soundness
from harness.analysis.pair_signs import Sign, pick_signs
from harness.analysis.soundness import ProblemKind
from harness.analysis.summary import summarize

from tests.report.stored import all_cells, cell, plan_of, tables_of

DIGEST = "0" * 64


@pytest.fixture
def plan():
    return plan_of()


def refused(identifier: str, reason: str) -> dict:
    return cell(identifier, "refused", reason=reason)


@pytest.mark.parametrize(
    "reason",
    [
        f"ValueError: {DIGEST}: its bytes are not those that the producer wrote (sha256 differs)",
        f"there is nothing to compare with: {DIGEST}: its bytes are not those that were stored (sha256 differs)",
        f"FileNotFoundError: [Errno 2] No such file or directory: '/run/objects/00/{DIGEST}'",
    ],
)
def test_damaged_artifacts_are_an_alarm_and_where_nothing_else_is_nothing_ran(plan, tmp_path, reason) -> None:
    some = [refused(row["cell_id"], reason) for row in all_cells(plan) if "/one/" in row["cell_id"]]
    (problem,) = soundness.find_run_problems(tables_of(plan, tmp_path / "some", cells=all_cells(plan, some)))
    assert (problem.kind, problem.count) == (ProblemKind.ARTIFACTS_DAMAGED, 4)
    assert str(problem).startswith("Artifacts were damaged: the stored files of 4 cells are missing or have changed")
    assert "such as old/one/" in str(problem)
    every = [refused(row["cell_id"], reason) for row in all_cells(plan)]
    first, second = soundness.find_run_problems(tables_of(plan, tmp_path / "every", cells=every))
    assert (first.kind, second.kind) == (ProblemKind.NOTHING_RAN, ProblemKind.ARTIFACTS_DAMAGED)
    assert second.count == 8


def test_a_reader_that_refuses_by_itself_is_no_alarm(plan, tmp_path) -> None:
    some = [refused("old/one/pickle>new/pickle", "untrusted types: guest.cases.Own")]
    assert soundness.find_run_problems(tables_of(plan, tmp_path, cells=all_cells(plan, some))) == ()


def test_outputs_that_cannot_be_compared_are_no_failed_self_test_and_something_ran(plan, tmp_path) -> None:
    every = [cell(row["cell_id"], "incomparable", reason="cannot be compared: a.B") for row in all_cells(plan)]
    tables = tables_of(plan, tmp_path, cells=every)
    assert soundness.find_run_problems(tables) == ()
    summary = summarize(tables)
    assert (summary.conclusive, summary.diagonal, summary.broken, summary.statuses) == (0, 0, 0, {"incomparable": 8})
    assert sum(group.count for group in summary.incomparable) == 8
    assert set(tables.cells["verdict"]) == {"not known"}
    assert pick_signs(summary.pairs["old", "new"]) == [(Sign.INCOMPARABLE, "?2")]


def test_an_environment_in_which_nothing_of_its_own_loads_is_broken(plan, tmp_path) -> None:
    def crashing(*cases: str) -> list[str]:
        cells = [cell(f"old/{case}/pickle>old/pickle", "crash", reason="signal 11") for case in cases]
        return list(map(str, soundness.find_run_problems(tables_of(plan, tmp_path, cells=all_cells(plan, cells)))))

    assert crashing("one") == []
    assert crashing("one", "two") == ["In old nothing loads, not even what it wrote itself."]


def figures(*rows: tuple[str, int, str | None]) -> pd.DataFrame:
    return pd.DataFrame([{"cell_id": name, "rounds": rounds, "reason": why} for name, rounds, why in rows])


def test_measurements_that_never_came_are_not_forgiven_with_an_environment(plan, tmp_path) -> None:
    left = [row for row in all_cells(plan) if "new" not in row["cell_id"]]
    run = tables_of(plan, tmp_path, cells=left, environments=("old",))
    run = dataclasses.replace(run, run={**json.loads((run.path / "run.json").read_text()), "complete": False})
    assert soundness.forgiven(run, ["n*"]) == ("new",)
    one, of_new = "old/one/pickle>old/pickle", "new/one/pickle>new/pickle"

    def problems(*rows: tuple[str, int, str | None]) -> list[ProblemKind]:
        measured = pd.concat([run.figures, figures(*rows)])
        return [
            one.kind for one in soundness.find_run_problems(dataclasses.replace(run, figures=measured), may_fail=["n*"])
        ]

    assert problems((one, 15, None), (one, 0, "no /proc")) == []
    assert problems((one, 15, None), (of_new, 0, "cut short"), (of_new, 0, "cut short")) == []
    assert problems((one, 0, "it died"), (one, 0, "it is not known")) == []
    assert problems((one, 0, "cut short"), (one, 0, "cut short")) == [ProblemKind.INCOMPLETE]
