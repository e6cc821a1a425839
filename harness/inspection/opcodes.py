"""What each opcode of a pickle does to the stack of a walk: protocols 0 to 5, Python 2's too."""

from __future__ import annotations

import pickle
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from struct import unpack_from
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged, TooLarge
from harness.inspection.nodes import Buffer, Built, Global, Long, Mapping, Members, Persistent

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.inspection.walker import Walker

    Handler = Callable[[Walker], bool | None]

_HEAD = 256  # characters or bytes of what is too long to hold
_TAIL = 2_048  # bytes of its end, where XGBoost and CatBoost keep their versions
_LINE = 4_096  # bytes of a line that is a name or a number
_NEWEST = 5
_HANDLERS: dict[int, Handler] = {}


def _opcode(*codes: bytes) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _HANDLERS.update((code[0], handler) for code in codes)
        return handler

    return register


def none_such(walker: Walker) -> None:
    raise Damaged(
        f"no pickle has the opcode 0x{walker.window.buf[walker.window.pos - 1]:02x}", walker.window.offset - 1
    )


# ------------------------------------------------------------------------------------------------ beginning and end


@_opcode(pickle.PROTO)
def _proto(walker: Walker) -> None:
    walker.protocol = walker.window.take(1)[0]
    if walker.protocol > _NEWEST:
        raise Damaged(f"there is no pickle protocol {walker.protocol}", walker.window.offset - 2)
    walker.found.protocols.add(walker.protocol)


@_opcode(pickle.FRAME)
def _frame(walker: Walker) -> None:
    size = int.from_bytes(walker.window.take(8), "little")
    walker.frame_end = walker.window.offset + size


@_opcode(pickle.STOP)
def _stop(_walker: Walker) -> bool:
    return True


# ----------------------------------------------------------------------------------------------------- plain values


@_opcode(pickle.NONE)
def _none(walker: Walker) -> None:
    walker.stack.append(None)


@_opcode(pickle.NEWTRUE)
def _true(walker: Walker) -> None:
    walker.stack.append(True)


@_opcode(pickle.NEWFALSE)
def _false(walker: Walker) -> None:
    walker.stack.append(False)


