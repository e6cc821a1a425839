"""One guest process: start it, send it jobs, read its events, stop it at its deadline."""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from typing import TYPE_CHECKING, Any, Self

from harness import messages
from harness.guest import wire
from harness.machine import processes

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from harness.environments import Command
    from harness.messages import Event, Inability, Job, Verb

HELLO_SECONDS = 300.0  # importing takes seconds; a first import also compiles
GRACE_SECONDS = 30.0  # the guest watches its own deadlines; this is for the guest itself
AFTER_SECONDS = 30.0  # what a guest would leave behind is removed within


class GuestDiedError(Exception):
    """The guest ended, or was stopped, before the job was done. The text says how."""


class GuestTroubleError(GuestDiedError):
    """It ended because of trouble of its own: no model is to blame. The text says which."""


class UnreadyError(Exception):
    """The environment cannot run the guest: something does not import. The text says what."""


class Guest:
    """A running guest; a context manager that leaves no process behind."""

    def __init__(
        self, command: Command, *, modules: list[str], folder: Path, log: Path, processor: int | None = None
    ) -> None:
        """Start it. ``processor`` is the only one that it and its children may run on; None means any."""
        self._log = log.open("ab")
        self._after = command.after
        self._mark = f"TMPDIR={folder}"
        self._since = processes.booted()
        self._process: subprocess.Popen[bytes] = processes.start(
            [*command.argv, *modules], env={**command.variables, "TMPDIR": str(folder)}, cwd=folder, log=self._log
        )
        if processor is not None:
            os.sched_setaffinity(self._process.pid, {processor})
        self._buffer = b""
        self.facts: dict[str, Any] = {}
        self.writers: dict[str, Inability | None] = {}  # by format; None: it can be written here
        self.readers: dict[str, Inability | None] = {}
        self.broken: dict[str, str] = {}  # by module of formats: why it cannot be imported here

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its input, which asks it to end; stop it if it does not."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        with contextlib.suppress(Exception):  # whatever kept it, it is stopped now
            self._process.wait(2.0)
        processes.stop(self._process)
        processes.end_orphans(self._since)
        _stop_strays(self._mark)
        if self._after:
            processes.run(self._after, seconds=AFTER_SECONDS, tidying=True)
        self._log.close()

    def hello(self, seconds: float = HELLO_SECONDS) -> dict[str, Any]:
        """Wait until the guest has imported everything; return its facts. Raises UnreadyError."""
        try:
            message = self._next(seconds)
        except GuestDiedError as died:
            raise UnreadyError(f"the guest did not start: {died}") from died
        if message.get("protocol") != wire.PROTOCOL:
            raise UnreadyError(f"the guest uses protocol {message.get('protocol')}, the host {wire.PROTOCOL}")
        if message.get("event") != "hello":
            error = message.get("error", {})
            raise UnreadyError(f"{error.get('type')}: {error.get('message')}")
        self.facts, self.writers, self.readers = message["facts"], message["writers"], message["readers"]
        self.broken = message.get("broken", {})
        return self.facts

    def run(self, job: Job) -> Iterator[Event]:
        """Send a job and yield its events until it is done. Raises GuestDiedError."""
        seconds = (1 + wire.PATIENCE) * job["limits"]["seconds"] + GRACE_SECONDS
        if self._process.stdin is None:
            raise GuestDiedError("it has no input")
        try:
            wire.write_all(self._process.stdin.fileno(), wire.encode_line(dict(job)))
        except BrokenPipeError:
            raise GuestDiedError(self._how_it_ended()) from None
        while True:
            message = self._next(seconds)
            if message.get("event") == "done":
                return
            yield self._parsed(message, job["do"])

    def _parsed(self, message: dict[str, Any], verb: Verb) -> Event:
        """The event of a message. Nonsense becomes the outcome of its task; if it names none, the guest is stopped."""
        try:
            return messages.parse(message, verb)
        except ValueError as error:
            nonsense = messages.nonsense(message, str(error))
            if nonsense is None:
                processes.stop(self._process)
                raise GuestDiedError(f"it sent what is no answer to a task: {error}") from error
            return nonsense

    def _next(self, seconds: float) -> dict[str, Any]:
        line = self._line(time.monotonic() + seconds)
        try:
            return wire.decode_line(line)
        except ValueError as error:
            processes.stop(self._process)
            raise GuestDiedError(f"it sent what is no message: {line[:80]!r} ({error})") from error

    def _line(self, deadline: float) -> bytes:
        if self._process.stdout is None:
            raise GuestDiedError("it has no output")
        descriptor = self._process.stdout.fileno()
        pieces = []
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                pieces.append(self._buffer)
                self._buffer = b""
                if sum(map(len, pieces)) > wire.LINE_LIMIT:
                    processes.stop(self._process)
                    raise GuestDiedError(f"it sent more than {wire.LINE_LIMIT} bytes in one line")
                if not selector.select(deadline - time.monotonic()):
                    processes.stop(self._process)
                    raise GuestDiedError("it did not answer in time and was stopped")
                self._buffer = os.read(descriptor, 1 << 20)
                if not self._buffer:
                    raise GuestDiedError(self._how_it_ended())
        head, _, self._buffer = self._buffer.partition(b"\n")
        return b"".join([*pieces, head])

    def _how_it_ended(self) -> str:
        code = self._process.wait(10.0)
        return f"it was killed by signal {-code}" if code < 0 else f"it exited with code {code}"


def _stop_strays(mark: str) -> None:
    """Kill what a model left behind in a session of its own, after it had killed the guest.

    It still carries the environment variable that the guest was started with.
    """
    deadline = time.monotonic() + GRACE_SECONDS  # a model may fork faster than we kill
    while found := _carrying(os.fsencode(mark)):
        for pid in found:
            processes.kill(pid)
        if time.monotonic() > deadline:
            return


def _carrying(mark: bytes) -> list[int]:
    return [pid for pid, variables in processes.each("environ") if mark in variables.split(b"\0")]
