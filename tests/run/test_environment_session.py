"""An environment's guest: started again when it dies, given up when it goes on to."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.environments import NotReadyError, UnusableError, kinds
from harness.environments.lock import Lock
from harness.errors import InputError, MachineError
from harness.machine import platforms, processes
from harness.run.guest_process import GuestDiedError, GuestTroubleError
from harness.run.environment_session import DEATHS, TROUBLES, CutShortError, EnvironmentSession

from tests.conftest import environment, plan_of


def cell(name: str, child: int = 1) -> dict:
    return {"event": "cell", "id": name, "child": child}


LOADS = [[{"id": "a"}, {"id": "b"}, {"id": "c"}], [{"id": "d"}]]


class Guest:
    """Answers for what it is asked until it meets a killer."""

    def __init__(self, killers: set[str], liars: set[str], troubled: set[str], on_death) -> None:
        self.killers = killers
        self.troubled = troubled
        self.liars = liars
        self.on_death = on_death

    def run(self, job: dict):
        for child, batch in enumerate(job["batches"], 1):
            for task in batch:
                if task["id"] in self.liars:
                    yield cell("nobody", child)
                if task["id"] in self.troubled:
                    raise GuestTroubleError("it cannot fork")
                if task["id"] in self.killers:
                    self.on_death()
                    raise GuestDiedError("it was killed by signal 9")
                yield cell(task["id"], child)

    def close(self) -> None:
        pass


class TestEvents:
    @pytest.fixture
    def session(self, tmp_path, monkeypatch):
        rows: list[dict] = []
        recorder = SimpleNamespace(
            folder=SimpleNamespace(path=tmp_path), plan=plan_of("new"), environment=lambda _, row: rows.append(row)
        )
        made = EnvironmentSession(environment("new"), recorder, tmp_path)  # type: ignore[arg-type]
        made.rows = rows
        made.started = []
        made.killers, made.liars, made.troubled = set(), set(), set()
        made.on_death = lambda: None

        def open_(self) -> Guest:
            processes.raise_if_stopped()
            if self._guest is None:
                self._guest = Guest(self.killers, self.liars, self.troubled, self.on_death)
                self.started.append(self._guest)
            return self._guest

        monkeypatch.setattr(EnvironmentSession, "open", open_)
        return made

    def test_a_killer_is_found_and_the_others_are_answered(self, session) -> None:
        session.killers = {"b"}
        events = [reply.event for reply in session.replies("load", LOADS, seconds=1.0)]
        assert {event["id"]: event["event"] for event in events} == {
            "a": "cell",
            "b": "guest-died",
            "c": "cell",
            "d": "cell",
        }
        assert len(events) == 4
        assert len(session.started) == 3

    def test_a_guest_that_answers_for_what_it_was_not_asked_costs_one_task(self, session) -> None:
        session.liars = {"b"}
        events = [reply.event for reply in session.replies("load", LOADS, seconds=1.0)]
        assert {event["id"]: event["event"] for event in events} == {
            "a": "cell",
            "b": "guest-died",
            "c": "cell",
            "d": "cell",
        }

    def test_children_of_different_guests_are_different(self, session) -> None:
        session.killers = {"b"}
        replies = session.replies("load", LOADS, seconds=1.0)
        children = {reply.event["id"]: reply.child for reply in replies}
        assert len({children["a"], children["c"], children["d"]}) == 3

    def test_a_guest_that_keeps_dying_is_given_up(self, session) -> None:
        batches = [[{"id": str(i)}] for i in range(DEATHS)]
        session.killers = {str(i) for i in range(DEATHS)}
        with pytest.raises(NotReadyError, match=f"died {DEATHS} times"):
            list(session.replies("load", batches, seconds=1.0))
        assert len(session.started) == DEATHS

    def test_one_that_was_killed_once_is_answered(self, session) -> None:
        session.killers = {"d"}
        session.on_death = session.killers.clear
        events = [reply.event for reply in session.replies("load", LOADS, seconds=1.0)]
        assert sorted(event["id"] for event in events) == ["a", "b", "c", "d"]
        assert {event["event"] for event in events} == {"cell"}

    def test_what_a_guest_had_trouble_with_twice_is_untried_and_the_rest_is_answered(self, session) -> None:
        session.troubled = {"b"}
        answered = []
        with pytest.raises(CutShortError, match="it cannot fork"):
            for reply in session.replies("load", LOADS, seconds=1.0):
                answered.append(reply.event["id"])
        assert sorted(answered) == ["a", "c", "d"]

    def test_trouble_without_end_ends_the_environments_part(self, session) -> None:
        session.troubled = {str(i) for i in range(9)}
        with pytest.raises(CutShortError, match="it cannot fork"):
            list(session.replies("load", [[{"id": str(i)}] for i in range(9)], seconds=1.0))
        assert len(session.started) == TROUBLES

    def test_when_all_is_stopped_no_one_is_blamed_and_no_guest_started(self, session, monkeypatch) -> None:
        monkeypatch.setattr(processes, "_STOPPED", type(processes._STOPPED)())
        session.killers = {"d"}
        session.on_death = processes._STOPPED.set
        seen = []
        with pytest.raises(processes.StoppedError):
            for reply in session.replies("load", LOADS, seconds=1.0):
                seen.append(reply.event["id"])
        assert seen == ["a", "b", "c"]
        assert len(session.started) == 1
        with pytest.raises(processes.StoppedError):
            session.give_up("its guest was killed")
        assert session.rows == []


@pytest.mark.parametrize("platform", ["linux/s390x", "linux/amd64"])
def test_of_what_is_missing_nothing_is_resolved_or_built_and_every_row_tells_of_emulation(
    tmp_path, monkeypatch, platform
) -> None:
    rows: list[dict] = []
    progress = SimpleNamespace(environment=lambda *_: None)
    recorder = SimpleNamespace(
        folder=SimpleNamespace(path=tmp_path), plan=plan_of("far"), environment=lambda _, row: rows.append(row),
        progress=progress, journal=SimpleNamespace(environments={}),
    )  # fmt: skip
    monkeypatch.setattr(platforms.tools, "native_platform", lambda: "linux/amd64")
    lacking = replace(kinds.OF["rootfs"], missing=lambda _: "`apt-get install mmdebstrap`")
    monkeypatch.setitem(kinds.OF, "rootfs", lacking)
    wanted = environment("far", kind="rootfs", platform=platform, suite="bookworm", source="debian")
    session = EnvironmentSession(wanted, recorder, tmp_path)  # type: ignore[arg-type]
    with pytest.raises(NotReadyError, match="apt-get install mmdebstrap") as caught:
        session.open()
    assert not list(tmp_path.iterdir())
    session.give_up(caught.value)
    (row,) = rows
    assert (row["status"], row["emulated"]) == ("not-run", platform != "linux/amd64")


class TestWhatItIs:
    FACTS = {
        "python": "3.12.1", "implementation": "CPython", "machine": "x86_64", "bits": 64, "byteorder": "little",
        "packages": {"scikit-learn": "1.5.2", "numpy": "2.1.3"}, "blas": None, "cpu": "A", "libc": "g", "variables": {},
    }  # fmt: skip

    @pytest.fixture
    def session(self, tmp_path, monkeypatch):
        """Its environment is there, and holds, build by build, what ``made.facts`` says."""
        rows: list[dict] = []
        recorder = SimpleNamespace(
            folder=SimpleNamespace(path=tmp_path), plan=plan_of("new"), environment=lambda _, row: rows.append(row),
            progress=SimpleNamespace(environment=lambda *_: None), journal=SimpleNamespace(environments={}),
        )  # fmt: skip
        made = EnvironmentSession(environment("new"), recorder, tmp_path)  # type: ignore[arg-type]
        made.facts, made.rows, made.forgotten, made.reused = [self.FACTS], rows, [], True
        lock = Lock(text="numpy==2.1.3\n")

        def build(*_, **__):
            seconds = None if made.reused else 1.0
            return SimpleNamespace(lock=lock, seconds=seconds, how="made")

        def forget(*_) -> None:
            made.reused = False
            made.forgotten.append(True)

        monkeypatch.setattr(platforms.tools, "native_platform", lambda: "linux/amd64")
        made._kind = replace(kinds.OF["local"], missing=lambda _: None, lock=lambda _: lock, build=build, forget=forget)
        monkeypatch.setattr(EnvironmentSession, "_locked", lambda _: lock)
        guest = lambda *_: SimpleNamespace(facts=made.facts.pop(0), close=lambda: None)  # noqa: E731
        monkeypatch.setattr(EnvironmentSession, "_start", guest)
        return made

    def test_one_that_is_there_and_is_another_is_built_anew_at_once(self, session) -> None:
        session.facts = [{**self.FACTS, "python": "3.11.9"}, self.FACTS]
        session.open()
        assert [row["python"] for row in session.rows] == ["3.12.1"]
        assert session.forgotten

    def test_one_that_is_another_although_it_was_just_built_is_not_run(self, session) -> None:
        session.facts = [{**self.FACTS, "python": "3.11.9"}] * 2
        with pytest.raises(UnusableError, match=r"not what was planned and locked: Python 3\.11\.9 instead of 3\.12"):
            session.open()
        assert not session.rows

    def test_it_must_be_what_it_was_earlier_in_its_run(self, session) -> None:
        session._recorder.journal.environments["new"] = {"status": "ok", "python": "3.12.0", "cpu": "A"}
        with pytest.raises(InputError, match=r"new is no longer what it was .*python 3\.12\.1 instead of 3\.12\.0"):
            session.open()
        assert not session.rows

    def test_of_two_machines_the_row_says_what_both_have(self, session) -> None:
        session._recorder.journal.environments["new"] = {"status": "ok", "python": "3.12.1", "cpu": "B", "libc": "g"}
        session.open()
        assert [(row["cpu"], row["libc"]) for row in session.rows] == [(None, "g")]

    def test_one_that_is_given_up_keeps_what_is_known_of_it(self, session) -> None:
        session._recorder.journal.environments["new"] = {"status": "ok", "python": "3.12.1"}
        session.give_up(NotReadyError("uv was killed"))
        (row,) = session.rows
        assert (row["status"], row["python"], row["trouble"]) == ("not-run", "3.12.1", "try")


class TestAbilities:
    ABSENT = "# without skl2onnx: no wheels\n# without jpmml-evaluator: no release\n"

    @pytest.fixture
    def session(self, tmp_path, monkeypatch):
        formats = dict.fromkeys(("onnx", "pmml", "pickle", "skops"), SimpleNamespace(module="any"))
        recorder = SimpleNamespace(
            folder=SimpleNamespace(path=tmp_path), plan=SimpleNamespace(impossible={}, formats=formats)
        )
        made = EnvironmentSession(environment("new"), recorder, tmp_path)  # type: ignore[arg-type]
        made._built = SimpleNamespace(lock=Lock(text=self.ABSENT))  # type: ignore[assignment]
        guest = SimpleNamespace(broken={}, writers={}, readers={})
        monkeypatch.setattr(EnvironmentSession, "open", lambda _: guest)
        return made, guest

    def test_a_tool_that_was_left_out_is_the_reason_whichever_module_lacks_it(self, session) -> None:
        made, guest = session
        guest.writers["onnx"] = {"reason": "skl2onnx cannot be imported", "modules": ["skl2onnx.common"]}
        guest.readers["pmml"] = {"reason": "no such module", "modules": ["other", "jpmml_evaluator.py4j"]}
        assert made.cannot_write("onnx") == "skl2onnx cannot be installed in this environment: no wheels"
        assert made.cannot_read("pmml", "pmml").startswith("jpmml-evaluator cannot be installed")

    def test_a_reason_that_only_names_the_tool_is_not_taken_for_it(self, session) -> None:
        made, guest = session
        guest.writers["skops"] = {"reason": "skops beside skl2onnx cannot be imported", "modules": ["skops"]}
        assert made.cannot_write("skops") == "skops beside skl2onnx cannot be imported"

    def test_what_is_able_has_no_reason_and_what_is_not_known_is_not_able(self, session) -> None:
        made, guest = session
        guest.writers["pickle"] = None
        assert made.cannot_write("pickle") is None
        assert made.cannot_write("onnx") == "nothing here writes this format"
