"""One environment of a run whose guests are on the workers of a cluster."""

from __future__ import annotations

import json
import queue
import time
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from distributed import KilledWorker

from harness.engine.cluster import needs, pool, shares
from harness.engine.cluster.objects import DamagedError
from harness.engine.cluster.pool import Offer
from harness.engine.cluster.shares import Able, Answer, Share
from harness.engine.cluster.sizes import Batches, Sizes
from harness.environments import LackingError, NotReadyError, UnsatisfiableError, UnusableError, conformance
from harness.environments import lock as locks
from harness.errors import InputError, MachineError
from harness.machine import processes
from harness.messages import GuestDied, Reply
from harness.run.session import CutShortError, Session
from harness.store import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.engine.cluster.objects import ObjectStore
    from harness.engine.cluster.pool import Pool
    from harness.messages import TaskT, Verb
    from harness.run.recorder import Recorder
    from harness.terms import Environment

#: Shares that are ready before a worker is.
AHEAD = 2
#: How long a share waits for a worker that can do it, when none is left: one may be starting. Seconds.
WAIT = 120.0
_TICK = 0.5
_LONGEST_ROW = 1_000_000  # characters
_DEATHS_WHILE_BUILDING = 5  # of workers: nothing of a model's has run by then
_REFUSALS: dict[str, type[NotReadyError]] = {
    kind.__name__: kind for kind in (LackingError, UnsatisfiableError, UnusableError, NotReadyError)
}


