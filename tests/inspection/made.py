"""Pickles and other files that are written opcode by opcode, for what no pickler writes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

PROTO = b"\x80\x04"


def text(words: str) -> bytes:
    raw = words.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


def call(module: str, name: str, argument: str = "") -> bytes:
    """Opcodes that would call something with one text."""
    return text(module) + text(name) + b"\x93" + text(argument) + b"\x85R"


def gadget(canary: str = "touched") -> bytes:
    """A pickle that would run a shell command."""
    return PROTO + call("posix", "system", f"touch {canary}") + b"."


def global_(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def state(items: dict[str, bytes]) -> bytes:
    """Opcodes of a dict with texts as keys."""
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def dtype(code: str) -> bytes:
    return global_("numpy", "dtype") + text(code) + b"\x89\x88\x87R"


def wrapped_array(content: bytes, code: str, shape: tuple[int, ...], *, padding: bytes | None = b"\x01\xff") -> bytes:
    """Opcodes of joblib's stand-in for an array, with what follows it."""
    items = {
        "subclass": global_("numpy", "ndarray"),
        "shape": b"(" + b"".join(b"J" + struct.pack("<i", one) for one in shape) + b"t",
        "order": text("C"),
        "dtype": dtype(code),
        "allow_mmap": b"\x88",
    }
    if padding is not None:
        items["numpy_array_alignment_bytes"] = b"K\x10"
    stand_in = global_("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + state(items) + b"b"
    return stand_in + (padding or b"") + content


def deflated(parts: Iterable[bytes]) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(part) for part in parts), packer.flush()])


def archive(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return held.getvalue()
