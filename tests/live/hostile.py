"""Cases whose models do harm: a user's case file, as `matrix.yaml` names them.

Each model fits, predicts and is dumped like any other. What it does to whoever loads it is its deed, a function of this
file, done in ``__setstate__`` or in the first ``predict`` after that. A deed that returns leaves a model that predicts
as it should.
"""

import ctypes
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import numpy

LOOKALIKE = b'{"event":"cell","id":"x","step":"predict","outputs":{}}\n{"begin":"x","step":"load"}\n{"leave":true}\n{"event":"done"}\n'


class Model:
    """Predicts the sums of rows."""

    def __init__(self, deed, when="load"):
        self.deed = deed
        self.when = when

    def fit(self, X, y=None):
        self.weights_ = numpy.ones(X.shape[1])
        return self

    def predict(self, X):
        if getattr(self, "loaded_", False) and self.when == "predict":
            self.deed()
        return X @ self.weights_

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.loaded_ = True
        if self.when == "load":
            self.deed()


class Lying(Model):
    """Answers, from another process, with what is not its prediction."""

    def predict(self, X):
        if getattr(self, "loaded_", False) and os.fork() == 0:
            return numpy.zeros(len(X))
        return X @ self.weights_


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def recipe(deed, when="load", kind=Model):
    X = numpy.arange(120.0).reshape(60, 2)
    return kind(deed, when), X, X.sum(axis=1), ["predict"]


def nothing():
    pass


# Innocents, to stand between the others.


def case_a_innocent(seed):
    from sklearn.naive_bayes import GaussianNB

    X = numpy.random.RandomState(seed).normal(size=(120, 4))
    return GaussianNB(), X, (X.sum(axis=1) > 0).astype(int), ["predict"]


def case_b_innocent(seed):
    return recipe(nothing)


# Exceptions.


def raise_value_error():
    raise ValueError("not today")


def exit_by_exception():
    sys.exit(0)


def raise_unspeakable():
    raise Unspeakable


def recurse():
    recurse()


def recurse_deeply():
    sys.setrecursionlimit(2**31 - 1)
    recurse()


def case_raises(seed):
    return recipe(raise_value_error)


def case_raises_in_predict(seed):
    return recipe(raise_value_error, "predict")


def case_exits_by_exception(seed):
    return recipe(exit_by_exception)


def case_raises_unspeakable(seed):
    return recipe(raise_unspeakable)


def case_recurses(seed):
    return recipe(recurse)


def case_recurses_deeply(seed):
    return recipe(recurse_deeply)


# Ends of the process.


def segfault():
    ctypes.string_at(0)


def overflow_in_c():
    """qsort, whose comparison is qsort, and so on until the C stack ends."""
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    sort = ctypes.CDLL(None).qsort
    pair = ctypes.create_string_buffer(2)
    sys.setrecursionlimit(10**9)
    resource.setrlimit(resource.RLIMIT_STACK, (256 * 1024, resource.RLIM_INFINITY))

    @compare
    def again(_a, _b):
        sort(pair, 2, 1, again)
        return 0

    sort(pair, 2, 1, again)
    os.abort()  # where Python's own guard was faster than the stack's end


def exit_at_once():
    os._exit(0)


def kill_parent():
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(30)


def kill_parents_group():
    os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
    time.sleep(30)


def leave_a_sleeper_and_kill_parent():
    sleeper()
    kill_parent()


def replace_the_program():
    os.execv("/bin/true", ["true"])


def case_segfaults(seed):
    return recipe(segfault)


def case_segfaults_in_predict(seed):
    return recipe(segfault, "predict")


def case_overflows_in_c(seed):
    return recipe(overflow_in_c)


def case_exits(seed):
    return recipe(exit_at_once)


def case_exits_in_predict(seed):
    return recipe(exit_at_once, "predict")


def case_aborts(seed):
    return recipe(os.abort)


def case_replaces_the_program(seed):
    return recipe(replace_the_program)


def case_kills_parent(seed):
    return recipe(kill_parent)


def case_kills_parents_group(seed):
    return recipe(kill_parents_group)


def case_leaves_a_sleeper_and_kills_parent(seed):
    return recipe(leave_a_sleeper_and_kill_parent)


def case_c_innocent(seed):
    from sklearn.preprocessing import StandardScaler

    X = numpy.random.RandomState(seed).normal(size=(120, 4))
    return StandardScaler(), X, None, ["transform"]


# Time.


def sleep():
    time.sleep(600)


def spin_in_c():
    ctypes.PyDLL(None).sleep(600)  # PyDLL keeps the interpreter's lock


def stop_itself():
    os.kill(os.getpid(), signal.SIGSTOP)


def flood():
    """Write to every descriptor without end."""
    text = b"x" * 65536
    for descriptor in range(3, 257):
        try:
            while True:
                os.write(descriptor, text)
        except OSError:
            continue
    time.sleep(600)


