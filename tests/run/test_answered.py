"""What is owed, and who is to blame when the guest dies."""

from __future__ import annotations

import pytest

from harness.run.answered import Answered
from harness.run.guest_process import GuestDiedError, GuestTroubleError


def ids(batches: list[list[dict]]) -> list[list[str]]:
    return [[task["id"] for task in batch] for batch in batches]


def cell(name: str, child: int = 1) -> dict:
    return {"event": "cell", "id": name, "child": child}


LOADS = [[{"id": "a"}, {"id": "b"}, {"id": "c"}], [{"id": "d"}]]
DUMP = {"id": "fit", "formats": [{"id": "pickle"}, {"id": "joblib"}]}


class TestAnswered:
    def test_what_was_answered_is_done(self) -> None:
        answered = Answered(LOADS)
        reply = answered.settle(cell("b"), guest=3)
        assert (reply.task, reply.child, reply.alone) == ({"id": "b"}, (3, 1), False)
        assert answered.settle(cell("d")).alone
        assert ids(answered.todo()) == [["a", "c"]]

    def test_a_dump_owes_each_format(self) -> None:
        answered = Answered([[DUMP]])
        answered.settle({"event": "fitted", "id": "fit", "child": 1})
        assert answered.todo() == [[DUMP]]
        assert answered.settle({"event": "artifact", "id": "pickle", "child": 1}).task is DUMP
        assert answered.todo() == [[{"id": "fit", "formats": [{"id": "joblib"}]}]]

    def test_a_failed_fit_answers_for_all_of_its_formats(self) -> None:
        answered = Answered([[DUMP]])
        answered.settle({"event": "died", "id": "fit", "child": 1})
        assert answered.todo() == []

    def test_an_answer_that_nobody_asked_for_is_the_guests_end(self) -> None:
        with pytest.raises(GuestDiedError, match="it answered for 'z', which was not its task"):
            Answered(LOADS).settle(cell("z"))

    def test_the_guests_own_trouble_is_no_outcome(self) -> None:
        with pytest.raises(GuestTroubleError, match="no process can be started"):
            Answered([[DUMP]]).settle({"event": "fault", "id": "pickle", "what": "no process can be started"})

    def test_of_several_none_is_blamed_before_each_was_alone(self) -> None:
        answered = Answered(LOADS)
        todo = answered.todo()
        answered.settle(cell("a"))
        assert answered.blame(todo, "killed") is None
        assert ids(answered.todo()) == [["b"], ["c"], ["d"]]
        assert answered.settle(cell("b")).alone

    def test_the_one_that_was_alone_is_blamed_the_second_time(self) -> None:
        answered = Answered([[{"id": "a"}], [{"id": "b"}]])
        answered.settle(cell("a"))
        assert answered.blame(answered.todo(), "killed") is None
        assert ids(answered.todo()) == [["b"]]
        blamed = answered.blame(answered.todo(), "killed")
        assert blamed is not None
        assert blamed.event == {"event": "guest-died", "id": "b", "how": "killed", "child": None}
        assert (blamed.child, blamed.alone) == (None, True)
        assert answered.todo() == []

    def test_a_dump_is_blamed_for_the_format_it_was_at(self) -> None:
        answered = Answered([[DUMP]])
        answered.settle({"event": "artifact", "id": "pickle", "child": 1})
        assert answered.blame(answered.todo(), "killed") is None
        blamed = answered.blame(answered.todo(), "killed")
        assert blamed is not None
        assert blamed.event["id"] == "joblib"

    def test_after_the_last_answer_no_one_is_blamed(self) -> None:
        answered = Answered([[{"id": "a"}]])
        todo = answered.todo()
        answered.settle(cell("a"))
        assert answered.blame(todo, "killed") is None
        assert answered.todo() == []

    def test_for_the_guests_own_trouble_no_one_is_blamed(self) -> None:
        answered = Answered([[{"id": "a"}]])
        for _ in range(2):
            assert answered.untried is None
            assert answered.blame(answered.todo(), "it cannot fork", own=True) is None
        assert answered.untried == "it cannot fork"
        assert answered.todo() == []

    def test_a_kill_of_what_was_alone_may_come_from_outside_once(self) -> None:
        killed = {"event": "died", "id": "d", "child": 1, "signal": 9}
        for event, batches in ((killed, LOADS), ({**killed, "id": "a", "fresh": True}, LOADS)):
            answered = Answered(batches)
            todo = ids(answered.todo())
            assert answered.settle(event) is None
            assert ids(answered.todo()) == todo
            reply = answered.settle(event)
            assert reply is not None and reply.alone

    def test_a_guest_that_dies_later_is_not_the_doing_of_what_waits_for_its_second_try(self) -> None:
        answered = Answered([[{"id": "a"}], [{"id": "b"}]])
        todo = answered.todo()
        assert answered.settle({"event": "died", "id": "a", "child": 1, "signal": 9}) is None
        assert answered.blame(todo, "killed") is None  # b's first time
        todo = answered.todo()
        assert ids(todo) == [["a"], ["b"]]
        answered.settle(cell("a"))
        blamed = answered.blame(todo, "killed")
        assert blamed is not None and blamed.event["id"] == "b"

    def test_other_ends_are_blamed_at_once(self) -> None:
        for more in ({"signal": 11}, {"exit": 9}, {"signal": 9, "memory": True}):
            assert Answered(LOADS).settle({"event": "died", "id": "d", "child": 1, **more}) is not None
        assert Answered(LOADS).settle({"event": "died", "id": "a", "child": 1, "signal": 9}) is not None  # not alone

    def test_the_first_answer_of_a_child_is_worth_that_of_one_alone(self) -> None:
        for fresh in (True, False):
            reply = Answered(LOADS).settle({**cell("a"), "fresh": fresh})
            assert reply is not None and reply.alone is fresh
