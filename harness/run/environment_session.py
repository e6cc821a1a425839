"""One environment during a run: its lock, its packages and its guest, which is started again if it dies."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from harness.environments import Folders, LackingError, NotReadyError, UnusableError, conformance, kinds
from harness.environments import lock as locks
from harness.errors import InputError
from harness.files import writing
from harness.machine import platforms, processes, tools
from harness.run.answered import Answered
from harness.run.guest_process import HELLO_SECONDS, Guest, GuestDiedError, GuestTroubleError, UnreadyError
from harness.run.session import CutShortError, Session
from harness.store import tables
from harness.terms import BUILT_IN_CASES, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.environments.kind import Built
    from harness.environments.lock import Lock
    from harness.messages import Job, JobLimits, Reply, TaskT, Verb
    from harness.run.recorder import Recorder
    from harness.terms import Environment

#: After this many deaths of its guest an environment is given up. Its unanswered tasks are not-run.
DEATHS = 40
#: After this much trouble of guests' own in succession, nothing more is tried in an environment.
TROUBLES = 3
#: Children in one job.
JOB = 100


class EnvironmentSession(Session):
    """One environment's packages and guest, in this process's care."""

    def __init__(self, environment: Environment, recorder: Recorder, stage: Path, *, number: int = 0) -> None:
        """``number`` tells sessions of one environment apart that work at the same time."""
        super().__init__(environment, recorder)
        if number:
            self.scratch = self.scratch.with_name(f"{environment.name}.{number}")
        self._kind = kinds.OF[environment.kind]
        self._stage = stage
        self._built: Built | None = None
        self._prepared: Built | None = None  # built, and its guest not started yet
        self._guest: Guest | None = None
        self._deaths = 0  # of guests

    def open(self) -> Guest:
        """Return the guest; build and record the environment first if needed. Raises NotReadyError."""
        if self._guest is not None:
            return self._guest
        if self._given_up is not None:
            raise self._given_up
        if self._built is None:
            self._built, self._guest = self._as_planned()
            self._tell(self._built, self._guest)
        else:
            self._guest = self._start(self._built)
        return self._guest

    def holding(self) -> dict[str, Any] | None:
        """See `Session`."""
        if self._given_up is not None:
            raise self._given_up
        built = self._built or self._prepared
        if built is None:
            built = self._prepared = self._build()
        held = self._kind.held(self.environment, built.lock)
        if held is None:
            return None
        return {
            "held": held,
            "lock": built.lock.digest,
            "variables": built.command.variables,
            "emulated": self._emulated(),
            "stage": self._stage.name,
        }

    def _as_planned(self) -> tuple[Built, Guest]:
        """The environment and its guest, which is what was planned and locked: built anew if what was there is not."""
        built = self._prepared or self._build()
        if built.seconds is None:  # it was there before
            try:
                return built, self._checked(built)
            except NotReadyError:
                self._kind.forget(self.environment, built.lock)
                built = self._build()
        return built, self._checked(built)

    def _checked(self, built: Built) -> Guest:
        """Its guest. Raises UnusableError where that is not what it should be; such an environment is not kept."""
        guest = self._start(built)
        asked, locked = self._kind.requirements(self.environment), self._kind.packages(built.lock)
        other = conformance.differences(self.environment, asked, locked, guest.facts, built.lock.origins)
        if other:
            guest.close()
            self._kind.forget(self.environment, built.lock)
            raise UnusableError(f"it is not what was planned and locked: {', '.join(other[:5])}")
        return guest

    def _tell(self, built: Built, guest: Guest) -> None:
        """Write its row. Raises InputError if it is no longer what it was earlier in the run."""
        row = {"status": str(Status.OK), "reason": None, **tables.environment_row(guest.facts)}
        row |= {"lock_sha256": built.lock.digest, "how_built": built.how}
        row |= {"emulated": self._emulated(), "seconds": built.seconds}
        if other := self._record(row):
            self.close()
            raise InputError(
                f"{self._recorder.folder.path}: {self.name} is no longer what it was when this run began "
                f"({', '.join(other)}): finish the run on the machine that began it, or start a new one"
            )

    def absent(self) -> Mapping[str, str]:
        """See `Session`."""
        return {} if self._built is None else self._built.lock.absent

    def _emulated(self) -> bool:
        return platforms.is_emulated(self.environment.platform)

    def close(self) -> None:
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.close()

    def replies(self, verb: Verb, batches: Iterable[list[TaskT]], *, seconds: float) -> Iterator[Reply[TaskT]]:
        """Yield the events of tasks, see `Session`; a hundred children to a job, which the guest holds while it forks.

        If the guest itself dies, it is started again, and runs the tasks of that batch one by one. If it dies at a
        single task, twice, that task is blamed.

        Raises
        ------
        NotReadyError
            The environment cannot be built, or its guest has died too often.
        CutShortError
            Its guests had trouble of their own, so that tasks were not tried. All others of their job are answered by
            then, unless it was so `TROUBLES` times in succession.
        StoppedError
            All processes are being stopped.
        """
        remaining = iter(batches)
        while job := list(itertools.islice(remaining, JOB)):
            yield from self._job(verb, job, seconds)

    def _job(self, verb: Verb, batches: list[list[TaskT]], seconds: float) -> Iterator[Reply[TaskT]]:
        answered = Answered(batches)
        limits: JobLimits = {"seconds": seconds, "memory": self._recorder.plan.profile.limits.memory}
        troubles = 0  # since the last answer
        while todo := answered.todo():
            job: Job = {"do": verb, "batches": todo, "limits": limits}
            try:
                for event in self.open().run(job):
                    # Each guest counts its children from 1; those of different guests are different children.
                    reply = answered.settle(event, guest=self._deaths)
                    if reply is not None:
                        troubles = 0
                        yield reply
            except GuestDiedError as died:
                self._deaths += 1
                processes.raise_if_stopped()
                self.close()
                own = isinstance(died, GuestTroubleError)
                troubles += own
                if troubles == TROUBLES:
                    raise CutShortError(str(died)) from died
                blamed = answered.blame(todo, str(died), own=own)
                if blamed is not None:
                    yield blamed
                if self._deaths >= DEATHS:
                    raise NotReadyError(f"its guest died {DEATHS} times") from died
        if answered.untried is not None:
            raise CutShortError(answered.untried)

    def _build(self) -> Built:
        tell = self._recorder.progress.environment
        why = self._kind.missing(self.environment)
        if why is not None:
            raise LackingError(why)
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
            return locks.read(path)
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
            built_in = {case.module for case in profile.cases if case.module.startswith(BUILT_IN_CASES)}
            modules += ["sklearn", *sorted(built_in)]
        words = [*modules, "--", *sorted({item.module for item in profile.formats})]
        processor = tools.quiet_processor() if self._measuring else None
        guest = Guest(built.command, modules=words, folder=self.scratch, log=log, processor=processor)
        try:
            # Under an emulator an import takes minutes if other guests are busy: it counts as a part of building.
            guest.hello(profile.limits.build_seconds if self._emulated() else HELLO_SECONDS)
        except UnreadyError as error:
            guest.close()
            refuse = NotReadyError if isinstance(error.__cause__, GuestDiedError) else UnusableError
            raise refuse(f"installed, but not usable: {error}") from error
        return guest