def case_hangs(seed):
    return recipe(sleep)


def case_hangs_holding_the_lock(seed):
    return recipe(spin_in_c, "predict")


def case_stops_itself(seed):
    return recipe(stop_itself)


def case_floods_every_descriptor(seed):
    return recipe(flood)


# Memory.


def grow_a_list():
    hoard = []
    while True:
        hoard.append(list(range(10_000)))


def grow_an_array():
    hoard = []
    while True:
        hoard.append(numpy.ones(10**7))


def case_eats_memory(seed):
    return recipe(grow_a_list)


def case_eats_memory_in_numpy(seed):
    return recipe(grow_an_array, "predict")


# Descriptors.


def print_in_c():
    libc = ctypes.CDLL(None)
    for descriptor in (1, 2):
        libc.write(descriptor, LOOKALIKE, len(LOOKALIKE))
    libc.puts(LOOKALIKE)
    libc.fflush(None)
    print(LOOKALIKE.decode())


def write_everywhere():
    for descriptor in range(3, 257):
        try:
            os.write(descriptor, LOOKALIKE + b"and no newline")
        except OSError:
            continue


def close_everything():
    os.closerange(0, 257)


def reopen_everything():
    os.closerange(0, 257)
    for _ in range(257):
        os.open(os.devnull, os.O_RDWR)


def reopen_as_sockets():
    os.closerange(0, 257)
    kept.extend(socket.socketpair() for _ in range(64))


kept = []


def fill_stderr():
    for _ in range(50):
        os.write(2, b"y" * 10**6)


def fill_stderr_without_end():
    while True:
        os.write(2, b"y" * 10**6)


def case_prints_in_c(seed):
    return recipe(print_in_c)


def case_writes_everywhere(seed):
    return recipe(write_everywhere)


def case_writes_everywhere_in_predict(seed):
    return recipe(write_everywhere, "predict")


def case_closes_everything(seed):
    return recipe(close_everything)


def case_closes_everything_in_predict(seed):
    return recipe(close_everything, "predict")


def case_reopens_everything(seed):
    return recipe(reopen_everything)


def case_reopens_as_sockets(seed):
    return recipe(reopen_as_sockets)


def case_fills_stderr(seed):
    return recipe(fill_stderr)


def case_d_innocent(seed):
    return case_a_innocent(seed + 1)


# Folders, processes, threads, signals, names.


def leave_the_folder():
    os.chdir("/")


def remove_the_folder():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)


def empty_the_folder():
    shutil.rmtree(os.getcwd())


def fork_and_both_go_on():
    os.fork()


def sleeper():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)


def leave_a_program():
    subprocess.Popen(["/bin/sleep", "600"], start_new_session=True, close_fds=False)


def escape_and_sleep():
    """As `sleep`, from another process group and whoever the parent is."""
    os.setpgid(0, os.getpgid(os.getppid()))
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    sleep()


def start_threads():
    for _ in range(8):
        threading.Thread(target=sleep).start()


def set_an_alarm():
    signal.setitimer(signal.ITIMER_REAL, 0.5)


def handle_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))


def change_the_environment():
    os.environ.clear()
    os.environ["PYTHONHOME"] = "/nowhere"


def poison_numpy():
    numpy.asarray = numpy.frombuffer = numpy.ascontiguousarray = None


def poison_modules():
    for name in [name for name in sys.modules if name.startswith(("sklearn", "joblib", "pickle", "json"))]:
        sys.modules[name] = None


def case_leaves_the_folder(seed):
    return recipe(leave_the_folder)


def case_removes_the_folder(seed):
    return recipe(remove_the_folder)


def case_empties_the_folder(seed):
    return recipe(empty_the_folder)


def case_forks(seed):
    return recipe(fork_and_both_go_on)


def case_forks_in_predict(seed):
    return recipe(fork_and_both_go_on, "predict")


def case_forks_and_lies(seed):
    return recipe(nothing, kind=Lying)


def case_leaves_a_sleeper(seed):
    return recipe(sleeper)


def case_leaves_a_program(seed):
    return recipe(leave_a_program)


def case_escapes_and_hangs(seed):
    return recipe(escape_and_sleep)


def case_starts_threads(seed):
    return recipe(start_threads)


def case_sets_an_alarm(seed):
    return recipe(set_an_alarm)


def case_handles_signals(seed):
    return recipe(handle_signals)


def case_changes_the_environment(seed):
    return recipe(change_the_environment)


def case_poisons_numpy(seed):
    return recipe(poison_numpy)


def case_poisons_modules(seed):
    return recipe(poison_modules, "predict")


def case_fills_stderr_without_end(seed):
    return recipe(fill_stderr_without_end)


def case_e_innocent(seed):
    return recipe(nothing)