@_opcode(pickle.BININT)
def _binint(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(unpack_from("<i", window.buf, window.pos)[0])
    window.pos += 4


@_opcode(pickle.BININT1)
def _binint1(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(window.buf[window.pos])
    window.pos += 1


@_opcode(pickle.BININT2)
def _binint2(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(unpack_from("<H", window.buf, window.pos)[0])
    window.pos += 2


@_opcode(pickle.BINFLOAT)
def _binfloat(walker: Walker) -> None:
    window = walker.window
    walker.stack.append(unpack_from(">d", window.buf, window.pos)[0])
    window.pos += 8


@_opcode(pickle.LONG1, pickle.LONG4)
def _long(walker: Walker) -> None:
    size = _size(walker, 1 if walker.window.buf[walker.window.pos - 1] == pickle.LONG1[0] else 4)
    if size > walker.budget.limits.integer:
        raise TooLarge("integer", walker.budget.limits.integer)
    walker.hold_text(int.from_bytes(walker.window.take(size), "little", signed=True), size)


@_opcode(pickle.INT)
def _int(walker: Walker) -> None:
    words = _short_line(walker)
    walker.stack.append({b"00": False, b"01": True}[words] if words in {b"00", b"01"} else _integer(words))


@_opcode(pickle.LONG)
def _long_line(walker: Walker) -> None:
    walker.stack.append(_integer(_short_line(walker).removesuffix(b"L")))


@_opcode(pickle.FLOAT)
def _float(walker: Walker) -> None:
    walker.stack.append(float(_short_line(walker)))


def _integer(words: bytes) -> int:
    if len(words) > 640:  # digits that any Python reads
        raise TooLarge("integer", 640)
    return int(words, 0)


# ---------------------------------------------------------------------------------------------------- texts and bytes


@_opcode(pickle.SHORT_BINUNICODE)
def _short_unicode(walker: Walker) -> None:
    window = walker.window
    start = window.pos + 1
    window.pos = end = start + window.buf[window.pos]
    if end > len(window.buf):
        raise Damaged("the pickle ends within a text")
    walker.hold_text(str(window.buf[start:end], "utf-8", "surrogatepass"), end - start)


@_opcode(pickle.BINUNICODE)
def _unicode(walker: Walker) -> None:
    _hold_read(walker, _size(walker, 4), is_text=True)


@_opcode(pickle.BINUNICODE8)
def _unicode8(walker: Walker) -> None:
    _hold_read(walker, _size(walker, 8), is_text=True)


@_opcode(pickle.SHORT_BINBYTES)
def _short_bytes(walker: Walker) -> None:
    _hold_read(walker, _size(walker, 1), is_text=False)


@_opcode(pickle.BINBYTES)
def _bytes(walker: Walker) -> None:
    _hold_read(walker, _size(walker, 4), is_text=False)


@_opcode(pickle.BINBYTES8, pickle.BYTEARRAY8)
def _bytes8(walker: Walker) -> None:
    _hold_read(walker, _size(walker, 8), is_text=False)


@_opcode(pickle.SHORT_BINSTRING, pickle.BINSTRING)
def _string(walker: Walker) -> None:
    """Python 2's ``str``: a text or bytes, which only whoever reads it decides."""
    short = walker.window.buf[walker.window.pos - 1] == pickle.SHORT_BINSTRING[0]
    _note_python_2(walker)
    size = _size(walker, 1 if short else 4)
    if size > _LINE:
        _hold_read(walker, size, is_text=False)
    else:
        walker.hold_text(walker.window.take(size).decode("latin-1"), size)


@_opcode(pickle.STRING)
def _string_line(walker: Walker) -> None:
    _note_python_2(walker)
    head, length = walker.window.line(_LINE)
    if length > _LINE:
        walker.hold_text(Long(length, head[:_HEAD], is_text=False), _HEAD)
        return
    words = head.strip()
    if len(words) < 2 or words[:1] not in {b"'", b'"'} or words[:1] != words[-1:]:
        raise Damaged("a text of Python 2 has no quotes")
    walker.hold_text(words[1:-1].decode("latin-1"), length)


@_opcode(pickle.UNICODE)
def _unicode_line(walker: Walker) -> None:
    head, length = walker.window.line(walker.budget.limits.text)
    if length > len(head):
        walker.hold_text(Long(length, head[:_HEAD], is_text=True), _HEAD)
    else:
        walker.hold_text(str(head, "raw-unicode-escape"), length)


def _hold_read(walker: Walker, size: int, *, is_text: bool) -> None:
    """Push a text or bytes; of long ones only the beginning and end are held."""
    window = walker.window
    if size <= _LINE or (is_text and size <= walker.budget.limits.text):
        raw = window.take(size)
        walker.hold_text(str(raw, "utf-8", "surrogatepass") if is_text else raw, size)
        return
    head = window.peek(min(size, _HEAD))[:_HEAD]
    tail = min(size - len(head), _TAIL)
    window.skip(size - tail)
    walker.hold_text(Long(size, head, window.take(tail), is_text=is_text), len(head) + tail)


def _size(walker: Walker, count: int) -> int:
    return int.from_bytes(walker.window.take(count), "little")


def _short_line(walker: Walker) -> bytes:
    head, length = walker.window.line(_LINE)
    if length > _LINE:
        raise TooLarge("integer", _LINE)
    return head.strip()


def _note_python_2(walker: Walker) -> None:
    if walker.found.python_2 is None:
        walker.found.python_2 = walker.window.offset - 1


# --------------------------------------------------------------------------------------------------------- containers


@_opcode(pickle.MARK)
def _mark(walker: Walker) -> None:
    walker.open()


@_opcode(pickle.EMPTY_TUPLE)
def _empty_tuple(walker: Walker) -> None:
    walker.stack.append(())


@_opcode(pickle.TUPLE)
def _tuple(walker: Walker) -> None:
    walker.hold(tuple(walker.close()))


@_opcode(pickle.TUPLE1)
def _tuple1(walker: Walker) -> None:
    walker.hold((walker.stack.pop(),))


@_opcode(pickle.TUPLE2)
def _tuple2(walker: Walker) -> None:
    second = walker.stack.pop()
    walker.hold((walker.stack.pop(), second))


@_opcode(pickle.TUPLE3)
def _tuple3(walker: Walker) -> None:
    third, second = walker.stack.pop(), walker.stack.pop()
    walker.hold((walker.stack.pop(), second, third))


@_opcode(pickle.EMPTY_LIST)
def _empty_list(walker: Walker) -> None:
    walker.hold([])


@_opcode(pickle.LIST)
def _list(walker: Walker) -> None:
    walker.hold(walker.close())


@_opcode(pickle.EMPTY_DICT)
def _empty_dict(walker: Walker) -> None:
    walker.hold(Mapping([]))


@_opcode(pickle.DICT)
def _dict(walker: Walker) -> None:
    walker.hold(Mapping(walker.close()))


@_opcode(pickle.EMPTY_SET)
def _empty_set(walker: Walker) -> None:
    walker.hold(Members([]))


@_opcode(pickle.FROZENSET)
def _frozenset(walker: Walker) -> None:
    walker.hold(Members(walker.close()))


@_opcode(pickle.APPEND)
def _append(walker: Walker) -> None:
    item = walker.stack.pop()
    _items(walker).append(item)


@_opcode(pickle.APPENDS, pickle.ADDITEMS, pickle.SETITEMS)
def _extend(walker: Walker) -> None:
    items = walker.close()
    _items(walker).extend(items)


@_opcode(pickle.SETITEM)
def _set_item(walker: Walker) -> None:
    value, key = walker.stack.pop(), walker.stack.pop()
    _items(walker).extend((key, value))


def _items(walker: Walker) -> list[object]:
    """Of the container or object on top of the stack: where new ones go."""
    top = walker.stack[-1]
    if isinstance(top, list):
        return top
    if isinstance(top, Mapping | Members):
        return top.items
    if not isinstance(top, Built):
        raise Damaged("items are put into what holds none")
    if top.items is None:
        top.items = []
    return top.items


# ------------------------------------------------------------------------------------------------- the stack, the memo


@_opcode(pickle.POP)
def _pop(walker: Walker) -> None:
    if walker.stack:
        walker.stack.pop()
    else:
        walker.close()


@_opcode(pickle.POP_MARK)
def _pop_mark(walker: Walker) -> None:
    walker.close()


@_opcode(pickle.DUP)
def _dup(walker: Walker) -> None:
    walker.stack.append(walker.stack[-1])


@_opcode(pickle.MEMOIZE)
def _memoize(walker: Walker) -> None:
    memo = walker.memo
    if len(memo) > walker.budget.limits.objects:
        raise TooLarge("objects", walker.budget.limits.objects)
    memo[len(memo)] = walker.stack[-1]


@_opcode(pickle.BINPUT)
def _binput(walker: Walker) -> None:
    window = walker.window
    walker.memo[window.buf[window.pos]] = walker.stack[-1]
    window.pos += 1


@_opcode(pickle.LONG_BINPUT)
def _long_binput(walker: Walker) -> None:
    window = walker.window
    _put_at(walker, unpack_from("<I", window.buf, window.pos)[0])
    window.pos += 4


@_opcode(pickle.PUT)
def _put(walker: Walker) -> None:
    _put_at(walker, _integer(_short_line(walker)))


def _put_at(walker: Walker, key: int) -> None:
    if len(walker.memo) > walker.budget.limits.objects:
        raise TooLarge("objects", walker.budget.limits.objects)
    walker.memo[key] = walker.stack[-1]


@_opcode(pickle.BINGET)
def _binget(walker: Walker) -> None:
    window = walker.window
    _get(walker, window.buf[window.pos])
    window.pos += 1


@_opcode(pickle.LONG_BINGET)
def _long_binget(walker: Walker) -> None:
    window = walker.window
    _get(walker, unpack_from("<I", window.buf, window.pos)[0])
    window.pos += 4


@_opcode(pickle.GET)
def _get_line(walker: Walker) -> None:
    _get(walker, _integer(_short_line(walker)))


def _get(walker: Walker, key: int) -> None:
    if key not in walker.memo:
        raise Damaged(f"nothing was put into the memo under {key}")
    walker.stack.append(walker.memo[key])


# ---------------------------------------------------------------------------------------------------- names and calls


@_opcode(pickle.GLOBAL)
def _global(walker: Walker) -> None:
    walker.stack.append(_named(walker, *_two_lines(walker)))


@_opcode(pickle.STACK_GLOBAL)
def _stack_global(walker: Walker) -> None:
    name, module = walker.stack.pop(), walker.stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise Damaged("what a class is named by is no text")
    walker.stack.append(_named(walker, module, name))


@_opcode(pickle.EXT1, pickle.EXT2, pickle.EXT4)
def _extension(walker: Walker) -> None:
    sizes = {pickle.EXT1[0]: 1, pickle.EXT2[0]: 2, pickle.EXT4[0]: 4}
    code = _size(walker, sizes[walker.window.buf[walker.window.pos - 1]])
    walker.stack.append(walker.name("copyreg", f"extension {code}"))


@_opcode(pickle.REDUCE)
def _reduce(walker: Walker) -> None:
    args = walker.stack.pop()
    walker.hold(walker.call(walker.stack.pop(), args))


@_opcode(pickle.NEWOBJ)
def _new_object(walker: Walker) -> None:
    args = walker.stack.pop()
    walker.hold(walker.call(walker.stack.pop(), args))


@_opcode(pickle.NEWOBJ_EX)
def _new_object_ex(walker: Walker) -> None:
    keywords, args = walker.stack.pop(), walker.stack.pop()
    walker.hold(walker.call(walker.stack.pop(), (args, keywords)))


@_opcode(pickle.INST)
def _instance(walker: Walker) -> None:
    func = _named(walker, *_two_lines(walker))
    walker.hold(walker.call(func, tuple(walker.close())))


@_opcode(pickle.OBJ)
def _object(walker: Walker) -> None:
    func, *args = walker.close()
    walker.hold(walker.call(func, tuple(args)))


@_opcode(pickle.BUILD)
def _build(walker: Walker) -> None:
    state = walker.stack.pop()
    top = walker.stack[-1]
    if not isinstance(top, Built):
        return  # a class or a container may have a state, too
    top.state = state
    array = walker.read_array(walker, top)
    if array is not None:
        walker.stack[-1] = array


@_opcode(pickle.PERSID)
def _persistent_line(walker: Walker) -> None:
    _hold_persistent(walker, _short_line(walker).decode("latin-1"))


@_opcode(pickle.BINPERSID)
def _persistent(walker: Walker) -> None:
    _hold_persistent(walker, walker.stack.pop())


def _hold_persistent(walker: Walker, pid: object) -> None:
    if walker.found.persistent is None:
        walker.found.persistent = walker.window.offset - 1
    walker.hold(Persistent(pid))


@_opcode(pickle.NEXT_BUFFER)
def _next_buffer(walker: Walker) -> None:
    walker.found.buffers += 1
    walker.hold(Buffer())


@_opcode(pickle.READONLY_BUFFER)
def _readonly_buffer(_walker: Walker) -> None:
    return None


def _two_lines(walker: Walker) -> tuple[str, str]:
    module, name = _short_line(walker), _short_line(walker)
    return module.decode("utf-8"), name.decode("utf-8")


def _named(walker: Walker, module: str, name: str) -> Global:
    """A name as Python 3 understands it: what Python 2 called otherwise is mapped, as an unpickler does."""
    if walker.protocol <= 2:  # the last protocol of Python 2
        if (module, name) in NAME_MAPPING:
            module, name = NAME_MAPPING[module, name]
        else:
            module = IMPORT_MAPPING.get(module, module)
    return walker.name(module, name)


#: By opcode.
TABLE: tuple[Handler, ...] = tuple(_HANDLERS.get(code, none_such) for code in range(256))
