"""What a process asks of the kernel about its relatives, see prctl(2). Standard library only."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent():
    """From here on the kernel kills this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def become_subreaper():
    """From here on a descendant whose parent ends becomes a child of this process, not of init."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option, value):
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
