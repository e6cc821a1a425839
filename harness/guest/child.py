"""The child half of the guest: one forked process that takes a batch of tasks. Standard library at its top.

It answers on a pipe of its own. A model that closes or reuses that descriptor does not lose its answer: the pipe
is opened again through /proc. A model that forks does not answer twice: only the process that was forked here may.
"""

import ctypes
import errno
import os
import resource
import signal
import sys

from . import wire

_PR_SET_PDEATHSIG = 1


class Channel:
    """The way from a child to its supervisor."""

    def __init__(self, writer, reader):
        self.owner = os.getpid()
        self.descriptor = writer
        self.identity = _identity(writer)
        # Opening a pipe's read end for writing through /proc gives a new write end of the same pipe.
        self.path = "/proc/%d/fd/%d" % (os.getppid(), reader)

    def send(self, message):
        if os.getpid() != self.owner:
            os._exit(0)  # a copy that the model forked: its answer is not wanted
        data = wire.encode_line(message)
        if _identity(self.descriptor) != self.identity:
            self.descriptor = os.open(self.path, os.O_WRONLY)
        while data:
            data = data[os.write(self.descriptor, data) :]

    def begin(self, identifier, step):
        self.send({"begin": identifier, "step": step})


def _identity(descriptor):
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def run(tasks, job, writer, reader, close):
    """The whole life of a child; never returns."""
    try:
        _settle_in(job["limits"]["memory"], close)
        channel = Channel(writer, reader)
        os.close(reader)
        _work(tasks, job, channel)
    except BaseException:  # the guest's own trouble: to the log; the supervisor sees an exit without an answer
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)
    os._exit(0)


def _work(tasks, job, channel):
    from . import work

    todo = {"dump": work.dump, "load": work.load}[job["do"]]
    clean = surroundings()
    for position, task in enumerate(tasks):
        todo(task, channel)
        if position + 1 < len(tasks) and surroundings() != clean:
            channel.send({"leave": True})  # the rest deserves a process that this model has not changed
            return


def _settle_in(memory, close):
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor in close:
        os.close(descriptor)
    os.dup2(nothing, 0)
    if nothing != 0:
        os.close(nothing)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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


def surroundings():
    """What a model can change around itself and a neighbour in the same process would feel."""
    try:
        folder = os.getcwd()
    except OSError:
        folder = None
    try:
        threads = len(os.listdir("/proc/self/task"))
        descriptors = os.listdir("/proc/self/fd")
    except OSError:
        threads, descriptors = 0, []
    return (
        folder,
        threads,
        len(descriptors),
        dict(os.environ),
        list(sys.path),
        sys.getrecursionlimit(),
        signal.getsignal(signal.SIGTERM),
        signal.getsignal(signal.SIGALRM),
        _has_children(),
        _numpy_errors(),
    )


def _has_children():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _numpy_errors():
    numpy = sys.modules.get("numpy")
    return None if numpy is None else dict(numpy.geterr())
