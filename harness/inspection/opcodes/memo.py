"""The beginning, the end, the stack and the memo."""

from __future__ import annotations

import pickle
from struct import unpack_from
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged, TooLarge
from harness.inspection.opcodes.table import opcode, read_integer, read_line

if TYPE_CHECKING:
    from harness.inspection.walker import Walker

_NEWEST = 5
_LOOKED_AT = 1 << 20  # bytes after the end of a pickle, where its frame goes on


@opcode(pickle.PROTO)
def _proto(walker: Walker) -> None:
    walker.protocol = walker.window.take(1)[0]
    if walker.protocol > _NEWEST:
        raise Damaged(f"there is no pickle protocol {walker.protocol}", walker.window.offset - 2)
    walker.found.protocols.add(walker.protocol)


@opcode(pickle.FRAME)
def _frame(walker: Walker) -> None:
    size = int.from_bytes(walker.window.take(8), "little")
    walker.frame_end = walker.window.offset + size


@opcode(pickle.STOP)
def _stop(walker: Walker) -> bool:
    # A frame is read as a whole: one that is longer than the file is refused, whatever stands in it.
    rest = min(walker.frame_end - walker.window.offset, _LOOKED_AT)
    if rest > 0 and walker.window.fill(rest) < rest:
        raise Damaged("a frame is longer than what follows it", walker.window.offset)
    return True


@opcode(pickle.POP)
def _pop(walker: Walker) -> None:
    if walker.stack:
        walker.stack.pop()
    else:
        walker.close()


@opcode(pickle.POP_MARK)
def _pop_mark(walker: Walker) -> None:
    walker.close()


@opcode(pickle.DUP)
def _dup(walker: Walker) -> None:
    walker.stack.append(walker.stack[-1])


@opcode(pickle.MEMOIZE)
def _memoize(walker: Walker) -> None:
    memo = walker.memo
    if len(memo) > walker.budget.limits.objects:
        raise TooLarge("objects", walker.budget.limits.objects)
    memo[len(memo)] = walker.stack[-1]


@opcode(pickle.BINPUT)
def _binput(walker: Walker) -> None:
    window = walker.window
    walker.memo[window.buf[window.pos]] = walker.stack[-1]
    window.pos += 1


@opcode(pickle.LONG_BINPUT)
def _long_binput(walker: Walker) -> None:
    window = walker.window
    _put_at(walker, unpack_from("<I", window.buf, window.pos)[0])
    window.pos += 4


@opcode(pickle.PUT)
def _put(walker: Walker) -> None:
    _put_at(walker, read_integer(read_line(walker)))


def _put_at(walker: Walker, key: int) -> None:
    if len(walker.memo) > walker.budget.limits.objects:
        raise TooLarge("objects", walker.budget.limits.objects)
    walker.memo[key] = walker.stack[-1]


@opcode(pickle.BINGET)
def _binget(walker: Walker) -> None:
    window = walker.window
    _get(walker, window.buf[window.pos])
    window.pos += 1


@opcode(pickle.LONG_BINGET)
def _long_binget(walker: Walker) -> None:
    window = walker.window
    _get(walker, unpack_from("<I", window.buf, window.pos)[0])
    window.pos += 4


@opcode(pickle.GET)
def _get_line(walker: Walker) -> None:
    _get(walker, read_integer(read_line(walker)))


def _get(walker: Walker, key: int) -> None:
    if key not in walker.memo:
        raise Damaged(f"nothing was put into the memo under {key}")
    walker.stack.append(walker.memo[key])
