"""What a guest sends is an event of its job, or it is not taken for one."""

from __future__ import annotations

import json

import pytest

from harness import messages

GOOD = {
    "dump": [
        {"event": "fitted", "id": "a", "child": 1},
        {"event": "artifact", "id": "a", "child": 1, "step": "dump"},
        {"event": "fault", "id": "a", "child": 1, "what": "no space"},
        {"event": "died", "id": "a", "child": 2, "step": None, "exit": 0, "peak_bytes": None},
    ],
    "load": [
        {"event": "cell", "id": "a", "child": 1, "step": "predict", "anything": [1]},
        {"event": "died", "id": "a", "child": 1, "step": "load", "signal": 9, "memory": True},
        {"event": "overtime", "id": "a", "child": 1, "step": "load", "seconds": 5},
        {"event": "fault", "id": "a", "child": 1, "what": "no process can be started"},
    ],
    "measure": [{"event": "measured", "id": "a", "child": 3, "step": "load", "figures": {}}],
}


@pytest.mark.parametrize(("verb", "message"), [(verb, one) for verb, all_ in GOOD.items() for one in all_])
def test_events_of_a_job(verb, message) -> None:
    assert messages.parse(message, verb) == message


CELL = GOOD["load"][0]
DIED = GOOD["load"][1]
BAD = {
    "no event": {"id": "a", "child": 1},
    "an unknown event": {**CELL, "event": "cells"},
    "an event that is a list": {**CELL, "event": ["cell"]},
    "of another job": {**CELL, "event": "measured"},
    "the host's own word": {**CELL, "event": "guest-died", "how": "killed"},
    "the end of a job": {**CELL, "event": "done"},
    "no id": {"event": "cell", "child": 1},
    "an id that is a number": {**CELL, "id": 7},
    "no child": {"event": "cell", "id": "a"},
    "a child that is true": {**CELL, "child": True},
    "a child that is a pair": {**CELL, "child": [0, 1]},
    "an unknown step": {**CELL, "step": "unload"},
    "a step that is a list": {**CELL, "step": ["load"]},
    "a death of nothing": {"event": "died", "id": "a", "child": 1},
    "a death of two things": {**DIED, "exit": 1},
    "a death by a text": {**DIED, "signal": "KILL"},
    "overtime without seconds": {"event": "overtime", "id": "a", "child": 1},
    "overtime of a text": {"event": "overtime", "id": "a", "child": 1, "seconds": "5"},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_none(name) -> None:
    with pytest.raises(ValueError) as caught:
        messages.parse(BAD[name], "load")
    assert len(str(caught.value)) < 120
    stands = messages.nonsense(BAD[name], str(caught.value))
    if isinstance(BAD[name].get("id"), str):
        assert stands is not None and stands["id"] == "a" and stands["why"] == str(caught.value)
        assert stands["child"] is None or type(stands["child"]) is int
    else:
        assert stands is None


def test_a_fault_without_a_word() -> None:
    with pytest.raises(ValueError, match="fault says no word"):
        messages.parse({"event": "fault", "id": "a", "child": 1}, "dump")


def test_what_is_sent_may_be_long() -> None:
    with pytest.raises(ValueError, match="no event") as caught:
        messages.parse(json.loads(json.dumps({"event": "x" * 10**6})), "load")
    assert len(str(caught.value)) < 120


def test_texts_are_as_short_as_a_sound_guest_sends_them() -> None:
    long = "x" * 10**6
    error = {"type": long, "message": long, "traceback": long, "memory": False}
    warning = {"category": long, "message": long, "count": 1}
    sent = {"event": "cell", "id": "a", "child": 1, "error": error, "warnings": [warning] * 1000, "refused": long}
    assert len(json.dumps(messages.parse(sent, "load"))) < 300_000


def test_what_a_format_tells_has_a_limit() -> None:
    sent = {"event": "artifact", "id": "a", "child": 1, "facts": {"x": "y" * 10**6}}
    with pytest.raises(ValueError, match="facts that are longer"):
        messages.parse(sent, "dump")
