"""A guest that sends what no guest should."""

from __future__ import annotations

import json
import sys

import pytest

from harness.environments import Command
from harness.run.guest_process import Guest, GuestDiedError

SCRIPT = "import sys; sys.stdin.readline(); sys.stdout.write(%r); sys.stdout.flush(); sys.stdin.read()"
JOB = {"do": "load", "batches": [], "limits": {"seconds": 5.0, "memory": 1 << 30}}
CELL = {"event": "cell", "id": "a", "child": 1, "step": "load"}


@pytest.fixture
def events(tmp_path):
    def run(*messages: object) -> list[dict]:
        text = "".join(json.dumps(message) + "\n" for message in (*messages, {"event": "done"}))
        command = Command(argv=[sys.executable, "-I", "-c", SCRIPT % text], variables={})
        with Guest(command, modules=[], folder=tmp_path, log=tmp_path / "log") as guest:
            return list(guest.run(JOB))  # type: ignore[arg-type]

    return run


def test_an_event_of_the_job_is_passed_on(events) -> None:
    assert events(CELL) == [CELL]


@pytest.mark.parametrize(
    "wrong", [{"event": "cells"}, {"event": "fitted"}, {"step": []}, {"child": "1"}, {"event": None}]
)
def test_what_is_no_event_is_its_own_tasks(events, wrong) -> None:
    strange, other = events({**CELL, **wrong}, {**CELL, "id": "b"})
    assert (strange["event"], strange["id"]) == ("nonsense", "a")
    assert strange["why"]
    assert other["event"] == "cell"


@pytest.mark.parametrize("wrong", [{"event": "cell", "child": 1}, {**CELL, "id": 7}, {}])
def test_what_is_of_no_task_ends_the_guest(events, wrong) -> None:
    with pytest.raises(GuestDiedError, match="it sent what is no answer to a task"):
        events(wrong)


def test_what_is_no_message_ends_the_guest(events) -> None:
    with pytest.raises(GuestDiedError, match="it sent what is no message"):
        events([1])
