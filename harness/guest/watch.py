"""What a supervisor knows of a running child, and of the tasks that it still owes. Standard library only."""

import os
import resource
import signal
import time

from . import child, descendants, shared_memory, wire

#: Events that a child may send. That a job is done, how a child ended, or that the guest is in trouble is not for it to
#: say: its model may have found the channel, and another event of its is silence.
_OF_A_CHILD = ("fitted", "artifact", "cell", "measured")
_LOOK_SECONDS = 0.2  # between looks at its memory
_WAITING = frozenset("STtZX")  # states in which a process would not use a processor, see proc(5)
_LOOKS = 3  # in a row at which a process waits, before it counts as waiting: a busy one sleeps for moments, too


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
        self.begun = False  # a task: before that no model has run in it
        self.fresh = True  # until it has answered for something
        self.well = True  # until it is blamed for something
        self.lost_bytes = 0  # of a line that was too long
        self._next_look = self.since + _LOOK_SECONDS  # at its memory
        self._waited = 0  # looks in a row at which it waited
        self._key = key
        self._number = 0  # of the next line
        self._pieces = []  # of a line that is not complete

    def messages(self):
        """Answers that came in since the last call, ready to be passed on."""
        for line in self._lines():
            message = self._opened(line)
            if message is None:
                continue
            if self.left:
                return  # what ran in it may say anything
            if "begin" in message:
                self._begin(message)
            elif "leave" in message:
                self.leaving = self.begun
            elif self.current is not None and message.get("id") == self.current and message.get("event") in _OF_A_CHILD:
                if message["event"] != "fitted":
                    self._settle(self.current)
                    self.current, self.since = None, time.monotonic()
                yield dict(message, fresh=self.fresh)
                self.fresh = self.fresh and message["event"] == "fitted"

    @property
    def left(self):
        """Whether it has told to take no more tasks, and has answered for the last one."""
        return self.leaving and self.current is None

    def _begin(self, message):
        if self.leaving and message["begin"] != self.current:
            return
        if any(task.owes(message["begin"]) for task in self.batch):
            self.begun, self.lost_bytes = True, 0
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
        held = sum(map(len, self._pieces))
        if held > wire.LINE_LIMIT:
            self._pieces = []
            self.lost_bytes += held
        return lines

    def ended(self, status, usage):
        """The child is gone: blame the task it was at, unless it owed nothing or left on purpose."""
        if self.left:
            return
        message = {"event": "died", "step": self.step, "peak_bytes": usage.ru_maxrss * 1024}
        # A child starts with what its parent holds, so the difference is what it took by itself. The pages of files are
        # missing from that until the child touches them: hence not all of the limit.
        message["memory"] = usage.ru_maxrss * 1024 - self.base_bytes > 0.8 * self.limits["memory"]
        if os.WIFSIGNALED(status):
            message["signal"] = os.WTERMSIG(status)
        else:
            message["exit"] = os.WEXITSTATUS(status)
        if self.lost_bytes:
            message["lost_bytes"] = self.lost_bytes
        yield from self._blame(message)

    def owes(self):
        return any(task.expected for task in self.batch)

    def is_overtime(self, now):
        """Whether its time is up. One that could go on and gets no processor is given more: others make it slow."""
        elapsed, most = now - self.since, self.limits["seconds"]
        if elapsed <= most:
            self._waited = 0
            return False
        return elapsed > wire.PATIENCE * most or not self._may_be_starved()

    def _may_be_starved(self):
        states, seconds = zip(*(descendants.activity(pid) for pid in descendants.tree(self.pid)))
        self._waited = self._waited + 1 if _WAITING.issuperset(states) else 0
        return self._waited < _LOOKS and sum(seconds) < self.limits["seconds"]

    def is_over_memory(self, now):
        """Whether it and what it started hold more than its limit together, which the limit of each does not see."""
        if now < self._next_look:
            return False
        self._next_look = now + _LOOK_SECONDS
        if shared_memory.held() > self.limits["memory"]:
            return True
        pids, most = descendants.tree(self.pid), self.base_bytes + self.limits["memory"]
        # What forks share is counted for each here, and once there, which takes milliseconds.
        return sum(map(descendants.resident, pids)) > most and sum(map(descendants.proportional, pids)) > most

    def over_memory(self):
        message = {"event": "died", "step": self.step, "signal": signal.SIGKILL, "memory": True, "peak_bytes": None}
        yield from self._blame(message)

    def overtime(self):
        yield from self._blame({"event": "overtime", "step": self.step, "seconds": self.limits["seconds"]})

    def _blame(self, message):
        owing = [identifier for task in self.batch for identifier in task.expected]
        if not owing:
            return
        self.well = False
        blamed = owing[0] if self.current is None else self.current
        self._settle(blamed)
        yield dict(message, id=blamed, fresh=self.fresh)
        self.fresh = False

    def _settle(self, identifier):
        for task in self.batch:
            task.settle(identifier)


def _resident_bytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
