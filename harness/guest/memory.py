"""Memory of this process, as the kernel tells it. Bytes. Standard library only.

``ru_maxrss`` is not used here: it is inherited through fork and exec, and lies.
"""

import ctypes
import gc
import os
from time import perf_counter, sleep  # bound now: a model may have replaced them when we need them

from .errors import Unsupported

_MADV_POPULATE_WRITE = 23  # Linux 5.14
_ENDING_SECONDS = 0.2  # how long a process is given that is about to end


def make_own():
    """Make every writable page that a fork left shared this process's own, without changing any.

    Otherwise a page is copied when it is first written to, and Python writes to whatever it looks at. The copy would
    count as memory of what is measured then. Raises Unsupported if the kernel cannot do it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    gc.collect()
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
    for start, end in _writable():
        if libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_POPULATE_WRITE) != 0:
            code = ctypes.get_errno()
            raise Unsupported("memory shared by a fork cannot be told apart: madvise says error %d" % code)


def _writable():
    with open("/proc/self/maps") as lines:
        mappings = [line.split(None, 2)[:2] for line in lines]
    for places, rights in mappings:
        if rights[1] == "w" and rights[3] == "p":
            start, _, end = places.partition("-")
            yield int(start, 16), int(end, 16)


def private():
    """What no other process holds: the unique set size."""
    found = _fields("/proc/self/smaps_rollup")
    return found["Private_Clean"] + found["Private_Dirty"]


def proportional():
    """The same, and this process's share of what it holds together with others: Pss."""
    return _fields("/proc/self/smaps_rollup")["Pss"]


def reset_peak():
    """Let `peak` begin anew, from what is resident now."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def peak():
    """The most that was resident since the process began its program, or since `reset_peak`: VmHWM."""
    return _fields("/proc/self/status")["VmHWM"]


def need_no_children():
    """Raises Unsupported where this process has some: what they were forked from is theirs as well, and private to
    nobody; and what they hold by themselves is not seen."""
    until = perf_counter() + _ENDING_SECONDS
    while True:
        try:
            ended = os.waitpid(-1, os.WNOHANG)[0]
        except ChildProcessError:
            return
        if not ended and perf_counter() > until:
            raise Unsupported("it has started processes, so that its memory cannot be told from theirs")
        sleep(0 if ended else 0.001)


def _fields(path):
    """The lines ``Name:  123 kB`` of a file, in bytes."""
    found = {}
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if len(words) == 3 and words[2] == "kB":
                found[words[0].rstrip(":")] = int(words[1]) * 1024
    return found
