"""Which worker gets which share, with a scheduler that only takes notes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

from harness.engine.cluster import needs
from harness.engine.cluster.pool import Member, Offer, Pool
from harness.engine.cluster.shares import Share
from harness.errors import MachineError

from tests.conftest import environment, plan_of

HERE = {"linux/amd64": 1.0}


class Client:
    def __init__(self, **threads: int) -> None:
        self.threads = threads
        self.resources: dict[str, dict] = {}
        self.given: list[str] = []
        self.down = False

    def scheduler_info(self) -> dict:
        if self.down:
            raise OSError("gone")
        return {
            "workers": {
                name: {"nthreads": count, "resources": self.resources.get(name, HERE)}
                for name, count in self.threads.items()
            }
        }

    def submit(self, work: object, plugin: str, data: bytes, *, workers: list[str], **more: object) -> SimpleNamespace:
        assert more["allow_other_workers"] is False
        (worker,) = workers
        self.given.append(worker)
        return SimpleNamespace(add_done_callback=lambda call: None, cancel=lambda: None)


@pytest.fixture
def client() -> Client:
    return Client(one=1, two=1)


@pytest.fixture
def pool(client: Client):
    made = Pool(client, "plugin")
    made.close()  # no thread looks; the tests do
    yield made


def offer(pool: Pool, name: str = "new", told: list | None = None, **more) -> Offer:
    given = {
        "needs": HERE,
        "unfit": frozenset(),
        "pinned": None,
        **{k: v for k, v in more.items() if k in ("needs", "unfit", "pinned")},
    }
    share = Share(environment=name, verb="load", **{k: v for k, v in more.items() if k not in given})
    heard = told if told is not None else []
    made = Offer(share=share, data=b"", tell=lambda word, one: heard.append((word, one)), **given)
    pool.offer(made)
    return made


def test_no_worker_has_more_than_it_works_on(pool: Pool, client: Client) -> None:
    made = [offer(pool) for _ in range(3)]
    assert sorted(client.given) == ["one", "two"]
    assert made[2].worker is None
    pool._done(made[0])
    assert made[2].worker is made[0].worker


def test_a_worker_goes_on_with_the_environment_that_it_has(pool: Pool, client: Client) -> None:
    first, second = offer(pool, "a"), offer(pool, "b")
    waiting = [offer(pool, "b"), offer(pool, "a")]
    pool._done(first)
    assert waiting[1].worker is first.worker
    pool._done(second)
    assert waiting[0].worker is second.worker


def test_what_a_lost_worker_had_is_known(pool: Pool, client: Client) -> None:
    heard: list = []
    made = [offer(pool, told=heard), offer(pool, told=heard)]
    lost = next(one for one in made if one.worker.address == "two")
    del client.threads["two"]
    pool.look()
    assert heard[-1] == ("lost", lost)
    assert [word for word, _ in heard].count("lost") == 1
    client.threads["three"] = 1  # its nanny has started it again
    again = offer(pool)
    pool.look()
    assert again.worker.address == "three"


def test_a_suspect_has_its_worker_to_itself() -> None:
    client = Client(wide=4)
    pool = Pool(client, "plugin")
    pool.close()
    others = [offer(pool) for _ in range(2)]
    suspect = offer(pool, deaths=1)
    waiting = offer(pool)
    assert (suspect.worker, waiting.worker) == (None, None)  # nobody comes before it any more
    for one in others:
        pool._done(one)
    assert suspect.worker is not None
    assert waiting.worker is None
    pool._done(suspect)
    assert waiting.worker is not None


def test_what_is_taken_back_frees_its_worker(pool: Pool, client: Client) -> None:
    made = [offer(pool) for _ in range(3)]
    pool.withdraw([made[0]])
    assert made[2].worker is made[0].worker


def test_resources_say_who_may_have_it(pool: Pool, client: Client) -> None:
    client.resources["two"] = {**HERE, "docker": 1.0}
    pool.look()
    made = offer(pool, needs={**HERE, "docker": 1.0})
    assert made.worker.address == "two"
    assert not pool.can_have(
        Offer(share=made.share, data=b"", needs={"linux/arm64": 1.0}, unfit=frozenset(), pinned=None, tell=print)
    )
    assert offer(pool, unfit=frozenset({"one"})).worker is None


def test_a_scheduler_that_is_gone_is_told(client: Client) -> None:
    pool = Pool(client, "plugin")
    client.down = True
    pool._watcher.join(10)
    with pytest.raises(MachineError, match="start it again, and continue with --resume"):
        pool.raise_if_broken()


class TestNeeds:
    members = [Member(address="one", threads=1, resources={"linux/amd64": 9, "slot": 1})]

    def test_what_no_worker_has_is_told_with_what_they_have(self) -> None:
        plan = plan_of("new")
        assert needs.lacking(environment("new"), plan, self.members) is None
        far = environment("far", platform="linux/arm64")
        told = needs.lacking(far, plan, self.members)
        assert told == "no worker of the cluster has linux/arm64; they have linux/amd64: start one there"

    def test_a_container_needs_an_engine_and_a_measurement_its_slot(self) -> None:
        found = needs.of(environment("new", kind="docker"), plan_of("new"), self.members, measuring=True)
        assert found == {"linux/amd64": 1.0, "docker": 1.0, "slot": 1.0}
