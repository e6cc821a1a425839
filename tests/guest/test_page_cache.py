"""What the kernel keeps of a file, asked of the kernel in another way than the one that is tested."""

import ctypes
import mmap
import os
import tempfile
import unittest

from guest import errors, page_cache

SIZE = 8 << 20


class File:
    """A file of 8 MiB that was just written, so that all of it is in memory."""

    def __init__(self, folder=None, size=SIZE):
        self.file = tempfile.NamedTemporaryFile(dir=folder)
        self.file.write(b"x" * size)
        self.file.flush()
        self.name = self.file.name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def resident(self):
        """The share of it that is in memory, by mincore; through a mapping that is writable, of which Python gives the address."""
        with open(self.name, "r+b") as file, mmap.mmap(file.fileno(), 0) as mapping:
            first = ctypes.c_char.from_buffer(mapping)
            pages = (ctypes.c_ubyte * (len(mapping) // mmap.PAGESIZE))()
            libc = ctypes.CDLL(None, use_errno=True)
            code = libc.mincore(ctypes.c_void_p(ctypes.addressof(first)), ctypes.c_size_t(len(mapping)), pages)
            del first
            assert code == 0
            return sum(byte & 1 for byte in pages) / len(pages)


def on_a_disk():
    folder = os.path.realpath(tempfile.gettempdir()) + "/"
    with open("/proc/mounts") as lines:
        places = {place.rstrip("/") + "/": kind for _, place, kind in (line.split()[:3] for line in lines)}
    if places[max((place for place in places if folder.startswith(place)), key=len)] in ("tmpfs", "ramfs"):
        raise unittest.SkipTest("the folder for temporary files is in memory")
    return File()


def test_a_file_on_a_disk_is_forgotten_and_comes_back_when_it_is_read():
    with on_a_disk() as file:
        assert file.resident() > 0.95
        page_cache.evict(file.name)
        assert file.resident() < 0.05  # others are at work on this machine, too
        with open(file.name, "rb") as again:
            assert again.read() == b"x" * SIZE
        assert file.resident() > 0.95


def test_a_file_in_memory_cannot_be_forgotten():
    if not os.path.isdir("/dev/shm"):
        raise unittest.SkipTest("no /dev/shm here")
    with File("/dev/shm") as file:
        try:
            page_cache.evict(file.name)
        except errors.Unsupported as reason:
            assert str(reason) == "100 % of the file stays in the page cache"
        else:
            raise AssertionError("it cannot have been evicted")


def test_a_file_that_somebody_has_mapped_is_not_forgotten():
    with on_a_disk() as file, open(file.name, "rb") as held:
        with mmap.mmap(held.fileno(), 0, prot=mmap.PROT_READ) as mapping:
            assert sum(mapping[place] for place in range(0, SIZE, mmap.PAGESIZE))
            try:
                page_cache.evict(file.name)
            except errors.Unsupported as reason:
                assert "stays in the page cache" in str(reason)
            else:
                raise AssertionError("it cannot have been evicted")


def test_an_empty_file_has_nothing_to_forget():
    with File(size=0) as file:
        page_cache.evict(file.name)


def test_a_file_that_is_not_there_is_an_error():
    for act in (page_cache.evict, page_cache.write_back):
        try:
            act("/nowhere")
        except FileNotFoundError:
            continue
        raise AssertionError(act)


def dirty(path):
    """Bytes of a file's mapping that wait to be written, of this process; all pages touched."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapping:
        assert sum(mapping[place] for place in range(0, SIZE, mmap.PAGESIZE))
        with open("/proc/self/smaps") as lines:
            found, here = 0, False
            for line in lines:
                words = line.split()
                if not words[0].endswith(":"):
                    here = line.rstrip().endswith(path)
                elif here and words[0] in ("Private_Dirty:", "Shared_Dirty:"):
                    found += int(words[1]) * 1024
    return found


def test_a_file_that_was_written_back_is_no_longer_dirty():
    with on_a_disk() as file:
        before = dirty(file.name)
        page_cache.write_back(file.name)
        assert dirty(file.name) == 0 <= before
