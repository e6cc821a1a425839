"""What a worker does: a plugin that has the guests of a run, and works on shares with them.

The guests end with the worker: it closes their input, and where it is killed the kernel does. Nothing is judged here.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import shutil
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from distributed import WorkerPlugin, get_worker

import harness
from harness.engine.cluster.brought import Brought
from harness.engine.cluster.objects import DamagedError, ObjectStore
from harness.engine.cluster.shares import Answer, Ended, Share
from harness.environments import NotReadyError, container_engine
from harness.environments.stage import stage
from harness.errors import InputError, MachineError
from harness.machine import hardware, platforms, tools
from harness.run.environment_session import EnvironmentSession
from harness.run.progress import Progress
from harness.run.recorder import Recorder
from harness.run.session import CutShortError
from harness.store import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from distributed import Worker

    from harness.config.plan import Plan
    from harness.messages import Reply, Task

#: Guests that stay alive between shares, each of 150 MB.
KEPT_GUESTS = 8
#: A worker has enough of what it can do for all of its shares; a measurement takes the whole slot.
ENOUGH = 1_000_000
SLOT = "slot"


def version() -> str:
    """What must be the same on both sides: this program and what it puts into environments."""
    return f"{harness.__version__} {stage({}).name}"


def capabilities() -> dict[str, float]:
    """The resources of this machine, by the names that environments ask for."""
    can = [platform for platform in {*platforms.OF, tools.native_platform()} if platforms.can_run(platform)]
    can += ["docker"] if container_engine.missing() is None else []
    can += ["java"] if shutil.which("java") else []
    return {**dict.fromkeys(can, ENOUGH), SLOT: 1}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every worker is told of a run."""

    run_id: str
    plan: Plan
    store: str
    version: str
    matrix: str | None  # the text of the plan's


