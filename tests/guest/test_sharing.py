"""Several processes that hold the same thing: what they share, and what becomes of one that does not hold on."""

import importlib.util
import mmap
import os
import signal
import tempfile
import time

from guest import sharing

_spec = importlib.util.spec_from_file_location(
    "apart", os.path.join(os.path.dirname(os.path.abspath(__file__)), "apart.py")
)
apart = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(apart)
MB, about, full = apart.MB, apart.about, apart.full


def held(count, way):
    """(proportional, private) of so many processes that hold a file of 20 MB."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(full(20 * MB))
        file.flush()
        os.fsync(file.fileno())
        return sharing.held_by(count, lambda: WAYS[way](file.name))


def mapped(path):
    with open(path, "rb") as file:
        found = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    assert sum(found[place] for place in range(0, len(found), mmap.PAGESIZE))
    return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


def mapped_and_copied(path):
    found = mapped(path)
    return found, found[: 5 * MB]


def nothing(path):
    return None


WAYS = {one.__name__: one for one in (mapped, read, mapped_and_copied, nothing)}


def while_the_parent_holds_50():
    kept = full(50 * MB)
    return sharing.held_by(4, lambda: full(5 * MB)), len(kept)


def failing(deed):
    """What is raised when the third of four does something else; and which children are left."""
    started = []
    fork = os.fork

    def counting():
        pid = fork()
        started.append(pid)
        return pid

    os.fork = counting

    def hold():
        if len(started) == 3:
            DEEDS[deed]()
        return full(MB)

    try:
        message = str(sharing.held_by(4, hold))
    except Exception as error:
        message = type(error).__name__ + ": " + str(error)
    alive = [pid for pid in started if os.path.exists("/proc/%d" % pid)]
    descriptors = len(os.listdir("/proc/self/fd"))
    return message, len(started), alive, descriptors


def raises():
    raise ValueError("not today")


def exits():
    os._exit(0)


def is_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def no_more_processes():
    """When the third cannot be started."""
    fork, started = os.fork, []

    def failing_fork():
        if len(started) == 2:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        started.append(fork())
        return started[-1]

    os.fork = failing_fork
    try:
        sharing.held_by(4, lambda: None)
    except BlockingIOError:
        return [pid for pid in started if os.path.exists("/proc/%d" % pid)]


DEEDS = {one.__name__: one for one in (raises, exits, is_killed)}


def test_what_is_mapped_is_shared():
    proportional, private = apart.apart(held, 4, "mapped")
    assert about(proportional, 20 * MB) and abs(private) < 1 * MB, (proportional, private)


def test_what_is_read_is_each_ones_own():
    proportional, private = apart.apart(held, 4, "read")
    assert about(proportional, 80 * MB) and about(private, 80 * MB), (proportional, private)


def test_what_is_copied_out_of_a_mapping_is_private():
    proportional, private = apart.apart(held, 4, "mapped_and_copied")
    assert about(proportional, 40 * MB) and about(private, 20 * MB, 0.1), (proportional, private)


def test_one_process_shares_with_none():
    proportional, private = apart.apart(held, 1, "mapped")
    assert about(proportional, 20 * MB) and about(private, 20 * MB), (proportional, private)


def test_holding_nothing_is_next_to_nothing():
    assert max(map(abs, apart.apart(held, 4, "nothing"))) < 1 * MB


def test_what_the_parent_holds_is_not_counted():
    (proportional, private), _ = apart.apart(while_the_parent_holds_50)
    assert about(proportional, 20 * MB, 0.1) and about(private, 20 * MB, 0.1), (proportional, private)


def test_one_that_ends_early_is_an_error_and_leaves_no_process():
    for deed in DEEDS:
        began = time.monotonic()
        message, started, alive, descriptors = apart.apart(failing, deed)
        assert "RuntimeError: one of the processes that were to hold the model has ended" == message
        assert (started, alive) == (4, []) and descriptors <= 5, (started, alive, descriptors)
        assert time.monotonic() - began < 30


def test_one_that_cannot_be_started_leaves_no_process():
    assert apart.apart(no_more_processes) == []
