"""Tuples, lists, dicts and sets."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged
from harness.inspection.nodes import Built, Mapping, Members
from harness.inspection.opcodes.table import opcode

if TYPE_CHECKING:
    from harness.inspection.walker import Walker


@opcode(pickle.MARK)
def _mark(walker: Walker) -> None:
    walker.open()


@opcode(pickle.EMPTY_TUPLE)
def _empty_tuple(walker: Walker) -> None:
    walker.stack.append(())


@opcode(pickle.TUPLE)
def _tuple(walker: Walker) -> None:
    walker.hold(tuple(walker.close()))


@opcode(pickle.TUPLE1)
def _tuple1(walker: Walker) -> None:
    walker.hold((walker.stack.pop(),))


@opcode(pickle.TUPLE2)
def _tuple2(walker: Walker) -> None:
    second = walker.stack.pop()
    walker.hold((walker.stack.pop(), second))


@opcode(pickle.TUPLE3)
def _tuple3(walker: Walker) -> None:
    third, second = walker.stack.pop(), walker.stack.pop()
    walker.hold((walker.stack.pop(), second, third))


@opcode(pickle.EMPTY_LIST)
def _empty_list(walker: Walker) -> None:
    walker.hold([])


@opcode(pickle.LIST)
def _list(walker: Walker) -> None:
    walker.hold(walker.close())


@opcode(pickle.EMPTY_DICT)
def _empty_dict(walker: Walker) -> None:
    walker.hold(Mapping([]))


@opcode(pickle.DICT)
def _dict(walker: Walker) -> None:
    walker.hold(Mapping(walker.close()))


@opcode(pickle.EMPTY_SET)
def _empty_set(walker: Walker) -> None:
    walker.hold(Members([]))


@opcode(pickle.FROZENSET)
def _frozenset(walker: Walker) -> None:
    walker.hold(Members(walker.close()))


@opcode(pickle.APPEND)
def _append(walker: Walker) -> None:
    item = walker.stack.pop()
    _items(walker).append(item)


@opcode(pickle.APPENDS, pickle.ADDITEMS, pickle.SETITEMS)
def _extend(walker: Walker) -> None:
    items = walker.close()
    _items(walker).extend(items)


@opcode(pickle.SETITEM)
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
