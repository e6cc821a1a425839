"""Several processes that hold the same thing at the same time, and the memory that they hold together.

They work in step, and each waits for all others after each step: make its memory its own, look at what it holds, load
the thing, look again. Standard library only.
"""

import os
import signal
import socket
import struct
import sys
import traceback

from . import memory, prctl

_ANSWER = struct.Struct("<qq")
_STEP = b"."


def held_by(count, hold):
    """``(proportional, private)`` bytes that ``count`` processes hold together because each has called ``hold()``.

    Pss counts what several of them share once in all. Raises RuntimeError when one of them has ended early, whose
    traceback is on standard error then.
    """
    holders = []
    try:
        while len(holders) < count:
            holders.append(Holder(hold))
        for _ in range(3):  # its own memory, the first look, the thing itself
            for holder in holders:
                holder.read(len(_STEP))
            for holder in holders:
                holder.line.sendall(_STEP)
        found = [_ANSWER.unpack(holder.read(_ANSWER.size)) for holder in holders]
    finally:
        for holder in holders:
            holder.end()
    return sum(shared for shared, _ in found), sum(private for _, private in found)


class Holder:
    """One of the processes. It stays until it is ended, because what it holds counts while others look."""

    def __init__(self, hold):
        self.line, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self.line.close()
            _live(hold, theirs)
        theirs.close()

    def read(self, size):
        data = self.line.recv(size, socket.MSG_WAITALL)
        if len(data) != size:
            raise RuntimeError("one of the processes that were to hold the model has ended")
        return data

    def end(self):
        self.line.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _live(hold, line):
    """The life of a holder; never returns."""
    try:
        # A model that kills its parent must not find another one there, which is the supervisor.
        prctl.die_with_parent()
        memory.make_own()
        _in_step(line)
        proportional, private = memory.proportional(), memory.private()
        _in_step(line)
        thing = hold()  # noqa: F841  # held, not used
        _in_step(line)
        line.sendall(_ANSWER.pack(memory.proportional() - proportional, memory.private() - private))
        line.recv(1)  # until we are ended
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()  # before Python 3.9 it is buffered
    finally:
        try:
            line.shutdown(socket.SHUT_RDWR)  # the end of it, even where a process that the model has left holds it
        finally:
            os._exit(1)


def _in_step(line):
    line.sendall(_STEP)
    if not line.recv(1):
        os._exit(1)
