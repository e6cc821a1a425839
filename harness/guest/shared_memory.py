"""Files in shared memory, where they are this guest's alone: they are counted, and end with their child.

Whoever starts the guest gives it such a place, where the machine allows it. Standard library only.
"""

import os
import shutil

_PLACE = "/dev/shm"
_NAME = "persistence-matrix"  # what the host calls it, see proc(5) on mountinfo


def is_own():
    """Whether nobody else has files there."""
    try:
        with open("/proc/self/mountinfo") as lines:
            mounted = [line.split() for line in lines]
    except OSError:
        return False
    last = [words for words in mounted if len(words) > 6 and words[4] == _PLACE][-1:]
    return any(words[words.index("-") + 2] == _NAME for words in last)


def held():
    """Bytes of its files; 0 where others have some, too."""
    if not _OWN:
        return 0
    facts = os.statvfs(_PLACE)
    return (facts.f_blocks - facts.f_bfree) * facts.f_frsize


def clear():
    """Remove what a child has left there: no other is to find it."""
    for name in os.listdir(_PLACE) if _OWN else ():
        path = os.path.join(_PLACE, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)


_OWN = is_own()
