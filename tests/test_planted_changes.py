"""What `benchmarks.planted_changes` counts as found, missed and a false alarm; the live tests plant some for real."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from benchmarks import planted_changes
from benchmarks.planted_changes import Change, judged
from harness.environments import NotReadyError

CHANGE = Change(
    name="a_change", kind="formula", file="a.py", old="x", new="y", cases=("one",), findings=("values",),
    named="transform:",
)  # fmt: skip


def cell(case: str = "one", reason: str = "", **other: Any) -> dict[str, Any]:
    told = {"status": "ok", "parity": "identical", "findings": []} if not reason else {}
    drift = {"status": "drift", "parity": "drift", "findings": ["values"], "reason": reason}
    return {"consumer": "a-change", "case": case, "format": "pickle", **drift, **told, **other}


def verdict(*cells: dict[str, Any], change: Change = CHANGE, profile: str = "stored") -> str:
    columns = ["consumer", "case", "format", "status", "parity", "findings", "reason"]
    return judged(change, {profile: pd.DataFrame(list(cells), columns=columns)}).verdict


def control() -> Change:
    return Change(name="a_change", kind="control", file="a.py", old="x", new="y", cases=("one",))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([cell(reason="transform: 3 of 4")], "found, named"),
        ([cell(reason="predict: 3 of 4; transform: 1 of 4"), cell("other")], "found, named"),
        ([cell(reason="inverse_transform: 3 of 4")], "not named"),
        ([cell(reason="transform: 3 of 4", findings=["labels"])], "missed"),
        ([cell()], "missed"),
        ([], "missed"),
        ([cell("other")], "missed"),
        ([cell(reason="transform: 3 of 4"), cell("other", reason="predict: 1 of 4")], "false alarm"),
        ([cell(reason="transform: 3 of 4"), cell("other", parity="close")], "false alarm"),
    ],
)
def test_a_change_is_found_where_it_is_and_nowhere_else(cells, expected) -> None:
    assert verdict(*cells) == expected


def test_of_a_control_whatever_differs_is_a_false_alarm() -> None:
    assert verdict(cell(), change=control()) == "nothing, rightly"
    assert verdict(cell(reason="transform: 3 of 4"), change=control()) == "false alarm"
    assert verdict(change=control()) == "missed"


def test_a_default_of_a_constructor_is_looked_for_among_recipes() -> None:
    change = Change(name="a_change", kind="recipe", file="a.py", old="x", new="y", cases=("one",), named="score")
    assert verdict(cell(reason="held-out score 0.1"), change=change, profile="recipe") == "found, named"
    assert verdict(cell(reason="held-out score 0.1"), change=change) == "false alarm"


def test_a_change_is_planted_once_after_its_marks(tmp_path) -> None:
    (tmp_path / "sklearn").mkdir()
    (tmp_path / "sklearn/a.py").write_text("x\nclass A:\n    x = x\n")
    original = tmp_path / "elsewhere.py"
    original.hardlink_to(tmp_path / "sklearn/a.py")
    Change(name="a", kind="formula", file="a.py", after=("class A",), old="x", new="y", cases=()).plant(tmp_path)
    assert (tmp_path / "sklearn/a.py").read_text() == "x\nclass A:\n    y = x\n"
    assert original.read_text() == "x\nclass A:\n    x = x\n"
    with pytest.raises(NotReadyError, match="a: a.py has no 'class B' there"):
        Change(name="a", kind="formula", file="a.py", after=("class B",), old="x", new="y", cases=()).plant(tmp_path)


def test_every_change_says_what_it_is_to_do() -> None:
    changes = planted_changes.changes()
    assert len({change.name for change in changes}) == len(changes)
    kinds = [change.kind for change in changes]
    assert set(kinds) == {"formula", "renamed", "default", "error", "input", "control", "recipe"}
    assert kinds.count("formula") >= 30
    assert all(change.cases and change.old != change.new for change in changes)
    assert all(change.named for change in changes if change.kind != "control")
