"""LZ4 frames, which joblib may write and the standard library cannot read: the decoder alone, without checksums."""

from __future__ import annotations

from struct import unpack_from

MAGIC = b"\x04\x22\x4d\x18"
_HISTORY = 1 << 16  # bytes that a block may refer back to
_PLAIN = 1 << 31  # the bit of a block's size that says that it is not compressed
_MOST_BLOCK = 4 << 20


class Lz4:
    """A decompressor as those of `bz2` and `lzma` are."""

    def __init__(self) -> None:
        self._taken = b""
        self._ready = b""
        self._history = b""
        self._started = False
        self._may_go_on = False  # what was taken may hold a further block
        self._sums = False  # whether a checksum follows each block
        self._sum_at_end = False
        self.eof = False
        self.unused_data = b""

    @property
    def needs_input(self) -> bool:
        return not self._ready and not self.eof and not self._may_go_on

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return what there is.

        Raises
        ------
        ValueError : it is no such frame.
        """
        self._taken += data
        while not self._ready and not self.eof and (self._started or self._start()):
            self._may_go_on = self._block()
            if not self._may_go_on:
                break
        most = len(self._ready) if max_length < 0 else max_length
        found, self._ready = self._ready[:most], self._ready[most:]
        return found

    def _start(self) -> bool:
        """Read the header of the frame; False where more of it is to come."""
        if len(self._taken) < 7:
            return False
        if self._taken[:4] != MAGIC:
            raise ValueError("no LZ4 frame")
        flags = self._taken[4]
        length = 7 + (8 if flags & 8 else 0) + (4 if flags & 1 else 0)
        if flags >> 6 != 1:
            raise ValueError("an LZ4 frame of another version")
        if len(self._taken) < length:
            return False
        self._sums, self._sum_at_end = bool(flags & 16), bool(flags & 4)
        self._taken, self._started = self._taken[length:], True
        return True

    def _block(self) -> bool:
        """Decode the next block; False where more of it is to come."""
        if len(self._taken) < 4:
            return False
        size = unpack_from("<I", self._taken)[0]
        if size == 0:
            end = 4 + (4 if self._sum_at_end else 0)
            if len(self._taken) < end:
                return False
            self.eof, self.unused_data, self._taken = True, self._taken[end:], b""
            return False
        plain, size = bool(size & _PLAIN), size & (_PLAIN - 1)
        if size > _MOST_BLOCK:
            raise ValueError("an LZ4 block that is larger than any")
        end = 4 + size + (4 if self._sums else 0)
        if len(self._taken) < end:
            return False
        block = self._taken[4 : 4 + size]
        self._taken = self._taken[end:]
        try:
            self._ready = block if plain else _decoded(block, self._history)
        except IndexError as error:
            raise ValueError("an LZ4 block ends too early") from error
        self._history = (self._history + self._ready)[-_HISTORY:]
        return True


def _decoded(block: bytes, history: bytes) -> bytes:
    """One block: literals and copies of what was before in turn."""
    out = bytearray(history)
    place, end = 0, len(block)
    while place < end:
        token = block[place]
        length, place = _length(block, place + 1, token >> 4)
        out += block[place : place + length]
        place += length
        if place >= end:
            break
        distance = block[place] | block[place + 1] << 8
        length, place = _length(block, place + 2, token & 15)
        _copy(out, distance, length + 4)
        if len(out) > _MOST_BLOCK + _HISTORY:
            raise ValueError("an LZ4 block that is larger than any")
    return bytes(out[len(history) :])


def _length(block: bytes, place: int, start: int) -> tuple[int, int]:
    length = start
    if start == 15:  # then more bytes add to it
        while True:
            more = block[place]
            place += 1
            length += more
            if more != 255:
                break
    return length, place


def _copy(out: bytearray, distance: int, length: int) -> None:
    if not 0 < distance <= len(out):
        raise ValueError("an LZ4 block refers to what is before its beginning")
    start = len(out) - distance
    if distance >= length:
        out += out[start : start + length]
    else:  # it copies what it has just written, over and over
        part = bytes(out[start:])
        out += (part * (length // distance + 1))[:length]
