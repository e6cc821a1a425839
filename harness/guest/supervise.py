"""Forks children and watches them; the parent half of the guest. Imports nothing but the standard library.

One child at a time. A child has a pipe of its own to this process and never holds the answer channel. So whatever it
does to its descriptors spoils no answer but its own, and an answer counts only for the task it is at. It has a folder
of its own to work in, too. Silence is failure: a child that ends without
an answer for a task is reported as ``died``, whatever its exit code.
"""

import contextlib
import os
import selectors
import shutil
import tempfile
import time

from . import child, descendants, prctl, services, shared_memory, wire
from .watch import Pending, Watch

_POLL_SECONDS = 0.05  # how soon a child is noticed whose own children hold its pipe open
_TRIES = 3  # of what the machine may refuse for a moment
_PAUSE_SECONDS = 0.5  # between them
_LOG_SHARE = 64 * 1024  # bytes; of what one child prints, its beginning and its end are kept, this much of each


class HostGone(Exception):
    """The host closed our input: nobody is left to answer."""


class Trouble(Exception):
    """The guest's own trouble, of which no model is to blame: it cannot fork, or the disk is full."""


class Supervisor:
    """Serves jobs from descriptor ``jobs`` and answers on descriptor ``answer`` until the input ends."""

    def __init__(self, answer, jobs):
        self.answer = answer
        self.jobs = jobs
        self.child = 0  # how many there were
        # Grandchildren whose parent died come to us instead of to init, so that none outlives its task.
        prctl.become_subreaper()

    def serve(self):
        try:
            with os.fdopen(self.jobs, "rb", closefd=False) as lines:  # no duplicate: children close the one there is
                for line in lines:
                    self._job(wire.decode_line(line))
        except HostGone:
            pass
        finally:
            services.stop()

    def _job(self, job):
        for batch in job["batches"]:
            pending = [Pending(task) for task in batch]
            while pending:  # one child is enough, unless one of its tasks ends it
                services.start([task.task for task in pending])
                self._run_a_child(pending, job)
                pending = [task for task in pending if task.expected]
        self._say({"event": "done"})

    def _run_a_child(self, pending, job):
        """Try it again where the machine refused it, which may have been busy; then tell the host of the trouble."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._run_child(pending, job)
            except Trouble as trouble:
                if attempt == _TRIES:
                    self._say({"event": "fault", "id": pending[0].expected[0], "what": str(trouble)})
                    raise HostGone from trouble  # it stops us, or is stopped itself
                time.sleep(_PAUSE_SECONDS)

    def _say(self, message):
        wire.write_all(self.answer, wire.encode_line(dict(message, child=self.child)))

    def _run_child(self, batch, job):
        """Fork one child for the tasks of ``batch``; afterwards each has been answered for, or the child never
        came to it."""
        self.child += 1
        with contextlib.ExitStack() as undo:
            try:
                reader, writer = os.pipe()
                undo.callback(os.close, reader)
                undo.callback(os.close, writer)
                folder = tempfile.mkdtemp(prefix="child-")
                undo.callback(shutil.rmtree, folder, ignore_errors=True)
                log = undo.enter_context(tempfile.TemporaryFile(buffering=0))
                key = os.urandom(16)
                pid = os.fork()
            except OSError as error:
                raise Trouble("no process can be started: %s" % error) from error
            undo.pop_all()
        if pid == 0:
            # self.answer and self.jobs are closed in there: no child can speak for the guest.
            tasks = [task.message() for task in batch]
            child.run(tasks, job, writer, reader, key, folder, log.fileno(), close=(self.answer, self.jobs))
        os.close(writer)
        watch = Watch(pid, reader, key, batch, job["limits"])
        try:
            self._follow(watch)
        finally:
            if not watch.well:
                services.stop()
            descendants.kill_all(pid, services.processes())
            os.close(reader)
            shutil.rmtree(folder, ignore_errors=True)
            shared_memory.clear()
            with log, contextlib.suppress(OSError):  # a full disk is noticed where more than a log is lost
                self._keep_log(log.fileno())

    def _keep_log(self, descriptor):
        """Add what the child printed to our own log, but no more than is useful: it may have printed without end."""
        size = os.fstat(descriptor).st_size
        if not size:
            return
        text = b"--- child %d printed %d bytes:\n" % (self.child, size) + os.pread(descriptor, _LOG_SHARE, 0)
        if size > _LOG_SHARE:
            rest = min(size - _LOG_SHARE, _LOG_SHARE)
            text += b"\n--- ... and at the end:\n" + os.pread(descriptor, rest, size - rest)
        wire.write_all(2, text if text.endswith(b"\n") else text + b"\n")

    def _follow(self, watch):
        os.set_blocking(watch.reader, False)
        with selectors.DefaultSelector() as selector:
            selector.register(watch.reader, selectors.EVENT_READ)
            selector.register(self.jobs, selectors.EVENT_READ)
            while True:
                if watch.silent:  # every writer is closed: the child ended, or closed it and will open it again
                    if selector.get_map().get(watch.reader):
                        selector.unregister(watch.reader)
                    time.sleep(0.002)
                for key, _ in selector.select(0 if watch.silent else _POLL_SECONDS):
                    if key.fd == self.jobs:
                        raise HostGone
                ended = os.wait4(watch.pid, os.WNOHANG)
                for message in watch.messages():
                    self._say(message)
                if watch.left:
                    return
                now = time.monotonic()
                if ended[0]:
                    last_words = watch.ended(ended[1], ended[2])
                elif watch.is_overtime(now):
                    last_words = watch.overtime()
                elif watch.is_over_memory(now):
                    last_words = watch.over_memory()
                else:
                    continue
                if not watch.begun and watch.owes():  # so that no model can have been the reason
                    raise Trouble("a process did not come to its task; the log of the environment may say why")
                for message in last_words:
                    self._say(message)
                return
