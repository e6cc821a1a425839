"""The table of opcodes, and how their arguments are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.inspection.limits import TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.inspection.walker import Walker

    Handler = Callable[[Walker], bool | None]

LONGEST_LINE = 4_096  # bytes of a line that is a name or a number
_DIGITS = 640  # of an integer that any Python reads
#: By opcode; each module of this package adds its own.
HANDLERS: dict[int, Handler] = {}


def opcode(*codes: bytes) -> Callable[[Handler], Handler]:
    """Register a function for opcodes. It returns True where the pickle ends."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update((code[0], handler) for code in codes)
        return handler

    return register


def read_size(walker: Walker, count: int) -> int:
    return int.from_bytes(walker.window.take(count), "little")


def read_line(walker: Walker) -> bytes:
    head, length = walker.window.line(LONGEST_LINE)
    if length > LONGEST_LINE:
        raise TooLarge("integer", LONGEST_LINE)
    return head.strip()


def read_integer(words: bytes) -> int:
    if len(words) > _DIGITS:
        raise TooLarge("integer", _DIGITS)
    return int(words, 0)
