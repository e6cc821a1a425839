"""What the passes of a run ask of an environment, wherever its guests are.

`harness.run.environment_session` has its guests in this process's care, `harness.engine.cluster` on other machines.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from harness.environments import NotReadyError, UnusableError, conformance
from harness.machine import processes
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from harness.messages import Inability, Reply, TaskT, Verb
    from harness.run.recorder import Recorder
    from harness.terms import Environment


class CutShortError(Exception):
    """The machine did not let the guests of an environment do all; what is missing may be tried again."""


class Abilities(Protocol):
    """What a guest says that it can do."""

    @property
    def writers(self) -> dict[str, Inability | None]:
        """By format; None: it can be written here."""
        ...

    @property
    def readers(self) -> dict[str, Inability | None]:
        """The same by reader."""
        ...

    @property
    def broken(self) -> dict[str, str]:
        """By module of formats, why it cannot be imported here."""
        ...


class Session(ABC):
    """One environment during a run. Opened on demand, closed at the end; used by one thread at a time."""

    def __init__(self, environment: Environment, recorder: Recorder) -> None:
        self.environment = environment
        self.name = environment.name
        self.scratch = (recorder.folder.path / "spool" / environment.name).resolve()
        self._recorder = recorder
        self._recorded = False  # that it was given up
        self._measuring = False
        impossible = recorder.plan.impossible.get(environment.name)
        self._given_up: NotReadyError | None = None if impossible is None else UnusableError(impossible)

    @abstractmethod
    def open(self) -> Abilities:
        """Build and record the environment if needed; say what it can do. Raises NotReadyError."""

    @abstractmethod
    def close(self) -> None:
        """End its guest."""

    @abstractmethod
    def replies(self, verb: Verb, batches: Iterable[list[TaskT]], *, seconds: float) -> Iterator[Reply[TaskT]]:
        """Yield the events of tasks, each with its task, its child and whether it ran alone.

        Those of one child come together.

        Parameters
        ----------
        verb : what the tasks are: "dump", "load" or "measure".
        batches : one list of tasks for each child process.
        seconds : the limit of one step.

        Raises
        ------
        NotReadyError
            The environment cannot be had, or its guest has died too often.
        CutShortError
            The machine did not let all of it be tried.
        StoppedError
            All processes are being stopped.
        """

    @abstractmethod
    def absent(self) -> Mapping[str, str]:
        """By tool that the resolver left out, why."""

    def holding(self) -> dict[str, Any] | None:
        """What its outcomes depend on, without starting its guest; None where not everything of it is known.

        The environment is built if it was not there. Raises NotReadyError.
        """
        return None

    def record_as(self, row: Mapping[str, Any]) -> None:
        """Write its row as an earlier run did: its guest was not needed, since all outcomes of it were reused."""
        told = {**row, "how_built": "not started: all outcomes were reused", "seconds": None}
        self._recorder.environment(self.name, {name: told[name] for name in told if name not in ("environment", "at")})

    def measure_from_now_on(self) -> None:
        """The next guest has a processor to itself."""
        if not self._measuring:
            self.close()
            self._measuring = True

    def cannot_write(self, format_name: str) -> str | None:
        """Why this environment cannot write a format, or None. Raises NotReadyError."""
        broken = self._broken(format_name)
        return broken or self._why_not(self.open().writers, format_name, "nothing here writes this format")

    def cannot_read(self, reader: str, format_name: str) -> str | None:
        """Why a reader of a format does not work in this environment, or None. Raises NotReadyError."""
        broken = self._broken(format_name)
        return broken or self._why_not(self.open().readers, reader, "this environment has no such reader")

    def _broken(self, format_name: str) -> str | None:
        """Why the file of a format cannot be imported in this environment, or None. Raises NotReadyError."""
        module = self._recorder.plan.formats[format_name].module
        why = self.open().broken.get(module)
        return None if why is None else f"{module}.py cannot be imported in this environment ({why})"

    def _why_not(self, abilities: dict[str, Inability | None], name: str, otherwise: str) -> str | None:
        """Why an ability is missing. Where the resolver left a tool out, its reason says more than a failed import."""
        if name not in abilities:
            return otherwise
        inability = abilities[name]
        if inability is None:
            return None
        modules = {module.partition(".")[0].lower() for module in inability["modules"]}
        for tool, why in self.absent().items():
            if tool.replace("-", "_") in modules:
                return f"{tool} cannot be installed in this environment: {why}"
        return inability["reason"]

    def _record(self, row: dict[str, Any]) -> list[str]:
        """Write its row, unless it is no longer what it was earlier in the run; return what differs."""
        known = self._recorder.journal.environments.get(self.name)
        if known is not None:
            if other := conformance.changed(known, row):
                return other
            row = conformance.common(known, row)
        if not self._measuring:  # else its row is written already
            self._recorder.environment(self.name, row)
        return []

    def give_up(self, reason: NotReadyError) -> None:
        """Record the environment as not-run, with its reason. Raises StoppedError while all processes are stopped."""
        processes.raise_if_stopped()
        self.close()
        if self._recorded:
            return
        self._given_up, self._recorded = reason, True
        row = {"status": str(Status.NOT_RUN), "reason": str(reason), "emulated": self._emulated()}
        if reason.trouble is not None:
            row["trouble"] = str(reason.trouble)
        # What it was is true of what it did before.
        held: Mapping[str, Any] = self._recorder.journal.environments.get(self.name, {})
        self._recorder.environment(self.name, {**held, **row})

    def _emulated(self) -> bool:
        """Whether its programs run under an emulator."""
        return False


class Workplace(Protocol):
    """Where the guests of a run are."""

    @property
    def at_once(self) -> int:
        """How many environments work at the same time."""
        ...

    def session(self, environment: Environment, files: Mapping[str, Path]) -> Session:
        """A session of an environment. ``files``: the user's own, by their names beside the guest."""
        ...


class Engine(Protocol):
    """Makes the workplace of a run: this process's guests, or a cluster."""

    @property
    def link(self) -> str | None:
        """Of a page that shows it at work."""
        ...

    def at_work(self, recorder: Recorder) -> AbstractContextManager[Workplace]:
        """The workplace while a run goes on. Raises MachineError."""
        ...
