"""Which outcomes of a shared child are believed."""

from __future__ import annotations

from harness.messages import Reply
from harness.run.loading import Doubts


def reply(
    name: str, child: object, fmt: str = "pickle", reader: str = "pickle", *, partial: bool = False, case: str = "ridge"
) -> Reply:
    task = {"id": name, "case_name": case, "format": fmt, "reader": reader, "partial": partial}
    return Reply(event={}, task=task, child=child, alone=False)  # type: ignore[typeddict-item]


ROW = {"status": "load-error"}
SOUND = {"status": "ok", "parity": "identical"}


def sorted_out(doubts: Doubts, child: object) -> tuple[list[str], list[str]]:
    settled, alone = doubts.from_other_children(child)
    return [doubt.task["id"] for doubt in settled], [task["id"] for task in alone]


def test_a_sound_control_makes_its_child_believed() -> None:
    doubts = Doubts()
    doubts.add(reply("a", 1), ROW)
    doubts.control(reply("control", 1), SOUND)
    assert sorted_out(doubts, 1) == ([], [])
    assert sorted_out(doubts, 2) == (["a"], [])
    assert sorted_out(doubts, 3) == ([], [])


def test_without_a_control_it_is_run_alone() -> None:
    doubts = Doubts()
    doubts.add(reply("a", 1), ROW)
    assert sorted_out(doubts, None) == ([], ["a"])


def test_a_control_that_is_only_close_vouches_for_nothing() -> None:
    doubts = Doubts()
    doubts.add(reply("a", 1), ROW)
    doubts.control(reply("control", 1), {"status": "ok", "parity": "close"})
    assert sorted_out(doubts, 2) == ([], ["a"])


def test_a_close_control_vouches_where_other_code_computes() -> None:
    doubts = Doubts()
    doubts.add(reply("a", 1, partial=True), ROW)
    doubts.control(reply("control", 1, partial=True), {"status": "ok", "parity": "close"})
    assert sorted_out(doubts, 2) == (["a"], [])


def test_a_control_vouches_for_its_own_format_and_reader_only() -> None:
    doubts = Doubts()
    for name, reader in (("a", "joblib"), ("b", "joblib-mmap")):
        doubts.add(reply(name, 1, "joblib", reader), ROW)
    doubts.control(reply("control", 1, "joblib", "joblib"), SOUND)
    assert sorted_out(doubts, 2) == (["a"], ["b"])


def test_a_control_vouches_for_its_own_child_only() -> None:
    doubts = Doubts()
    doubts.add(reply("a", (0, 1)), ROW)
    doubts.control(reply("control", (1, 1)), SOUND)  # the first child of the guest's second life
    assert sorted_out(doubts, (1, 1)) == ([], ["a"])
    doubts.add(reply("b", (1, 1)), ROW)
    assert sorted_out(doubts, None) == ([], ["b"])


def test_a_control_before_any_doubt_does_not_vouch_for_a_later_child() -> None:
    doubts = Doubts()
    doubts.control(reply("control", 1), SOUND)
    doubts.add(reply("a", 2), ROW)
    assert sorted_out(doubts, 3) == ([], ["a"])


def test_a_control_vouches_for_its_own_case_only() -> None:
    doubts = Doubts()
    doubts.add(reply("a", 1, case="ridge"), ROW)
    doubts.add(reply("b", 1, case="lasso"), ROW)
    doubts.control(reply("control", 1, case="lasso"), SOUND)
    assert sorted_out(doubts, 2) == (["b"], ["a"])


def test_the_doubts_of_the_next_case_do_not_take_back_what_a_control_has_shown() -> None:
    doubts = Doubts()
    doubts.add(reply("a", 1, case="ridge"), ROW)
    doubts.control(reply("control", 1, case="ridge"), SOUND)
    doubts.add(reply("b", 1, case="lasso"), ROW)
    assert sorted_out(doubts, 2) == (["a"], ["b"])
