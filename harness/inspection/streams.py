"""Bytes to be read once from front to back: of a file, or of what comes out of compression.

A `Source` gives bytes and skips them; only `Window` knows where in them a reader stands. Nothing is held but a window:
an array of any size is skipped in no memory, and a bomb meets a limit.
"""

from __future__ import annotations

import bz2
import contextlib
import lzma
import zlib
from typing import IO, TYPE_CHECKING, Protocol

from harness.inspection.limits import Damaged, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 1 << 18  # bytes that a window takes at once
_PACKED = 1 << 16  # bytes of compressed data that are read at once
_DICTIONARY = 128 << 20  # bytes that a decompressor may allocate; the highest preset of xz takes 65 MiB


class Source(Protocol):
    """Where bytes come from."""

    def read(self, most: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""

    def skip(self, count: int) -> int:
        """Leave bytes out; return how many there were, which is fewer at the end."""


class FileSource:
    """A part of an open file; the whole of it, if no length is given."""

    def __init__(self, file: IO[bytes], start: int = 0, length: int | None = None) -> None:
        end = file.seek(0, 2)
        self._file = file
        self._left = max(min(end - start, end if length is None else length), 0)
        file.seek(start)

    def read(self, most: int) -> bytes:
        found = self._file.read(min(most, self._left))
        self._left -= len(found)
        return found

    def skip(self, count: int) -> int:
        count = min(count, self._left)
        self._file.seek(count, 1)
        self._left -= count
        return count


class Decompressor(Protocol):
    """What `bz2` and `lzma` have, and `Deflate` and `harness.inspection.lz4.Lz4` imitate."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Deflate:
    """zlib's decompressor as those of `bz2` and `lzma` are."""

    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail and not self._full

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        found = self._inner.decompress(self._inner.unconsumed_tail + data, max(max_length, 0))
        # What filled its room may have more to come from what it took in.
        self._full = 0 < max_length <= len(found)
        return found


def zlib_made() -> Decompressor:
    return Deflate(zlib.MAX_WBITS)


def gzip_made() -> Decompressor:
    return Deflate(zlib.MAX_WBITS | 16)


def raw_made() -> Decompressor:
    """Of a member of a zip archive."""
    return Deflate(-zlib.MAX_WBITS)


def bz2_made() -> Decompressor:
    return bz2.BZ2Decompressor()


def lzma_made() -> Decompressor:
    return lzma.LZMADecompressor(memlimit=_DICTIONARY)


class Unpacked:
    """What comes out of compression. Of data that go on after their end, such as gzip's, all parts count."""

    def __init__(self, packed: Source, make: Callable[[], Decompressor], most: int) -> None:
        self._packed = packed
        self._make = make
        self._most = most
        self._came = 0
        self._inner = make()
        self._rest = b""  # packed bytes for the next decompressor
        #: Packed bytes that follow the end and are no compressed data.
        self.trailing = False

    def read(self, most: int) -> bytes:
        if self._came >= self._most:
            most = 1  # is there more at all?
        found = b""
        while not found:
            if self._inner.eof and not self._goes_on():
                return b""
            if self._inner.needs_input:
                data = self._rest or self._packed.read(_PACKED)
                self._rest = b""
                if not data:
                    raise Damaged("the compressed data end too early", self._came)
            else:
                data = b""
            try:
                found = self._inner.decompress(data, most)
            except lzma.LZMAError as error:
                if "memory" in str(error).lower():
                    raise TooLarge("unpacked", _DICTIONARY, self._came) from error
                raise Damaged(f"the compressed data are broken ({error})", self._came) from error
            except (zlib.error, OSError, ValueError, EOFError) as error:
                raise Damaged(f"the compressed data are broken ({error})", self._came) from error
        self._came += len(found)
        if self._came > self._most:
            raise TooLarge("unpacked", self._most, self._came)
        return found

    def _goes_on(self) -> bool:
        """Whether compressed data follow the end of some; then they are next."""
        if self.trailing:
            return False
        rest = self._inner.unused_data or self._packed.read(_PACKED)
        if not rest:
            return False
        following = self._make()
        try:
            following.decompress(rest[:64], 1)
        except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
            self.trailing = True
            return False
        self._inner, self._rest = self._make(), rest
        return True

    def skip(self, count: int) -> int:
        left = count
        while left:
            found = len(self.read(min(left, 1 << 20)))
            if not found:
                break
            left -= found
        return count - left


class Rest:
    """What a window has not come to yet, as the source of another."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def read(self, most: int) -> bytes:
        return self._window.read(most)

    def skip(self, count: int) -> int:
        start = self._window.offset
        with contextlib.suppress(Damaged):
            self._window.skip(count)
        return self._window.offset - start


class Window:
    """Where a reader stands in a source. It may look at `buf` from `pos` on, and ask for more."""

    __slots__ = ("_source", "base", "buf", "ended", "pos")

    def __init__(self, source: Source) -> None:
        self._source = source
        self.buf = b""
        self.pos = 0
        self.base = 0  # where the buffer begins
        self.ended = False

    @property
    def offset(self) -> int:
        return self.base + self.pos

    def fill(self, least: int) -> int:
        """Have so many bytes from `pos` on, or all that there are; return how many there are."""
        have = len(self.buf) - self.pos
        if have < least and not self.ended:
            parts = [self.buf[self.pos :]]
            self.base, self.pos = self.base + self.pos, 0
            while have < least:
                found = self._source.read(max(_CHUNK, least - have))
                if not found:
                    self.ended = True
                    break
                parts.append(found)
                have += len(found)
            self.buf = b"".join(parts)
        return have

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises
        ------
        Damaged : there are fewer.
        """
        if self.fill(count) < count:
            raise Damaged(f"it ends where {count:,} bytes should follow", self.offset)
        start = self.pos
        self.pos += count
        return self.buf[start : start + count]

    def read(self, most: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        self.fill(1)
        found = self.buf[self.pos : self.pos + most]
        self.pos += len(found)
        return found

    def peek(self, count: int) -> bytes:
        """Return the next bytes and stay before them; fewer at the end."""
        self.fill(count)
        return self.buf[self.pos : self.pos + count]

    def skip(self, count: int) -> None:
        """Leave bytes out.

        Raises
        ------
        Damaged : there are fewer.
        """
        have = len(self.buf) - self.pos
        if count <= have:
            self.pos += count
            return
        start = self.offset
        self.base, self.buf, self.pos = self.base + len(self.buf), b"", 0
        skipped = self._source.skip(count - have)
        self.base += skipped
        if skipped < count - have:
            raise Damaged(f"it ends where {count:,} bytes should follow", start)

    def ends(self, count: int) -> tuple[bytes, bytes, int]:
        """Go to the end; return the first and last bytes, at most so many of each, and the length from here on."""
        head, start = self.peek(count)[:count], self.offset
        tail = b""
        while part := self.read(1 << 20):
            tail = (tail + part)[-count:]
        return head, tail, self.offset - start

    def line(self, most: int) -> tuple[bytes, int]:
        """Return the next line without its end, cut at so many bytes, and its whole length.

        Raises
        ------
        Damaged : no line ends from here on.
        """
        head = b""
        length = 0
        while True:
            if self.fill(1) < 1:
                raise Damaged("it ends within a line", self.offset)
            end = self.buf.find(b"\n", self.pos)
            stop = len(self.buf) if end < 0 else end
            if length < most:
                head += self.buf[self.pos : min(stop, self.pos + most - length)]
            length += stop - self.pos
            self.pos = stop
            if end >= 0:
                self.pos += 1
                return head, length
