"""Shares: how one that kills its workers is split until what does it is alone, and what of an answer is believed."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.engine.cluster.shares import DEATHS_OF_TASK, Able, Answer, Ended, Share, answered, read_replies


def load(name: str) -> dict:
    return {"id": name}


def dump(name: str, *formats: str) -> dict:
    return {"id": name, "formats": [{"id": f"{name}/{one}"} for one in formats]}


def share(*batches: list[dict], verb: str = "load", **more: object) -> Share:
    return Share(environment="new", verb=verb, batches=list(batches), **more)  # type: ignore[arg-type]


def found(first: Share, killers: set[str]) -> tuple[set[str], int]:
    """What is blamed when a worker dies of every share that has a killer in it, and how many die."""
    waiting, blamed, deaths = [first], set(), 0
    while waiting:
        one = waiting.pop()
        if not killers & set(one.ids()):
            continue
        deaths += 1
        tried = one.after_death()
        if tried[0].blamed is not None:
            blamed.add(tried[0].blamed)
        else:
            waiting += tried
    return blamed, deaths


def test_a_share_comes_back_as_it_was_sent() -> None:
    sent = share([load("a"), load("é\ud800")], seconds=2.5, files={"x.py": "0" * 64}, lock="a==1\n", deaths=1)
    assert Share.decode(sent.encode()) == sent


@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.data())
def test_whatever_kills_is_found_and_nothing_else_is_blamed(sizes: list[int], data: st.DataObject) -> None:
    batches = [[load(f"{number}.{one}") for one in range(size)] for number, size in enumerate(sizes)]
    names = [task["id"] for batch in batches for task in batch]
    killers = set(data.draw(st.lists(st.sampled_from(names), max_size=3)))
    blamed, deaths = found(share(*batches), killers)
    assert blamed == killers
    assert deaths <= len(killers) * (len(names).bit_length() + len(sizes).bit_length() + 5)


def test_of_a_dump_the_format_that_kills_is_found() -> None:
    blamed, _ = found(share([dump("a", "pickle", "onnx")], [dump("b", "pickle")], verb="dump"), {"a/onnx"})
    assert blamed == {"a/onnx"}


def test_one_death_blames_nothing() -> None:
    (again,) = share([load("a")]).after_death()
    assert (again.blamed, again.deaths) == (None, 1)
    assert replace(again, deaths=DEATHS_OF_TASK).blamed == "a"


def test_what_has_its_answer_is_not_asked_again() -> None:
    asked = share([dump("a", "pickle", "onnx")], [dump("b", "pickle")], verb="dump")
    left = asked.without({"a/pickle", "b"})
    assert left is not None
    assert set(left.ids()) == {"a/onnx"}
    assert left.without({"a"}) is None


class TestReplies:
    asked = share([load("a"), load("b")])

    def read(self, *replies: dict) -> list:
        return read_replies(Answer(replies=list(replies)), self.asked, guests=5)

    def test_children_of_another_worker_are_others(self) -> None:
        (reply,) = self.read({"event": {"event": "cell", "id": "a", "child": 3}, "child": [1, 3], "alone": True})
        assert (reply.child, reply.alone, reply.task) == ((6, 3), True, load("a"))
        assert answered([reply]) == {"a"}

    @pytest.mark.parametrize(
        "reply",
        [
            {"event": {"event": "cell", "id": "c", "child": 1}, "child": [0, 1]},  # not its task
            {"event": {"event": "artifact", "id": "a", "child": 1}, "child": [0, 1]},  # no event of a load
            {"event": {"event": "fault", "id": "a", "child": 1, "what": "x"}, "child": [0, 1]},
            {"event": {"event": "cell", "id": "a", "child": 1}, "child": ["0", 1]},
            {"event": {"event": "guest-died", "id": "a"}, "child": None},  # not how
            {"event": "cell", "child": None},
            {"child": None},
        ],
    )
    def test_nonsense_is_refused(self, reply: dict) -> None:
        with pytest.raises(ValueError, match="."):
            self.read(reply)

    def test_texts_of_a_worker_are_cut(self) -> None:
        long = "x" * 10_000_000
        (reply,) = self.read({"event": {"event": "guest-died", "id": "a", "how": long}, "child": None})
        assert len(reply.event["how"]) < 10_000


class TestAnswers:
    def test_an_answer_comes_back_as_it_was_sent(self) -> None:
        sent = Answer(row={"status": "ok"}, ended=Ended(kind="OSError", reason="full"), seconds=1.5)
        assert Answer.decode(sent.encode()) == sent

    @pytest.mark.parametrize(
        "told", [[], {"row": 1, "ended": None}, {"ended": {"kind": "x"}}, {"ended": None, "replies": {}}, {"other": 1}]
    )
    def test_what_is_none_is_refused(self, told: object) -> None:
        with pytest.raises(ValueError, match="it"):
            Answer.decode(zlib.compress(json.dumps(told).encode()))

    def test_bytes_that_are_none_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no answer"):
            Answer.decode(b"no zlib")

    @pytest.mark.parametrize(
        "told",
        [{}, {"writers": {"p": "no"}, "readers": {}, "broken": {}}, {"writers": {}, "readers": {}, "broken": {"m": 1}}],
    )
    def test_abilities_are_checked(self, told: dict) -> None:
        with pytest.raises(ValueError, match="."):
            Able.read(told)
