"""What the kernel keeps of a file: have it written to the disk, put it out of the page cache. Standard library only."""

import ctypes
import mmap
import os

from .errors import Unsupported

#: What may stay: another process may have it mapped, and read-ahead may have come back to it.
_LEFT = 0.05


def write_back(path):
    """See that a file is on the disk. While it is not, pages of it that are mapped count as private and dirty."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def evict(path):
    """Let the kernel forget what it has read of a file. Raises Unsupported where it does not, as on tmpfs."""
    write_back(path)  # pages that were not yet written cannot be dropped
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        resident = _resident(descriptor)
    finally:
        os.close(descriptor)
    if resident > _LEFT:
        raise Unsupported("%.0f %% of the file stays in the page cache" % (100 * resident))


def _resident(descriptor):
    """The fraction of a file's pages that are in memory."""
    size = os.fstat(descriptor).st_size
    if not size:
        return 0.0
    pages = -(-size // mmap.PAGESIZE)
    found = (ctypes.c_ubyte * pages)()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
    # Python's own mmap gives no address of a mapping that is read-only.
    place = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    if place == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "the file cannot be mapped")
    try:
        if libc.mincore(ctypes.c_void_p(place), ctypes.c_size_t(size), found) != 0:
            raise OSError(ctypes.get_errno(), "mincore")
    finally:
        libc.munmap(ctypes.c_void_p(place), ctypes.c_size_t(size))
    return sum(byte & 1 for byte in found) / pages
