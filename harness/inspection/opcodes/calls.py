"""Names, calls and what they build."""

from __future__ import annotations

import pickle
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged
from harness.inspection.nodes import Buffer, Built, Global, Persistent
from harness.inspection.opcodes.table import opcode, read_line, read_size

if TYPE_CHECKING:
    from harness.inspection.walker import Walker


@opcode(pickle.GLOBAL)
def _global(walker: Walker) -> None:
    walker.stack.append(_named(walker, *_two_lines(walker)))


@opcode(pickle.STACK_GLOBAL)
def _stack_global(walker: Walker) -> None:
    name, module = walker.stack.pop(), walker.stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise Damaged("what a class is named by is no text")
    walker.stack.append(_named(walker, module, name))


@opcode(pickle.EXT1, pickle.EXT2, pickle.EXT4)
def _extension(walker: Walker) -> None:
    sizes = {pickle.EXT1[0]: 1, pickle.EXT2[0]: 2, pickle.EXT4[0]: 4}
    code = read_size(walker, sizes[walker.window.buf[walker.window.pos - 1]])
    walker.stack.append(walker.name("copyreg", f"extension {code}"))


@opcode(pickle.REDUCE)
def _reduce(walker: Walker) -> None:
    args = walker.stack.pop()
    walker.hold(walker.call(walker.stack.pop(), args))


@opcode(pickle.NEWOBJ)
def _new_object(walker: Walker) -> None:
    args = walker.stack.pop()
    walker.hold(walker.call(walker.stack.pop(), args))


@opcode(pickle.NEWOBJ_EX)
def _new_object_ex(walker: Walker) -> None:
    keywords, args = walker.stack.pop(), walker.stack.pop()
    walker.hold(walker.call(walker.stack.pop(), (args, keywords)))


@opcode(pickle.INST)
def _instance(walker: Walker) -> None:
    func = _named(walker, *_two_lines(walker))
    walker.hold(walker.call(func, tuple(walker.close())))


@opcode(pickle.OBJ)
def _object(walker: Walker) -> None:
    func, *args = walker.close()
    walker.hold(walker.call(func, tuple(args)))


@opcode(pickle.BUILD)
def _build(walker: Walker) -> None:
    state = walker.stack.pop()
    top = walker.stack[-1]
    if not isinstance(top, Built):
        return  # a class or a container may have a state, too
    top.state = state
    array = walker.read_array(walker, top)
    if array is not None:
        walker.stack[-1] = array


@opcode(pickle.PERSID)
def _persistent_line(walker: Walker) -> None:
    _hold_persistent(walker, read_line(walker).decode("latin-1"))


@opcode(pickle.BINPERSID)
def _persistent(walker: Walker) -> None:
    _hold_persistent(walker, walker.stack.pop())


def _hold_persistent(walker: Walker, pid: object) -> None:
    if walker.found.persistent is None:
        walker.found.persistent = walker.window.offset - 1
    walker.hold(Persistent(pid))


@opcode(pickle.NEXT_BUFFER)
def _next_buffer(walker: Walker) -> None:
    walker.found.buffers += 1
    walker.hold(Buffer())


@opcode(pickle.READONLY_BUFFER)
def _readonly_buffer(_walker: Walker) -> None:
    return None


def _two_lines(walker: Walker) -> tuple[str, str]:
    module, name = read_line(walker), read_line(walker)
    return module.decode("utf-8"), name.decode("utf-8")


def _named(walker: Walker, module: str, name: str) -> Global:
    """A name as Python 3 understands it: what Python 2 called otherwise is mapped, as an unpickler does."""
    if walker.protocol <= 2:  # the last protocol of Python 2
        if (module, name) in NAME_MAPPING:
            module, name = NAME_MAPPING[module, name]
        else:
            module = IMPORT_MAPPING.get(module, module)
    return walker.name(module, name)
