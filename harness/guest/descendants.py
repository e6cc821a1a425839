"""Processes that came down to this one: they are found, counted and ended. Standard library only."""

import contextlib
import os
import signal
import time

_KERNEL_LISTS_CHILDREN = os.path.exists("/proc/self/task/%d/children" % os.getpid())


def kill_all(pid, spared):
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
        strays = set(children()) - spared
        if spared and not strays:
            return
        for stray in strays:
            try:
                os.kill(stray, signal.SIGKILL)
            except OSError:
                pass
        time.sleep(0.001)


def children(pid=None):
    """Those of the main thread of a process, which are all where it has no other."""
    pid = pid or os.getpid()
    try:
        return _children_of_thread(pid, pid)
    except OSError:  # a kernel without it, or an emulator; or the process has ended
        return _children_by_scan(pid)


def _children_of_thread(pid, thread):
    with open("/proc/%d/task/%d/children" % (pid, thread)) as listing:
        return [int(word) for word in listing.read().split()]


def tree(pid):
    """A process and all that came from it and still has its parents, threads' children too."""
    if _KERNEL_LISTS_CHILDREN:  # else every process of the machine is looked at, many times a second
        found = [pid]
        for one in found:
            found += _children_of_all_threads(one)
        return found
    parents = {}
    for child, parent in _parents():
        parents.setdefault(parent, []).append(child)
    found = [pid]
    for one in found:
        found += parents.get(one, ())
    return found


def _children_of_all_threads(pid):
    found = []
    with contextlib.suppress(OSError):  # it has ended
        for thread in os.listdir("/proc/%d/task" % pid):
            with contextlib.suppress(OSError):
                found += _children_of_thread(pid, int(thread))
    return found


def activity(pid):
    """The state of a process, as one letter, and the seconds of processor time that it has used."""
    fields = _stat(pid)
    if fields is None:
        return "X", 0.0
    return fields[0], (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    """Bytes of a process that are no file's: its own, and memory that it shares with others. 0 if it has ended."""
    return _sum("/proc/%d/status" % pid, ("RssAnon:", "RssShmem:"))


def proportional(pid):
    """The same, where what several share is counted once among them. 0 where the kernel does not tell."""
    return _sum("/proc/%d/smaps_rollup" % pid, ("Pss_Anon:", "Pss_Shmem:"))


def _sum(path, names):
    try:
        with open(path) as lines:
            return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))
    except (OSError, ValueError, IndexError):
        return 0


def _stat(pid):
    """The fields of a process from its state on, or None if it has ended."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as stat:
            return stat.read().rpartition(b")")[2].decode("ascii").split()
    except OSError:
        return None


def _parents():
    """The pid of every process, with that of its parent."""
    for name in os.listdir("/proc"):
        fields = _stat(int(name)) if name.isdigit() else None
        if fields:
            yield int(name), int(fields[1])


def _children_by_scan(parent):
    return [child for child, its in _parents() if its == parent]