class Guests(WorkerPlugin):  # type: ignore[misc, unused-ignore]  # without Dask it is a class of nothing
    """Has the guests of one run."""

    def __init__(self, setting: Setting) -> None:
        self.name = f"persistence-matrix-{setting.run_id}"
        self._setting = setting

    async def setup(self, worker: Worker) -> None:
        """Make what lasts as long as this worker, and say what this machine can do."""
        self._lock = threading.Lock()
        self._idle: defaultdict[tuple[str, bool], list[EnvironmentSession]] = defaultdict(list)
        self._ended = False
        self._numbers: Counter[str] = Counter()
        path = Path(worker.local_directory) / self._setting.run_id
        shutil.rmtree(path, ignore_errors=True)
        now = dt.datetime.now(dt.UTC).isoformat()
        self._folder = RunFolder.begin(path, {"run_id": self._setting.run_id, "started": now})
        self._store = ObjectStore(self._setting.store)
        self._brought = Brought(place=self._folder.object_path, fetch=self._fetch)
        plan = self._with_matrix(self._setting.plan)
        progress = Progress(None, environments=0, artifacts=0, cells=0)
        self._recorder = Recorder(plan, self._folder, progress)
        found = await asyncio.to_thread(capabilities)
        declared = worker.state.total_resources
        await worker.set_resources(**{name: amount for name, amount in found.items() if name not in declared})

    def _with_matrix(self, plan: Plan) -> Plan:
        """The plan with a matrix that is here: nox reads it to build an environment."""
        text = self._setting.matrix
        if text is None or (plan.matrix is not None and plan.matrix.exists() and plan.matrix.read_text() == text):
            return plan
        if tools.MATRIX.exists() and tools.MATRIX.read_text() == text:
            return replace(plan, matrix=tools.MATRIX)
        return replace(plan, matrix=self._folder.write_text("matrix.yaml", text))

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002  # of Dask
        """End the guests."""
        with self._lock:
            sessions = [session for those in self._idle.values() for session in those]
            self._idle.clear()
            self._ended = True
        for session in sessions:
            await asyncio.to_thread(session.close)
        self._folder.close()
        shutil.rmtree(self._folder.path, ignore_errors=True)

    def work(self, share: Share) -> Answer:
        """Do a share, in a thread of the worker's."""
        started = time.monotonic()
        answer = Answer(host=hardware.facts())
        if self._setting.version != version():
            reason = f"it has {version()} of this program, not {self._setting.version}: install the same on all"
            return _ended(answer, MachineError(reason))
        log = self._folder.path / "logs" / f"{share.environment}.log"
        printed = log.stat().st_size if log.exists() else 0
        replies: list[dict[str, Any]] = []
        try:
            if share.lock is not None:
                self._folder.write_text(f"locks/{share.environment}.txt", share.lock)
            with self._brought.share() as bring, self._session(share, bring) as session:
                guest = session.open()
                answer = replace(
                    answer,
                    row=dict(self._folder.journal.environments[share.environment]),
                    abilities={"writers": guest.writers, "readers": guest.readers, "broken": guest.broken},
                    lock=(self._folder.path / "locks" / f"{share.environment}.txt").read_text(),
                )
                if share.verb is not None:
                    tasks = [[self._here(task, share, session, bring) for task in batch] for batch in share.batches]
                    for reply in session.replies(cast("Any", share.verb), cast("Any", tasks), seconds=share.seconds):
                        replies.append(self._told(reply, session))  # noqa: PERF401  # those before an error are kept
        except (NotReadyError, CutShortError, InputError, MachineError, DamagedError, OSError) as error:
            answer = _ended(answer, error)
        if log.exists():
            with log.open("rb") as file:
                file.seek(printed)
                answer = replace(answer, log=file.read().decode(errors="replace"))
        return replace(answer, replies=replies, seconds=time.monotonic() - started)

    @contextlib.contextmanager
    def _session(self, share: Share, bring: Callable[..., Path]) -> Iterator[EnvironmentSession]:
        """A session that nobody else works with; its guest stays alive afterwards, among the latest few."""
        key = share.environment, share.measuring
        with self._lock:
            idle = self._idle.pop(key, [])
            session = idle.pop() if idle else None
            if idle:
                self._idle[key] = idle
        if share.measuring:
            self._keep(0)  # nothing else is in memory
        if session is None:
            session = self._new(share, bring)
            if share.measuring:
                session.measure_from_now_on()
        try:
            yield session
        except BaseException:
            session.close()
            raise
        with self._lock:
            self._idle[key].append(session)
        self._keep(0 if self._ended else KEPT_GUESTS)

    def _new(self, share: Share, bring: Callable[..., Path]) -> EnvironmentSession:
        environment = self._recorder.plan.environments[share.environment]
        files = {name: bring(digest) for name, digest in share.files.items()}
        with self._lock:
            number = self._numbers[share.environment]
            self._numbers[share.environment] += 1
            folder = stage(files)
        return EnvironmentSession(environment, self._recorder, folder, number=number)

    def _keep(self, most: int) -> None:
        """Close the guests that have been idle for longest, but so many."""
        with self._lock:
            held = [(key, session) for key, those in self._idle.items() for session in those]
            closing = held[: max(len(held) - most, 0)]
            for key, session in closing:
                self._idle[key].remove(session)
                if not self._idle[key]:
                    del self._idle[key]
        for _, session in closing:
            session.close()

    def _here(self, task: Task, share: Share, session: EnvironmentSession, bring: Callable[..., Path]) -> Task:
        """A task with this machine's paths; what it names has been brought here."""
        if "formats" in task:
            return {**task, "spool": str(session.scratch)}
        named = {key: task[key] for key in ("sha256", "inputs_sha256")}
        paths = {key: str(bring(digest, checked=digest not in share.unsound)) for key, digest in named.items()}
        return cast("Task", {**task, "artifact": paths["sha256"], "inputs": paths["inputs_sha256"]})

    def _fetch(self, digest: str, path: Path, checked: bool) -> None:
        """Bring an object here. Raises DamagedError, and OSError."""
        try:
            self._store.fetch(digest, path, checked=checked)
        except DamagedError as error:
            error.args = (*error.args, digest)
            raise

    def _told(self, reply: Reply[Any], session: EnvironmentSession) -> dict[str, Any]:
        """A reply as data. The artifact that it tells of is in the store by then."""
        event: dict[str, Any] = dict(cast("Mapping[str, Any]", reply.event))
        spooled, digest = event.pop("spooled", None), event.get("sha256")
        if isinstance(spooled, str) and isinstance(digest, str):
            with contextlib.suppress(ValueError):  # it is not those bytes: nothing is stored, and that is noticed
                self._folder.adopt(Path(spooled), digest, spool=session.scratch)
                self._store.ensure(digest, self._folder.object_path(digest))
                self._brought.note(digest)
        return {"event": event, "child": reply.child, "alone": reply.alone}


def _ended(answer: Answer, error: Exception) -> Answer:
    damaged = list(error.args[1:]) if isinstance(error, DamagedError) else []
    return replace(
        answer, ended=Ended(kind=type(error).__name__, reason=str(error.args[0] if damaged else error), damaged=damaged)
    )


def work(plugin: str, share: bytes) -> bytes:
    """The task that Dask carries to a worker."""
    guests = cast("Guests", get_worker().plugins[plugin])
    return guests.work(Share.decode(share)).encode()
