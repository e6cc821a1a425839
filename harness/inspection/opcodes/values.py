"""Plain values: None, numbers, texts and bytes."""

from __future__ import annotations

import pickle
from struct import unpack_from
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged, TooLarge
from harness.inspection.nodes import Long
from harness.inspection.opcodes.table import LONGEST_LINE, opcode, read_integer, read_line, read_size

if TYPE_CHECKING:
    from harness.inspection.walker import Walker

_HEAD = 256  # characters or bytes of what is too long to hold
_TAIL = 2_048  # bytes of its end, where XGBoost and CatBoost keep their versions


@opcode(pickle.NONE)
def _none(walker: Walker) -> None:
    walker.stack.append(None)


@opcode(pickle.NEWTRUE)
def _true(walker: Walker) -> None:
    walker.stack.append(True)


@opcode(pickle.NEWFALSE)
def _false(walker: Walker) -> None:
    walker.stack.append(False)


@opcode(pickle.BININT)
def _binint(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(unpack_from("<i", window.buf, window.pos)[0])
    window.pos += 4


@opcode(pickle.BININT1)
def _binint1(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(window.buf[window.pos])
    window.pos += 1


@opcode(pickle.BININT2)
def _binint2(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(unpack_from("<H", window.buf, window.pos)[0])
    window.pos += 2


@opcode(pickle.BINFLOAT)
def _binfloat(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(unpack_from(">d", window.buf, window.pos)[0])
    window.pos += 8


@opcode(pickle.LONG1, pickle.LONG4)
def _long(walker: Walker) -> None:
    size = read_size(walker, 1 if walker.window.buf[walker.window.pos - 1] == pickle.LONG1[0] else 4)
    if size > walker.budget.limits.integer:
        raise TooLarge("integer", walker.budget.limits.integer)
    walker.hold_text(int.from_bytes(walker.window.take(size), "little", signed=True), size)


@opcode(pickle.INT)
def _int(walker: Walker) -> None:
    words = read_line(walker)
    walker.stack.append({b"00": False, b"01": True}[words] if words in {b"00", b"01"} else read_integer(words))


@opcode(pickle.LONG)
def _long_line(walker: Walker) -> None:
    walker.stack.append(read_integer(read_line(walker).removesuffix(b"L")))


@opcode(pickle.FLOAT)
def _float(walker: Walker) -> None:
    walker.stack.append(float(read_line(walker)))


@opcode(pickle.SHORT_BINUNICODE)
def _short_unicode(walker: Walker) -> None:
    window = walker.window
    start = window.pos + 1
    window.pos = end = start + window.buf[window.pos]
    if end > len(window.buf):
        raise Damaged("the pickle ends within a text")
    walker.hold_text(str(window.buf[start:end], "utf-8", "surrogatepass"), end - start)


@opcode(pickle.BINUNICODE)
def _unicode(walker: Walker) -> None:
    _hold_read(walker, read_size(walker, 4), is_text=True)


@opcode(pickle.BINUNICODE8)
def _unicode8(walker: Walker) -> None:
    _hold_read(walker, read_size(walker, 8), is_text=True)


@opcode(pickle.SHORT_BINBYTES)
def _short_bytes(walker: Walker) -> None:
    _hold_read(walker, read_size(walker, 1), is_text=False)


@opcode(pickle.BINBYTES)
def _bytes(walker: Walker) -> None:
    _hold_read(walker, read_size(walker, 4), is_text=False)


@opcode(pickle.BINBYTES8, pickle.BYTEARRAY8)
def _bytes8(walker: Walker) -> None:
    _hold_read(walker, read_size(walker, 8), is_text=False)


@opcode(pickle.SHORT_BINSTRING, pickle.BINSTRING)
def _string(walker: Walker) -> None:
    """Python 2's ``str``: a text or bytes, which only whoever reads it decides."""
    short = walker.window.buf[walker.window.pos - 1] == pickle.SHORT_BINSTRING[0]
    _note_python_2(walker)
    size = read_size(walker, 1 if short else 4)
    if size > LONGEST_LINE:
        _hold_read(walker, size, is_text=False)
    else:
        walker.hold_text(walker.window.take(size).decode("latin-1"), size)


@opcode(pickle.STRING)
def _string_line(walker: Walker) -> None:
    _note_python_2(walker)
    head, length = walker.window.line(LONGEST_LINE)
    if length > LONGEST_LINE:
        walker.hold_text(Long(length, head[:_HEAD], is_text=False), _HEAD)
        return
    words = head.strip()
    if len(words) < 2 or words[:1] not in {b"'", b'"'} or words[:1] != words[-1:]:
        raise Damaged("a text of Python 2 has no quotes")
    walker.hold_text(words[1:-1].decode("latin-1"), length)


@opcode(pickle.UNICODE)
def _unicode_line(walker: Walker) -> None:
    head, length = walker.window.line(walker.budget.limits.text)
    if length > len(head):
        walker.hold_text(Long(length, head[:_HEAD], is_text=True), _HEAD)
    else:
        walker.hold_text(str(head, "raw-unicode-escape"), length)


def _hold_read(walker: Walker, size: int, *, is_text: bool) -> None:
    """Push a text or bytes; of long ones only the beginning and end are held."""
    window = walker.window
    if size <= LONGEST_LINE or (is_text and size <= walker.budget.limits.text):
        raw = window.take(size)
        walker.hold_text(str(raw, "utf-8", "surrogatepass") if is_text else raw, size)
        return
    head = window.peek(min(size, _HEAD))[:_HEAD]
    tail = min(size - len(head), _TAIL)
    window.skip(size - tail)
    walker.hold_text(Long(size, head, window.take(tail), is_text=is_text), len(head) + tail)


def _note_python_2(walker: Walker) -> None:
    if walker.found.python_2 is None:
        walker.found.python_2 = walker.window.offset - 1
