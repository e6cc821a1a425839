"""What each opcode of a pickle does to the stack of a walk: protocols 0 to 5, Python 2's too.

table        how a function is registered, and arguments are read
memo         the beginning, the end, the stack and the memo
values       None, numbers, texts and bytes
containers   tuples, lists, dicts and sets
calls        names, calls and what they build
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged
from harness.inspection.opcodes import calls, containers, memo, values
from harness.inspection.opcodes.table import HANDLERS

if TYPE_CHECKING:
    from harness.inspection.opcodes.table import Handler
    from harness.inspection.walker import Walker

__all__ = ["TABLE", "calls", "containers", "memo", "none_such", "values"]


def none_such(walker: Walker) -> None:
    raise Damaged(
        f"no pickle has the opcode 0x{walker.window.buf[walker.window.pos - 1]:02x}", walker.window.offset - 1
    )


#: By opcode.
TABLE: tuple[Handler, ...] = tuple(HANDLERS.get(code, none_such) for code in range(256))
