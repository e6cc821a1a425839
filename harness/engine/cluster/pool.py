"""Which worker works on which share, and which workers are lost.

Dask would queue shares at workers, and try what had a worker die under it elsewhere. Here no more is given to a worker
than it works on at once. So what it had when it was lost is known, and nothing is blamed for another's death.
"""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.engine.cluster import worker as on_worker
from harness.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from distributed import Client, Future

    from harness.engine.cluster.shares import Share

WATCH_SECONDS = 1.0
#: How long the scheduler may be silent. Seconds.
PATIENCE = 15.0


@dataclass(kw_only=True)
class Member:
    """A worker of the cluster."""

    address: str
    threads: int
    resources: Mapping[str, float]
    busy: int = 0  # threads

    def has(self, needs: Mapping[str, float]) -> bool:
        return all(self.resources.get(name, 0) >= amount for name, amount in needs.items())


@dataclass(kw_only=True, eq=False)
class Offer:
    """A share that waits for a worker, or is worked on."""

    share: Share
    data: bytes
    needs: Mapping[str, float]
    unfit: frozenset[str]  # addresses of workers that cannot do it
    pinned: str | None  # the only one that may
    tell: Callable[[str, Offer], None]  # with "begun", "done" or "lost"; by any thread
    worker: Member | None = None
    future: Future[Any] | None = None

    @property
    def alone(self) -> bool:
        """Whether nothing else may be at its worker: it may be what kills it, or is measured."""
        return self.share.deaths > 0 or self.share.measuring

    def fits(self, member: Member) -> bool:
        return member.has(self.needs) and member.address not in self.unfit and self.pinned in (None, member.address)


@dataclass
class _State:
    members: dict[str, Member] = field(default_factory=dict)
    waiting: list[Offer] = field(default_factory=list)
    running: list[Offer] = field(default_factory=list)
    homes: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class Pool:
    """The workers of a cluster, and the shares that they have. Used by several threads."""

    def __init__(self, client: Client, plugin: str) -> None:
        self._client, self._plugin = client, plugin
        self._lock = threading.RLock()
        self._state = _State()
        self._numbers = itertools.count()
        self._ended = threading.Event()
        self.broken: str | None = None  # why the scheduler is lost
        self.look()
        self._watcher = threading.Thread(target=self._watch, name="cluster", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        self._ended.set()
        self._watcher.join(PATIENCE)

    def members(self) -> list[Member]:
        with self._lock:
            return list(self._state.members.values())

    def offer(self, offer: Offer) -> None:
        """Let a worker have it as soon as one is free."""
        with self._lock:
            self._state.waiting.append(offer)
            self._assign()

    def withdraw(self, offers: list[Offer]) -> None:
        """Take back what is no longer wanted."""
        with self._lock:
            for one in offers:
                if one in self._state.waiting:
                    self._state.waiting.remove(one)
                elif one in self._state.running:
                    self._free(one)
                    if one.future is not None and self.broken is None:
                        one.future.cancel()
            self._assign()

    def can_have(self, offer: Offer) -> bool:
        """Whether some worker is fit for it, be it busy or not."""
        with self._lock:
            return any(offer.fits(member) for member in self._state.members.values())

    def look(self) -> None:
        """See which workers there are."""
        told = self._client.scheduler_info()["workers"]
        with self._lock:
            members = self._state.members
            for address, facts in told.items():
                member = members.setdefault(address, Member(address=address, threads=1, resources={}))
                member.threads, member.resources = int(facts["nthreads"]), dict(facts["resources"])
            for address in set(members) - set(told):
                del members[address]
                for homes in self._state.homes.values():
                    homes.discard(address)
            lost = [one for one in self._state.running if one.worker is not None and one.worker.address not in told]
            for one in lost:
                self._free(one)
            self._assign()
        for one in lost:
            one.tell("lost", one)

    def _watch(self) -> None:
        while not self._ended.wait(WATCH_SECONDS):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001  # whatever it is, there is no scheduler to ask
                if not self._ended.is_set():
                    self.broken = f"{type(error).__name__}: {error}"
                return

    def _assign(self) -> None:
        """Give every free worker what it is best for: what it has an environment of, then what nobody has one of."""
        for member in sorted(self._state.members.values(), key=lambda one: one.busy / one.threads):
            while member.busy < member.threads:
                chosen = min(
                    (one for one in self._state.waiting if one.fits(member)),
                    key=lambda one: self._rank(one, member),
                    default=None,
                )
                if chosen is None or (chosen.alone and member.busy):
                    break
                self._begin(chosen, member)

    def _rank(self, offer: Offer, member: Member) -> tuple[bool, int]:
        homes = self._state.homes[offer.share.environment]
        return not offer.alone, 0 if member.address in homes else 1 if not homes else 2

    def _begin(self, offer: Offer, member: Member) -> None:
        self._state.waiting.remove(offer)
        self._state.running.append(offer)
        self._state.homes[offer.share.environment].add(member.address)
        offer.worker = member
        member.busy += self._threads(offer, member)
        key = f"{offer.share.environment}-{offer.share.verb or 'open'}-{self._plugin}-{next(self._numbers)}"
        offer.future = self._client.submit(
            on_worker.work,
            self._plugin,
            offer.data,
            key=key,
            workers=[member.address],
            allow_other_workers=False,
            resources=dict(offer.needs),
            pure=False,
        )
        offer.future.add_done_callback(lambda _: self._done(offer))
        offer.tell("begun", offer)

    @staticmethod
    def _threads(offer: Offer, member: Member) -> int:
        return member.threads if offer.alone else 1

    def _done(self, offer: Offer) -> None:
        with self._lock:
            if offer not in self._state.running:  # it was lost, or taken back
                return
            self._free(offer)
            self._assign()
        offer.tell("done", offer)

    def _free(self, offer: Offer) -> None:
        self._state.running.remove(offer)
        if offer.worker is not None:
            offer.worker.busy -= self._threads(offer, offer.worker)

    def raise_if_broken(self) -> None:
        """Raises MachineError when the scheduler is lost."""
        if self.broken is not None:
            raise MachineError(
                f"the scheduler of the cluster is gone ({self.broken}): start it again, and continue with --resume"
            )


def result_of(offer: Offer, seconds: float = PATIENCE) -> Any:
    """What the worker has answered; raises whatever it raised."""
    assert offer.future is not None
    return offer.future.result(timeout=seconds)
