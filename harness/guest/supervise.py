"""Forks children and watches them; the parent half of the guest. Imports nothing but the standard library.

One child at a time. A child has a pipe of its own to this process and never holds the answer channel. So whatever it
does to its descriptors spoils no answer but its own, and an answer counts only for the task it is at. It has a folder
of its own to work in, too. Silence is failure: a child that ends without
an answer for a task is reported as ``died``, whatever its exit code.
"""

import os
import resource
import selectors
import shutil
import signal
import tempfile
import time

from . import child, prctl, services, wire

_POLL_SECONDS = 0.05  # how soon a child is noticed whose own children hold its pipe open
#: Events that a child may send. That a job is done, or how a child ended, is not for it to say: its model may have found
#: the channel, and another event of its is silence.
_OF_A_CHILD = ("fitted", "artifact", "cell", "measured", "fault")
_LOG_SHARE = 64 * 1024  # bytes; of what one child prints, its beginning and its end are kept, this much of each


class HostGone(Exception):
    """The host closed our input: nobody is left to answer."""


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
                self._run_child(pending, job)
                pending = [task for task in pending if task.expected]
        self._say({"event": "done"})

    def _say(self, message):
        wire.write_all(self.answer, wire.encode_line(dict(message, child=self.child)))

    def _run_child(self, batch, job):
        """Fork one child for the tasks of ``batch``; afterwards each has been answered for, or the child never
        came to it."""
        self.child += 1
        reader, writer = os.pipe()
        key = os.urandom(16)
        folder = tempfile.mkdtemp(prefix="child-")
        log = tempfile.TemporaryFile(buffering=0)
        pid = os.fork()
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
            _kill_all(pid, services.processes())
            os.close(reader)
            shutil.rmtree(folder, ignore_errors=True)
            with log:
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
                if ended[0]:
                    for message in watch.ended(ended[1], ended[2]):
                        self._say(message)
                    return
                if watch.is_overtime(time.monotonic()):
                    for message in watch.overtime():
                        self._say(message)
                    return


class Pending:
    """A task and the ids that it still owes an answer for: its own, or one for each format of a dump."""

    def __init__(self, task):
        self.task = task
        self.expected = [item["id"] for item in task.get("formats", [task])]

    def message(self):
        if "formats" not in self.task:
            return self.task
        return dict(self.task, formats=[item for item in self.task["formats"] if item["id"] in self.expected])

    def owes(self, identifier):
        return bool(self.expected) and identifier in (self.task["id"], *self.expected)

    def settle(self, identifier):
        """Strike what was answered for; the id of a dump task itself (its fit) settles all of its formats."""
        if identifier == self.task["id"]:
            self.expected = []
        elif identifier in self.expected:
            self.expected.remove(identifier)


class Watch:
    """What is known of one running child."""

    def __init__(self, pid, reader, key, batch, limits):
        self.pid = pid
        self.reader = reader
        self.batch = batch
        self.limits = limits
        self.base_bytes = _resident_bytes()
        self.current = None  # the id that the child works on
        self.step = None
        self.since = time.monotonic()
        self.silent = False
        self.leaving = False
        self.well = True  # until it is blamed for something
        self._key = key
        self._number = 0  # of the next line
        self._pieces = []  # of a line that is not complete

    def messages(self):
        """Answers that came in since the last call, ready to be passed on."""
        for line in self._lines():
            message = self._opened(line)
            if message is None:
                continue
            if "begin" in message:
                self._begin(message)
            elif "leave" in message:
                self.leaving = True
            elif self.current is not None and message.get("id") == self.current and message.get("event") in _OF_A_CHILD:
                if message["event"] != "fitted":
                    self._settle(self.current)
                    self.current = None
                yield message

    def _begin(self, message):
        if any(task.owes(message["begin"]) for task in self.batch):
            self.current, self.step, self.since = message["begin"], message["step"], time.monotonic()

    def _opened(self, line):
        """The message of a line, or None for what the child did not write. After a line that was lost every other is
        lost as well: what is missing because of it will be seen as silence."""
        mark, _, payload = line.partition(b" ")
        payload += b"\n"
        if len(mark) != 32 or mark != child.seal(self._key, self._number, payload):
            return None
        self._number += 1
        return wire.decode_line(payload)

    def _lines(self):
        """Read once, which is as much as a pipe can hold: a child that never stops writing does not keep us here."""
        self.silent = False
        try:
            data = os.read(self.reader, 1 << 20)
        except BlockingIOError:
            return []
        if not data:
            self.silent = True  # every writer is closed
            return []
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = b"".join([*self._pieces, lines[0]])
            self._pieces = []
        self._pieces.append(rest)
        if sum(map(len, self._pieces)) > wire.LINE_LIMIT:
            self._pieces = []
        return lines

    def ended(self, status, usage):
        """The child is gone: blame the task it was at, unless it owed nothing or left on purpose."""
        if self.leaving and self.current is None:
            return
        message = {"event": "died", "step": self.step, "peak_bytes": usage.ru_maxrss * 1024}
        # A child starts with what its parent holds, so the difference is what it took by itself. The pages of files are
        # missing from that until the child touches them: hence not all of the limit.
        message["memory"] = usage.ru_maxrss * 1024 - self.base_bytes > 0.8 * self.limits["memory"]
        if os.WIFSIGNALED(status):
            message["signal"] = os.WTERMSIG(status)
        else:
            message["exit"] = os.WEXITSTATUS(status)
        yield from self._blame(message)

    def is_overtime(self, now):
        return now - self.since > self.limits["seconds"]

    def overtime(self):
        yield from self._blame({"event": "overtime", "step": self.step, "seconds": self.limits["seconds"]})

    def _blame(self, message):
        owing = [identifier for task in self.batch for identifier in task.expected]
        if not owing:
            return
        self.well = False
        blamed = owing[0] if self.current is None else self.current
        self._settle(blamed)
        yield dict(message, id=blamed)

    def _settle(self, identifier):
        for task in self.batch:
            task.settle(identifier)


def _resident_bytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def _kill_all(pid, spared):
    """Kill the child's group and whatever else came down to us but the ``spared``, and wait for each."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        pass
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        strays = set(_children()) - spared
        if spared and not strays:
            return
        for stray in strays:
            try:
                os.kill(stray, signal.SIGKILL)
            except OSError:
                pass
        time.sleep(0.001)


def _children():
    me = os.getpid()
    try:
        with open("/proc/%d/task/%d/children" % (me, me)) as listing:
            return [int(word) for word in listing.read().split()]
    except OSError:  # a kernel without it, or an emulator
        return _children_by_scan(me)


def _children_by_scan(parent):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as stat:
                    if int(stat.read().rpartition(")")[2].split()[1]) == parent:
                        found.append(int(name))
            except (OSError, ValueError, IndexError):
                continue
    return found