class ClusterSession(Session):
    """One environment: its tasks go to workers, and their facts come back."""

    def __init__(
        self,
        environment: Environment,
        recorder: Recorder,
        workers: Pool,
        store: ObjectStore,
        *,
        files: dict[str, str],
        cell_seconds: float | None,
    ) -> None:
        """``files``: the user's own beside the guest, digests by name."""
        super().__init__(environment, recorder)
        self._pool, self._store, self._files = workers, store, files
        self._sizes = Sizes(cell_seconds)
        self._able: Able | None = None
        self._lock: str | None = None
        self._unfit: dict[str, NotReadyError] = {}  # by address, why that worker cannot have it
        self._troubled: dict[str, str] = {}  # by address, why it did not do all
        self._seen: set[str] = set()  # addresses of workers whose environment is known to be this one
        self._guests = 0  # that are known, of all workers
        self._pinned: str | None = None  # what measures
        self._unsound: set[str] = set()  # digests
        self._repaired: set[str] = set()
        known = recorder.folder.path / "locks" / f"{self.name}.txt"
        if known.exists():
            self._lock = locks.read(known).text
        if self._given_up is None and (why := needs.lacking(environment, recorder.plan, workers.members())):
            self._given_up = LackingError(why)

    def open(self) -> Able:
        """See `Session`: on one worker, which makes the lock."""
        if self._able is not None:
            return self._able
        if self._given_up is not None:
            raise self._given_up
        self._recorder.progress.environment(self.name, "building")
        for _ in self._done([Share(environment=self.name, verb=None, files=self._files, lock=self._lock)]):
            raise AssertionError  # nothing was asked
        if self._able is None:
            raise next(
                iter(self._unfit.values()), NotReadyError("; ".join(self._troubled.values()) or "no worker had it")
            )
        return self._able

    def absent(self) -> Mapping[str, str]:
        """See `Session`."""
        return {} if self._lock is None else locks.Lock(text=self._lock).absent

    def close(self) -> None:
        """Workers close guests that are idle for long; the others end with the run."""

    def measure_from_now_on(self) -> None:
        """See `Session`: from here on one worker does all, and nothing else meanwhile."""
        self._measuring = True

    def replies(self, verb: Verb, batches: Iterable[list[TaskT]], *, seconds: float) -> Iterator[Reply[TaskT]]:
        """See `Session`: in shares, by as many workers as are free."""
        self.open()
        left = Batches(batches)

        def cut() -> Iterator[Share]:
            # What is measured in one round stays together.
            while taken := left.take(None if self._measuring else self._sizes.count(verb)):
                yield Share(
                    environment=self.name,
                    verb=verb,
                    batches=cast("Any", taken),
                    seconds=seconds,
                    files=self._files,
                    lock=self._lock,
                    measuring=self._measuring,
                )

        yield from self._done(cut())
        if self._troubled:
            told, self._troubled = "; ".join(dict.fromkeys(self._troubled.values())), {}
            raise CutShortError(told)

    def _done(self, asked: Iterable[Share]) -> Iterator[Reply[Any]]:
        """Have the shares done; yield what is said. What no worker could do is left, with reasons in ``_troubled``."""
        coming = iter(asked)
        again: list[Share] = []
        out: list[Offer] = []
        inbox: queue.SimpleQueue[tuple[str, Offer]] = queue.SimpleQueue()
        ahead, idle_since = 0, time.monotonic()
        try:
            while True:
                processes.raise_if_stopped()
                self._pool.raise_if_broken()
                while ahead < AHEAD and (share := again.pop() if again else next(coming, None)) is not None:
                    offer = self._offer(share, inbox)
                    out.append(offer)
                    ahead += 1
                    self._pool.offer(offer)
                if not out:
                    return
                try:
                    word, offer = inbox.get(timeout=_TICK)
                except queue.Empty:
                    if any(one.worker is not None or self._pool.can_have(one) for one in out):
                        idle_since = time.monotonic()
                    elif time.monotonic() - idle_since > (0.0 if self._unfit or self._troubled else WAIT):
                        self._give_up_on(out)
                        return
                    continue
                idle_since = time.monotonic()
                if word == "begun":
                    ahead -= 1
                    continue
                out.remove(offer)
                if word == "lost":
                    more, replies = self._after_death(offer)
                else:
                    more, replies = self._after_answer(offer)
                again += more
                yield from replies
        finally:
            self._pool.withdraw(out)

    def _give_up_on(self, out: list[Offer]) -> None:
        """No worker is left for these shares: say why, unless it is known."""
        if not self._unfit and not self._troubled:
            wanted = ", ".join(out[0].needs)
            self._troubled[""] = f"no worker of the cluster is left that has {wanted}"
        elif out[0].share.verb is not None and not self._troubled:
            self._troubled |= {address: str(why) for address, why in self._unfit.items()}

    def _offer(self, share: Share, inbox: queue.SimpleQueue[tuple[str, Offer]]) -> Offer:
        """Bring what it needs into the store, and pack it."""
        share = replace(share, unsound=sorted(self._unsound))
        for digest in {task[key] for batch in share.batches for task in batch if "formats" not in task
                       for key in ("sha256", "inputs_sha256")}:  # fmt: skip
            path = self._recorder.folder.object_path(digest)
            if path.exists():
                self._store.ensure(digest, path)
        return Offer(
            share=share,
            data=share.encode(),
            needs=needs.of(self.environment, self._recorder.plan, self._pool.members(), measuring=share.measuring),
            unfit=frozenset({*self._unfit, *self._troubled}),
            pinned=self._pinned if share.measuring else None,
            tell=lambda word, offer: inbox.put((word, offer)),
        )

    def _after_death(self, offer: Offer) -> tuple[list[Share], list[Reply[Any]]]:
        """The worker of a share was lost: what to try now, or what is to blame."""
        share = offer.share
        if share.verb is None:
            died = replace(share, deaths=share.deaths + 1)
            if died.deaths < _DEATHS_WHILE_BUILDING:
                return [died], []
            self._troubled[""] = f"{died.deaths} workers ended while they built it"
            return [], []
        if share.measuring:
            self._troubled[""] = "the worker that measured it was lost"
            return [], []
        tried = share.after_death()
        blamed = tried[0].blamed
        if blamed is None:
            return tried, []
        task = share.ids()[blamed]
        how = f"{tried[0].deaths} workers of the cluster died in turn, the last two with this task alone"
        event = GuestDied(event="guest-died", id=blamed, how=how, child=None)
        return [], [Reply(event=event, task=cast("Any", task), child=None, alone=True)]

    def _after_answer(self, offer: Offer) -> tuple[list[Share], list[Reply[Any]]]:
        """A worker has answered: what is left to do, and what it says."""
        assert offer.worker is not None
        share, address = offer.share, offer.worker.address
        try:
            answer = Answer.decode(pool.result_of(offer))
            replies = [] if share.verb is None else shares.read_replies(answer, share, guests=self._guests)
            if answer.row is not None:
                self._take_environment(answer, address)
        except KilledWorker:
            return self._after_death(offer)
        except (CancelledError, TimeoutError):  # the scheduler forgot it, or its answer was lost: nobody died of it
            time.sleep(_TICK)
            self._pool.raise_if_broken()
            return [share], []
        except NotReadyError as error:
            self._unfit[address] = error
            return [share], []
        except Exception as error:  # noqa: BLE001  # whatever a worker sends, or raises: it is not asked again
            self._pool.raise_if_broken()
            self._troubled[address] = f"worker {address}: {type(error).__name__}: {str(error)[:500]}"
            return [share], []
        self._guests += 1 + max((reply.child[0] for reply in replies if reply.child is not None), default=0)
        self._keep_log(answer.log)
        self._pin(answer, share, address)
        if share.verb is None:
            left = share if answer.ended is not None else None
        else:
            self._sizes.learn(share.verb, share.count, answer.seconds)
            left = share.without(shares.answered(replies))
        told = [self._brought(reply) for reply in replies]
        if left is None:
            return [], told
        self._take_reason(answer, address)
        return [left], told

    def _take_reason(self, answer: Answer, address: str) -> None:
        """Why a worker did not do all; another one may."""
        ended = answer.ended
        if ended is None:
            self._troubled[address] = f"worker {address} left out an answer"
        elif ended.kind in _REFUSALS:
            error = _REFUSALS[ended.kind](ended.reason[:2000])
            if isinstance(error, UnsatisfiableError):  # no worker can
                raise error
            self._unfit[address] = error
        elif ended.damaged and not self._has_mended(ended.damaged):
            self._unsound |= set(map(str, ended.damaged))
        elif not ended.damaged:
            self._troubled[address] = f"worker {address}: {ended.reason[:2000]}"

    def _has_mended(self, damaged: list[str]) -> bool:
        """Whether the store has sound bytes again, from this run's own folder. Once for each."""
        for digest in map(str, damaged):
            try:
                self._recorder.folder.read_object(digest)
            except ValueError:  # nothing sound is here either
                return False
            if digest in self._repaired:
                raise MachineError(f"{self._store.url}: {digest} comes back with other bytes each time")
            self._repaired.add(digest)
            self._store.put(digest, self._recorder.folder.object_path(digest))
        return True

    def _take_environment(self, answer: Answer, address: str) -> None:
        """Believe that a worker has this environment. Raises NotReadyError where it has another, and ValueError."""
        if address in self._seen or answer.row is None:
            return
        row, lock, able = self._read_environment(answer)
        if self._lock is None:
            self._keep_lock(lock)
        known = self._recorder.journal.environments.get(self.name)
        if locks.Lock(text=lock).digest != row["lock_sha256"] or lock != self._lock:
            raise UnusableError(f"worker {address} has other packages than those that are locked")
        if self._able is None:
            if other := self._record(row):
                raise UnusableError(f"it is no longer what it was when this run began: {', '.join(other)}")
            self._able = able
        elif known is not None:
            if other := conformance.changed(known, row):
                raise UnusableError(f"worker {address} has another environment: {', '.join(other)}")
            common = conformance.common(known, row)
            if any(common.get(name) != known.get(name) for name in common.keys() - {"at", "seconds", "how_built"}):
                self._recorder.journal.add("environment", cast("Any", {**known, **_only_facts(common)}))
        self._seen.add(address)

    def _read_environment(self, answer: Answer) -> tuple[dict[str, Any], str, Able]:
        """The row of an environment, its lock and what it can do. Raises ValueError."""
        if answer.lock is None or answer.abilities is None:
            raise ValueError("it has an environment without a lock")
        row = {**(answer.row or {}), "environment": self.name}
        if len(json.dumps(row)) > _LONGEST_ROW:
            raise ValueError(f"what it tells of its environment is longer than {_LONGEST_ROW} characters")
        if (key := rows.wrong_value("environment", cast("Any", row))) is not None:
            raise ValueError(f"{key} of its environment is of another type")
        return row, answer.lock, Able.read(answer.abilities)

    def _keep_lock(self, text: str) -> None:
        """Store the lock that a worker has made. Raises ValueError where it holds more than pins and hashes."""
        path = self._recorder.folder.write_text(f"locks/{self.name}.txt", text)
        try:
            self._lock = locks.read(path).text
        except InputError as error:
            path.unlink()
            raise ValueError(str(error)) from error

    def _keep_log(self, text: str) -> None:
        if text:
            with (self._recorder.folder.path / "logs" / f"{self.name}.log").open("a", encoding="utf-8") as log:
                log.write(text)

    def _pin(self, answer: Answer, share: Share, address: str) -> None:
        """Figures of one environment are one machine's."""
        if share.measuring and self._pinned is None:
            self._pinned = address
            self._recorder.measured_on[self.name] = answer.host

    def _brought(self, reply: Reply[Any]) -> Reply[Any]:
        """The reply; the artifact that it tells of is here, in the spool of this run, with the bytes of its digest."""
        event: dict[str, Any] = dict(cast("Mapping[str, Any]", reply.event))
        digest = event.get("sha256")
        if event["event"] != "artifact" or not isinstance(digest, str):
            return reply
        try:
            spooled = self.scratch / self._recorder.folder.object_path(digest).name
            if not self._is_here(digest):
                self._store.fetch(digest, spooled)
            event["spooled"] = str(spooled)
        except ValueError:
            pass  # it is no digest, and is judged as such
        except (DamagedError, OSError) as error:
            event["unspooled"] = str(error)[:400]
        return replace(reply, event=cast("Any", event))

    def _is_here(self, digest: str) -> bool:
        try:
            self._recorder.folder.read_object(digest)
        except ValueError:
            return False
        return True


def _only_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"at", "seconds", "how_built"}}
