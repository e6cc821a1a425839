"""What a file is, by its content: compression is taken off, then the first bytes tell. No suffix is looked at."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from harness.inspection import archives, boosters, lz4, onnx, pickled, pmml
from harness.inspection.limits import Ended, TooLarge
from harness.inspection.opcodes import TABLE, none_such
from harness.inspection.pickled import trouble_of
from harness.inspection.result import Damage, Inspection
from harness.inspection.streams import (
    FileSource,
    Rest,
    Unpacked,
    Window,
    bz2_made,
    gzip_made,
    lzma_made,
    zlib_made,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.inspection.limits import Limits
    from harness.inspection.streams import Decompressor

_HEAD = 4_096
_LAYERS = 4  # of compression
_IN_MEMORY = 48 << 20  # bytes of an archive within compression
_ZFILE = b"ZF0x"
_ZFILE_HEADER = 21  # bytes before the data of joblib's own compression of before 0.10

_COMPRESSED: tuple[tuple[str, tuple[bytes, ...], Callable[[], Decompressor]], ...] = (
    ("gzip", (b"\x1f\x8b",), gzip_made),
    ("bz2", (b"BZh",), bz2_made),
    ("xz", (b"\xfd7zXZ\x00",), lzma_made),
    ("lzma", (b"\x5d\x00\x00",), lzma_made),
    ("lz4", (lz4.MAGIC,), lz4.Lz4),
)
#: What is no model file, by its first bytes.
_OTHERS = (
    (b"\x89HDF", "HDF5, as Keras writes it"),
    (b"\x93NUMPY", "a single array of NumPy"),
    (b"PAR1", "a Parquet table"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd, which is not read here"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF"),
    (b"version https://git-lfs", "a pointer of Git LFS: fetch the file itself with `git lfs pull`"),
    (b"<!DOCTYPE html", "a web page: perhaps a download that failed"),
    (b"<html", "a web page: perhaps a download that failed"),
)


class Unknown(Exception):  # noqa: N818
    """The file is no model that is known here; the text says what it is instead, where that is known."""


def read(file: IO[bytes], limits: Limits, folder: Path) -> tuple[Inspection, tuple[str, ...]]:
    """Inspect an open file; return the compression around it, too.

    Raises
    ------
    Unknown : it is no model that is known here.
    """
    wrapping: list[str] = []
    window = Window(FileSource(file))
    try:
        window = _unwrapped(window, wrapping, limits)
        return _known(window, file, limits, folder, is_plain=not wrapping), tuple(wrapping)
    except Ended as error:
        return Inspection(path="", size=0, format="not known", trouble=trouble_of(error)), tuple(wrapping)


def _unwrapped(window: Window, wrapping: list[str], limits: Limits) -> Window:
    while True:
        found = _compression(window.peek(_HEAD)[:_HEAD])
        if found is None:
            return window
        if len(wrapping) >= _LAYERS:
            raise TooLarge("depth", _LAYERS, 0)
        name, make, start = found
        window.skip(start)
        wrapping.append(name)
        window = Window(Unpacked(Rest(window), make, limits.unpacked))


def _compression(head: bytes) -> tuple[str, Callable[[], Decompressor], int] | None:
    """Name, decompressor, and where the data begin."""
    for name, magics, make in _COMPRESSED:
        if head.startswith(magics):
            return name, make, 0
    if head[:4] == _ZFILE:
        return "joblib's zlib", zlib_made, _ZFILE_HEADER + (head[_ZFILE_HEADER : _ZFILE_HEADER + 1] == b" ")
    # As joblib does: zlib's other windows begin with bytes that are opcodes of a pickle, such as "(".
    if len(head) > 2 and head[0] == 0x78 and (head[0] << 8 | head[1]) % 31 == 0:
        return "zlib", zlib_made, 0
    return None


def _known(window: Window, file: IO[bytes], limits: Limits, folder: Path, *, is_plain: bool) -> Inspection:
    head = window.peek(_HEAD)[:_HEAD]
    if not head:
        raise Unknown("it is empty")
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return archives.read(file if is_plain else _held(window), limits)
    read = _reader(head)
    if read is not None:
        return read(window, limits)
    text = _text(head).lower()
    for magic, words in _OTHERS:
        if text.startswith(magic.lower()):
            raise Unknown(f"it is {words}")
    if TABLE[head[0]] is not none_such:
        return _perhaps_pickle(window, limits, folder)
    raise Unknown("it is JSON of another kind" if text[:1] == b"{" else f"its first bytes are {head[:8].hex(' ')}")


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _reader(head: bytes) -> Callable[[Window, Limits], Inspection] | None:
    """Who reads a file that begins so, if it is neither an archive nor a pickle."""
    if head[:4] == boosters.CATBOOST or boosters.CATBOOST_JSON.match(head):
        return boosters.read_catboost
    if boosters.LIGHTGBM.match(head):
        return boosters.read_lightgbm
    if boosters.XGBOOST_JSON.match(head) or boosters.XGBOOST_UBJ.match(head) or head[:4] in boosters.XGBOOST_OLD:
        return boosters.read_xgboost
    if _text(head).startswith((b"<?xml", b"<PMML")):
        return pmml.read
    return onnx.read if onnx.begins(head) else None


def _perhaps_pickle(window: Window, limits: Limits, folder: Path) -> Inspection:
    """A pickle; of protocols 0 and 1 any text may look like one, so that it must get somewhere."""
    head = window.peek(_HEAD)[:_HEAD]
    found = pickled.read(window, limits, folder)
    trouble = found.trouble
    gets_somewhere = trouble is None or trouble.kind is Damage.TOO_LARGE or found.calls.outside or found.calls.known
    if head[0] != 0x80 and not gets_somewhere:
        raise Unknown(f"its first bytes are {head[:8].hex(' ')}")
    return found


def _held(window: Window) -> io.BytesIO:
    """An archive within compression, in memory: its directory is at its end."""
    held = window.peek(_IN_MEMORY + 1)[: _IN_MEMORY + 1]
    if len(held) > _IN_MEMORY:
        raise TooLarge("unpacked", _IN_MEMORY)
    return io.BytesIO(held)
