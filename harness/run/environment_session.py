"""One environment during a run: its lock, its packages, its guest; and its guest's death, which is survived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, cast

from harness.environments import Folders, NotReadyError, kinds
from harness.environments.lock import Lock
from harness.errors import MachineError
from harness.files import writing
from harness.machine import platforms, processes, tools
from harness.messages import Event, GuestDied, Job, JobLimits, Reply, Task, TaskT, Verb
from harness.run.guest_process import HELLO_SECONDS, Guest, GuestDiedError, UnreadyError
from harness.store import tables
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.environments.kind import Built
    from harness.run.recorder import Recorder
    from harness.terms import Environment

#: A guest that keeps dying is given up; what it still owed is not-run.
DEATHS = 40


class EnvironmentSession:
    """Opened on demand, closed at the end; used by one thread at a time."""

    def __init__(self, environment: Environment, recorder: Recorder, stage: Path) -> None:
        self.environment = environment
        self.name = environment.name
        self._kind = kinds.OF[environment.kind]
        self.scratch = (recorder.folder.path / "spool" / environment.name).resolve()
        self._recorder = recorder
        self._stage = stage
        self._emulated = platforms.is_emulated(environment.platform)
        self._built: Built | None = None
        self._guest: Guest | None = None
        self._deaths = 0  # of guests
        self._recorded = False  # that it was given up
        self._measuring = False
        self._given_up: str | None = recorder.plan.impossible.get(environment.name)

    def open(self) -> Guest:
        """The guest, the environment built and recorded first where needed. Raises NotReadyError."""
        if self._guest is not None:
            return self._guest
        if self._given_up is not None:
            raise NotReadyError(self._given_up)
        if self._built is None:
            self._built = self._build()
            self._guest = self._start(self._built)
            self._check_packages(self._built.lock, self._guest)
            row = {"status": str(Status.OK), "reason": None, **tables.environment_row(self._guest.facts)}
            row |= {
                "lock_sha256": self._built.lock.digest,
                "how_built": self._built.how,
                "emulated": self._emulated,
                "seconds": self._built.seconds,
            }
            if not self._measuring:  # else it is on record already
                self._recorder.environment(self.name, row)
        else:
            self._guest = self._start(self._built)
        return self._guest

    def measure_from_now_on(self) -> None:
        """The next guest has a processor to itself."""
        self.close()
        self._measuring = True

    def cannot_write(self, format_name: str) -> str | None:
        """Why this environment cannot write a format, or None. Raises NotReadyError."""
        return self._why_not(format_name, self.open().writers, format_name, "nothing here writes this format")

    def cannot_read(self, reader: str, format_name: str) -> str | None:
        """Why a reader of a format does not work in this environment, or None. Raises NotReadyError."""
        return self._why_not(format_name, self.open().readers, reader, "this environment has no such reader")

    def _why_not(self, format_name: str, abilities: dict[str, str | None], name: str, otherwise: str) -> str | None:
        module, broken = self._recorder.plan.formats[format_name].module, self.open().broken
        if module in broken:
            return f"{module}.py cannot be imported in this environment ({broken[module]})"
        reason = abilities.get(name, otherwise)
        absent = {} if self._built is None else self._built.lock.absent
        for tool, why in absent.items():
            if reason is not None and tool.replace("-", "_") in reason.replace("-", "_"):
                return f"{tool} cannot be had in this environment: {why}"
        return reason

    def close(self) -> None:
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.close()

    def give_up(self, reason: str) -> None:
        """From here on the environment is not-run, for that reason. Raises StoppedError when that is the reason."""
        processes.raise_if_stopped()
        self.close()
        if self._recorded:
            return
        self._given_up, self._recorded = reason, True
        row = {"status": str(Status.NOT_RUN), "reason": reason}
        self._recorder.environment(self.name, {**row, "emulated": self._emulated})

    def replies(self, verb: Verb, batches: list[list[TaskT]], *, seconds: float) -> Iterator[Reply[TaskT]]:
        """Events of a job, each with its task, its child and whether it ran alone.

        When the guest itself dies, it is started again, and the batch it was at is gone through one by one. When it
        dies with one task at work, that task is what killed it. Raises NotReadyError, MachineError, StoppedError.
        """
        answered = Answered(batches)
        limits: JobLimits = {"seconds": seconds, "memory": self._recorder.plan.profile.limits.memory}
        for _ in range(DEATHS):
            todo = answered.todo()
            if not todo:
                return
            job: Job = {"do": verb, "batches": todo, "limits": limits}
            try:
                for event in self.open().run(job):
                    # Each guest counts its children from 1; those of different guests are different children.
                    yield answered.settle(event, guest=self._deaths)
            except GuestDiedError as died:
                self._deaths += 1
                processes.raise_if_stopped()
                self.close()
                blamed = answered.blame(todo, str(died))
                if blamed is not None:
                    yield blamed
        raise NotReadyError(f"its guest died {DEATHS} times")

    def _build(self) -> Built:
        tell = self._recorder.progress.environment
        why = self._kind.missing(self.environment)
        if why is not None:
            raise NotReadyError(why)
        tell(self.name, "resolving")
        lock = self._locked()
        tell(self.name, "building")
        folders = Folders(
            stage=self._stage,
            artifacts=self._recorder.folder.path / "objects",
            scratch=self.scratch,
            matrix=self._recorder.plan.matrix,
        )
        built = self._kind.build(self.environment, lock, folders=folders, limits=self._recorder.plan.profile.limits)
        tell(self.name, "importing")
        return built

    def _locked(self) -> Lock:
        name = f"locks/{self.name}.txt"
        path = self._recorder.folder.path / name
        if path.exists():
            return Lock(text=path.read_text())
        lock = self._kind.lock(self.environment)
        self._recorder.folder.write_text(name, lock.text)
        return lock

    def _start(self, built: Built) -> Guest:
        log = self._recorder.folder.path / "logs" / f"{self.name}.log"
        with writing(log):
            self.scratch.mkdir(parents=True, exist_ok=True)
            log.touch()
        profile = self._recorder.plan.profile
        modules = ["numpy"]
        if self.environment.produces:
            modules += ["sklearn", *sorted({case.module for case in profile.cases if case.estimator is not None})]
        words = [*modules, "--", *sorted({item.module for item in profile.formats})]
        processor = tools.quiet_processor() if self._measuring else None
        guest = Guest(built.command, modules=words, folder=self.scratch, log=log, processor=processor)
        try:
            # Under an emulator an import takes minutes where others are at work, too: it is a part of the building.
            guest.hello(profile.limits.build_seconds if self._emulated else HELLO_SECONDS)
        except UnreadyError as error:
            guest.close()
            raise NotReadyError(f"installed, but not usable: {error}") from error
        return guest

    def _check_packages(self, lock: Lock, guest: Guest) -> None:
        held, wanted = guest.facts["packages"], self._kind.packages(lock)
        other = [f"{n} {held.get(n, 'absent')} instead of {v}" for n, v in wanted.items() if held.get(n) != v]
        if other:
            self._kind.forget(self.environment, lock)
            self.close()
            told = ", ".join(sorted(other)[:5])
            raise NotReadyError(f"it does not hold what its lock says ({told}); the next run builds it anew")


class Answered(Generic[TaskT]):
    """Which tasks of a job still wait for an answer."""

    def __init__(self, batches: list[list[TaskT]]) -> None:
        self._batches: list[list[TaskT]] = batches
        self._by_id: dict[str, TaskT] = {}
        self._open: dict[str, list[str]] = {}
        for task in (task for batch in batches for task in batch):
            ids: list[str] = _ids(task)
            self._open[task["id"]] = ids
            self._by_id |= dict.fromkeys([task["id"], *ids], task)
        self._alone: set[str] = {batch[0]["id"] for batch in batches if len(batch) == 1}

    def todo(self) -> list[list[TaskT]]:
        """The batches without what was answered."""
        left = ([self._narrowed(task) for task in batch if self._open[task["id"]]] for batch in self._batches)
        return [batch for batch in left if batch]

    def _narrowed(self, task: TaskT) -> TaskT:
        if "formats" not in task:
            return task
        left = [item for item in task["formats"] if item["id"] in self._open[task["id"]]]
        return cast("TaskT", {**task, "formats": left})

    def settle(self, event: Event, *, guest: int = 0) -> Reply[TaskT]:
        """Take an event of a guest, of which there may be several one after the other; return it with its task.

        Raises MachineError for the guest's own trouble, GuestDiedError when it answers for what it was not asked.
        """
        if event["event"] == "fault":
            raise MachineError(f"a guest could not go on: {event['what']}. Free some space, then use --resume")
        task = self._by_id.get(event["id"])
        if task is None:
            raise GuestDiedError(f"it answered for {event['id'][:80]!r}, which was not its task")
        if event["event"] != "fitted":
            owed = self._open[task["id"]]
            self._open[task["id"]] = [] if event["id"] == task["id"] else [i for i in owed if i != event["id"]]
        child = None if event["event"] == "guest-died" else (guest, event["child"])
        return Reply(event=event, task=task, child=child, alone=task["id"] in self._alone)

    def blame(self, todo: list[list[TaskT]], how: str) -> Reply[TaskT] | None:
        """The guest died. With one task in the batch it was at, that one did it; else they go one by one now."""
        at = next((batch for batch in todo if any(self._open[task["id"]] for task in batch)), None)
        if at is None:
            return None
        if len(at) == 1:
            owed = self._open[at[0]["id"]][0]
            return self.settle(GuestDied(event="guest-died", id=owed, how=how, child=None))
        ids = {task["id"] for task in at}
        self._alone |= ids
        self._batches = [[task] for task in at] + [b for b in self._batches if not ids & {t["id"] for t in b}]
        return None


def _ids(task: Task) -> list[str]:
    """What a task owes an answer for: itself, or each format of a dump."""
    return [item["id"] for item in task["formats"]] if "formats" in task else [task["id"]]
