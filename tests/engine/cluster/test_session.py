"""What a session makes of what workers answer: they are believed as little as guests are."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

from harness.engine.cluster import session as sessions
from harness.engine.cluster.objects import ObjectStore
from harness.engine.cluster.pool import Member
from harness.engine.cluster.session import ClusterSession
from harness.engine.cluster.shares import Answer, Ended
from harness.environments import LackingError, NotReadyError
from harness.environments.lock import Lock
from harness.errors import MachineError
from harness.run.session import CutShortError
from harness.store import RunFolder

from tests.conftest import environment, plan_of

LOCK = "numpy==2.1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
ROW = {
    "status": "ok",
    "reason": None,
    "python": "3.12.1",
    "packages": '{"numpy": "2.1.0"}',
    "lock_sha256": Lock(text=LOCK).digest,
}
ABLE = {"writers": {}, "readers": {"pickle": None}, "broken": {}}
GOOD = Answer(row=ROW, abilities=ABLE, lock=LOCK, seconds=1.0)


class Pool:
    """Workers that answer at once, as ``answer(share, address)`` says; None: the worker is lost."""

    def __init__(self, *addresses: str) -> None:
        self.all = [Member(address=one, threads=1, resources={"linux/amd64": 9.0}) for one in addresses]
        self.asked: list[tuple[str, object]] = []
        self.answer = lambda share, address: replace(GOOD, replies=[cell(name) for name in share.ids()])

    def members(self) -> list[Member]:
        return self.all

    def raise_if_broken(self) -> None: ...

    def withdraw(self, offers: list) -> None: ...

    def can_have(self, offer) -> bool:
        return any(offer.fits(one) for one in self.all)

    def offer(self, offer) -> None:
        member = next((one for one in self.all if offer.fits(one)), None)
        if member is None:
            return
        offer.worker = member
        self.asked.append((member.address, offer.share))
        offer.tell("begun", offer)
        answer = self.answer(offer.share, member.address)
        if answer is None:
            offer.tell("lost", offer)
            return
        data = answer if isinstance(answer, bytes) else answer.encode()
        offer.future = SimpleNamespace(result=lambda timeout: data)
        offer.tell("done", offer)


def cell(name: str) -> dict:
    return {"event": {"event": "cell", "id": name, "child": 1}, "child": [0, 1], "alone": False}


@pytest.fixture
def pool() -> Pool:
    return Pool("one", "two")


@pytest.fixture
def recorder(tmp_path):
    folder = RunFolder.begin(tmp_path / "run", {"run_id": "x"})
    progress = SimpleNamespace(environment=lambda *words: None)
    made = SimpleNamespace(
        folder=folder, plan=plan_of("new"), journal=folder.journal, progress=progress, measured_on={}
    )
    made.environment = lambda name, row: folder.journal.add("environment", {"environment": name, "at": "", **row})
    yield made
    folder.close()


@pytest.fixture
def session(recorder, pool, tmp_path, monkeypatch):
    monkeypatch.setattr(sessions, "_TICK", 0.01)
    monkeypatch.setattr(sessions, "WAIT", 0.0)
    store = ObjectStore(str(tmp_path / "store"))
    return ClusterSession(environment("new"), recorder, pool, store, files={}, cell_seconds=None)


def task(name: str, data: bytes = b"") -> dict:
    digest = hashlib.sha256(data).hexdigest()
    return {"id": name, "sha256": digest, "inputs_sha256": digest}


TASKS = [[task("a"), task("b")], [task("c")]]


def ids(session, tasks=TASKS) -> list[tuple[str, str]]:
    return [(reply.event["id"], reply.event["event"]) for reply in session.replies("load", tasks, seconds=1.0)]


def test_what_is_asked_is_answered_and_the_environment_is_recorded(session, recorder) -> None:
    assert sorted(ids(session)) == [("a", "cell"), ("b", "cell"), ("c", "cell")]
    assert recorder.journal.environments["new"]["python"] == "3.12.1"
    assert (recorder.folder.path / "locks/new.txt").read_text() == LOCK


def test_an_answer_that_is_left_out_is_asked_of_another_worker(session, pool) -> None:
    sound = pool.answer
    pool.answer = lambda share, address: replace(
        sound(share, address), replies=sound(share, address).replies[: 1 if address == "one" else 9]
    )
    assert sorted(name for name, _ in ids(session)) == ["a", "b", "c"]
    assert pool.asked[-1][0] == "two"


@pytest.mark.parametrize("nonsense", [b"no answer", replace(GOOD, replies=[cell("stranger")])])
def test_nonsense_is_tried_elsewhere_and_never_recorded(session, pool, nonsense) -> None:
    pool.answer = lambda share, address: GOOD if share.verb is None else nonsense
    with pytest.raises(CutShortError, match="worker one: ValueError: .*; worker two: ValueError"):
        ids(session)


def test_a_worker_with_other_packages_is_not_asked_again(session, pool) -> None:
    other = replace(GOOD, row={**ROW, "packages": '{"numpy": "2.2.0"}'})
    sound = pool.answer

    def answer(share, address):
        if share.verb is None:
            return GOOD
        return (
            replace(other, replies=sound(share, address).replies)
            if address == "two"
            else None
            if share.deaths < 1
            else sound(share, address)
        )

    session.open()
    pool.answer = answer
    pool.all.reverse()  # the other one comes first now
    assert sorted(name for name, _ in ids(session)) == ["a", "b", "c"]
    assert {address for address, share in pool.asked if share.verb and address == "one"} == {"one"}
    assert "two" in session._unfit


def test_what_no_worker_can_have_is_told(session, pool) -> None:
    pool.answer = lambda share, address: Answer(ended=Ended(kind="LackingError", reason=f"no Python 3.12 on {address}"))
    with pytest.raises(LackingError, match="no Python 3.12 on one"):
        session.open()
    assert [address for address, _ in pool.asked] == ["one", "two"]


def test_an_environment_that_no_worker_is_for_is_told_before_anything_is_asked(recorder, pool, tmp_path) -> None:
    store = ObjectStore(str(tmp_path / "store"))
    far = environment("far", platform="linux/arm64")
    session = ClusterSession(far, recorder, pool, store, files={}, cell_seconds=None)
    with pytest.raises(NotReadyError, match="no worker of the cluster has linux/arm64"):
        session.open()
    assert pool.asked == []


def test_a_lock_with_options_is_refused(session, pool, recorder) -> None:
    pool.answer = lambda share, address: replace(GOOD, lock="--index-url https://elsewhere\n" + LOCK)
    with pytest.raises(NotReadyError, match="neither a pinned package nor its hash"):
        session.open()
    assert not (recorder.folder.path / "locks/new.txt").exists()
    assert recorder.journal.environments == {}


def test_only_what_kills_its_workers_is_blamed(session, pool) -> None:
    sound = pool.answer
    pool.answer = lambda share, address: None if "b" in share.ids() else sound(share, address)
    assert sorted(ids(session)) == [("a", "cell"), ("b", "guest-died"), ("c", "cell")]


def test_damage_in_the_store_is_mended_from_the_run(session, pool, recorder, tmp_path) -> None:
    digest = recorder.folder.keep_object(b"a model")
    sound, damaged = pool.answer, Answer(ended=Ended(kind="DamagedError", reason="other bytes", damaged=[digest]))
    answers = iter([GOOD, damaged])
    pool.answer = lambda share, address: next(answers, None) or sound(share, address)
    assert ids(session, [[task("a", b"a model")]]) == [("a", "cell")]
    assert (tmp_path / "store" / digest[:2] / digest).read_bytes() == b"a model"


def test_what_is_damaged_in_the_run_itself_is_left_to_the_guest(session, pool) -> None:
    digest = task("a", b"lost")["sha256"]
    sound, damaged = pool.answer, Answer(ended=Ended(kind="DamagedError", reason="not there", damaged=[digest]))
    pool.answer = lambda share, address: (
        GOOD if share.verb is None else sound(share, address) if share.unsound else damaged
    )
    assert ids(session, [[task("a", b"lost")]]) == [("a", "cell")]
    assert pool.asked[-1][1].unsound == [digest]


def test_a_store_that_gives_other_bytes_each_time_ends_the_run(session, pool, recorder) -> None:
    digest = recorder.folder.keep_object(b"a model")
    damaged = Answer(ended=Ended(kind="DamagedError", reason="other bytes", damaged=[digest]))
    pool.answer = lambda share, address: GOOD if share.verb is None else damaged
    with pytest.raises(MachineError, match="comes back with other bytes each time"):
        ids(session, [[task("a", b"a model")]])
