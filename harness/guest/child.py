"""The child half of the guest: one forked process that takes a batch of tasks. Standard library at its top.

It answers on a pipe of its own. A model that closes or reuses that descriptor does not lose its answer: the pipe
is opened again through /proc. A model that forks does not answer twice: only the process that was forked here may.
A model that writes into the pipe says nothing: every line is numbered and sealed, see `seal`.
"""

import errno
import hashlib
import os
import resource
import signal
import sys
from os import _exit  # bound now: a model may have replaced it when we need it

from . import measure, neighbours, prctl, wire, work
from .named_code import NamedCode, names_its_code

_LONGEST = wire.LINE_LIMIT - 4096  # bytes; the supervisor adds to it


def seal(key, number, payload):
    """What stands before the ``number``th line of a child. Whoever writes to the pipe without the key is not heard,
    and a line that was torn by such writing is missed by the next one's number."""
    return hashlib.blake2b(b"%d " % number + payload, key=key, digest_size=16).hexdigest().encode("ascii")


class Channel:
    """The way from a child to its supervisor."""

    def __init__(self, writer, reader, key):
        self.owner = os.getpid()
        self.key = key
        self.number = 0
        self.last = False  # whether the next task is
        self.leaving = False
        self.descriptor = writer
        self.identity = _identity(writer)
        # Opening a pipe's read end for writing through /proc gives a new write end of the same pipe.
        self.path = "/proc/%d/fd/%d" % (os.getppid(), reader)

    def send(self, message):
        if os.getpid() != self.owner:
            _exit(0)  # a copy that the model forked: its answer is not wanted
        payload = wire.encode_line(message)
        if len(payload) > _LONGEST:
            payload = wire.encode_line(_instead_of(message, len(payload)))
        # The newline before it ends whatever else was written to the pipe.
        data = b"\n%s %s" % (seal(self.key, self.number, payload), payload)
        self.number += 1
        if _identity(self.descriptor) != self.identity:
            self.descriptor = os.open(self.path, os.O_WRONLY)
        wire.write_all(self.descriptor, data)

    def begin(self, identifier, step):
        self.send({"begin": identifier, "step": step})
        if self.last and not self.leaving:
            self.leave()

    def leave(self):
        """Nothing is to come from this process after the task that it is at."""
        if not self.leaving:
            self.leaving = True
            self.send({"leave": True})


def _instead_of(message, size):
    """What is said where an answer is too long to be sent. A fit without its outputs is none."""
    event = "artifact" if message.get("event") == "fitted" else message.get("event")
    why = "its answer has %d bytes, over the limit of %d" % (size, _LONGEST)
    return {"event": event, "id": message.get("id"), "step": message.get("step", "fit"), "unsupported": why}


def _identity(descriptor):
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def run(tasks, job, writer, reader, key, folder, log, close):
    """The whole life of a child; never returns."""
    status = 70
    try:
        _settle_in(job["limits"]["memory"], folder, log, close)
        if len(tasks) == 1 and not _is_built_in(tasks[0]):
            _shield(writer)
        channel = Channel(writer, reader, key)
        os.close(reader)
        _work(tasks, job, channel)
        status = 0
    except BaseException:  # the guest's own trouble: to the log; the supervisor sees an exit without an answer
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:  # even where the log is closed: this process must not come back to the supervisor's code
        _exit(status)


def _is_built_in(task):
    """Whether it fits a case of ours: what it runs is known, and kills nobody."""
    case = task.get("case", {})
    return case.get("module", "").startswith("guest.cases.") and "given" not in case


def _shield(writer):
    """Fork once more; the first process stays between and ends just as the second does.

    A model that kills its parent, or its parent's group, then ends no more than its own task. A child of many tasks
    goes without: a second fork costs as much as many loads, and what it breaks is run again alone.
    """
    pid = os.fork()
    if pid == 0:
        _lead_a_group()
        return
    os.close(writer)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    _exit(os.WEXITSTATUS(status))


def _lead_a_group():
    os.setpgid(0, 0)
    prctl.die_with_parent()


def _work(tasks, job, channel):
    todo = {"dump": work.dump, "load": work.load, "measure": measure.measure}[job["do"]]
    if len(tasks) == 1:  # nobody comes after it
        todo(tasks[0], channel)
        return
    clean, names = neighbours.surroundings(), neighbours.Names()
    code = NamedCode(told=channel.leave, watch=names.watch)
    heard = code.listen()
    for position, task in enumerate(tasks):
        channel.last = not (heard and names_its_code(task))
        todo(task, channel)
        if position + 1 == len(tasks):
            return
        if channel.leaving or neighbours.surroundings() != clean or names.changed():
            channel.leave()  # the rest deserves a process that this model has not changed
            return


def _settle_in(memory, folder, log, close):
    _lead_a_group()
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor in close:
        os.close(descriptor)
    os.dup2(nothing, 0)
    if nothing != 0:
        os.close(nothing)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No file may become larger than memory could hold, least of all the log. Python ignores the signal; writing fails.
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory, memory))
    # RLIMIT_DATA counts private writable memory only; RLIMIT_AS would count every mapped library and thread stack.
    limit = _data_bytes() + memory
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _data_bytes():
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmData:"):
                    return int(line.split()[1]) * 1024
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
    return 512 * 1024 * 1024
