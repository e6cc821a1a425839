"""The child half of the guest: one forked process that takes a batch of tasks. Standard library at its top.

It answers on a pipe of its own. A model that closes or reuses that descriptor does not lose its answer: the pipe
is opened again through /proc. A model that forks does not answer twice: only the process that was forked here may.
A model that writes into the pipe says nothing: every line is numbered and sealed, see `seal`.
"""

import errno
import hashlib
import operator
import os
import resource
import signal
import sys
from os import _exit  # bound now: a model may have replaced it when we need it

from . import measure, prctl, wire, work

#: Modules whose names a neighbour relies on.
_SHARED_MODULES = ("builtins", "copyreg", "pickle", "os", "random", "numpy", "scipy", "pandas", "joblib", "sklearn")


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
        self.descriptor = writer
        self.identity = _identity(writer)
        # Opening a pipe's read end for writing through /proc gives a new write end of the same pipe.
        self.path = "/proc/%d/fd/%d" % (os.getppid(), reader)

    def send(self, message):
        if os.getpid() != self.owner:
            _exit(0)  # a copy that the model forked: its answer is not wanted
        payload = wire.encode_line(message)
        # The newline before it ends whatever else was written to the pipe.
        data = b"\n%s %s" % (seal(self.key, self.number, payload), payload)
        self.number += 1
        if _identity(self.descriptor) != self.identity:
            self.descriptor = os.open(self.path, os.O_WRONLY)
        wire.write_all(self.descriptor, data)

    def begin(self, identifier, step):
        self.send({"begin": identifier, "step": step})


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
        if len(tasks) == 1:
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
    clean, names = surroundings(), Names()
    for position, task in enumerate(tasks):
        todo(task, channel)
        if position + 1 < len(tasks) and (surroundings() != clean or names.changed()):
            channel.send({"leave": True})  # the rest deserves a process that this model has not changed
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
        signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        [signal.getitimer(timer)[0] > 0 for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)],
        _has_children(),
        _numpy_errors(),
        _sklearn_config(),
    )


class Names:
    """Modules and the names in some of them: what a model puts in their place might mend, or break, its neighbours."""

    def __init__(self):
        self._modules = dict(sys.modules)
        self._contents = {name: dict(vars(sys.modules[name])) for name in _SHARED_MODULES if name in sys.modules}

    def changed(self):
        """Whether anything was replaced or removed, or a module was put where no import would have put it."""
        return self._modules_changed() or any([self._contents_changed(name) for name in self._contents])

    # Whole dictionaries first: nearly always nothing has changed, and cells take a millisecond. What was found to be
    # in order is taken as it is now, so that it is looked at once and not after each cell.

    def _modules_changed(self):
        if _same(sys.modules, self._modules):
            return False
        now = dict(sys.modules)
        if self._modules.keys() - now.keys():
            return True
        for name, module in now.items():
            if self._modules.get(name) is not module and not self._came_by_import(name, module):
                return True
        self._modules = now
        return False

    def _contents_changed(self, name):
        now, contents = vars(self._modules[name]), self._contents[name]
        if _same(now, contents):
            return False
        if any(now.get(key, self) is not value for key, value in contents.items()):
            return True
        self._contents[name] = dict(now)
        return False

    def _came_by_import(self, name, module):
        return name not in self._modules and getattr(getattr(module, "__spec__", None), "name", None) == name


def _same(now, before):
    """Whether two dictionaries hold the very same things in the same order; no ``==`` of theirs is called."""
    return len(now) == len(before) and all(map(operator.is_, now.values(), before.values()))


def _has_children():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _sklearn_config():
    sklearn = sys.modules.get("sklearn")
    return None if sklearn is None else sklearn.get_config()


def _numpy_errors():
    numpy = sys.modules.get("numpy")
    return None if numpy is None else dict(numpy.geterr())
