"""The values of a pickle as a graph: each once, with the value that holds it, the way to it, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.inspection.arrays import attributes
from harness.inspection.nodes import Array, Buffer, Built, Global, Long, Mapping, Members, Persistent

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NODES = 300_000  # of which sizes and paths are known; what lies behind them is not looked at
_KEY = 40  # characters of a key in a path
_STATE = 1  # the place of an object's state among what it holds
_PLAIN = 5  # bytes that a number takes, about
_INNER = frozenset({"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"})
_PYTHON_DICTS = frozenset({"collections.OrderedDict", "collections.defaultdict", "collections.Counter"})


class Graph:
    """Everything that a value holds, the value itself first. What is held twice belongs to who was found first."""

    def __init__(self, root: object) -> None:
        self.nodes: list[object] = []
        self._parents: list[int] = []
        self._places: list[int] = []
        self._numbers: dict[int, int] = {}
        self.is_whole = True
        self._find(root)
        self.sizes = self._weigh()

    def _find(self, root: object) -> None:
        waiting: list[tuple[object, int, int]] = [(root, -1, 0)]
        while waiting:
            node, parent, place = waiting.pop()
            if id(node) in self._numbers:
                continue
            number = len(self.nodes)
            if number >= MOST_NODES:
                self.is_whole = False
                return
            self._numbers[id(node)] = number
            self.nodes.append(node)
            self._parents.append(parent)
            self._places.append(place)
            found = [(child, number, where) for where, child in _held(node) if not isinstance(child, _LEAVES)]
            found.reverse()
            waiting.extend(found)

    def _weigh(self) -> list[int]:
        sizes = [_own_size(node) for node in self.nodes]
        for number in range(len(sizes) - 1, 0, -1):
            sizes[self._parents[number]] += sizes[number]
        return sizes

    def number(self, node: object) -> int | None:
        """The place of a value in `nodes`; None for a plain one, which has none."""
        return self._numbers.get(id(node))

    def size(self, node: object) -> int:
        """Bytes of a value with all that it holds."""
        number = self.number(node)
        return _leaf_size(node) if number is None else self.sizes[number]

    def within(self, number: int) -> Iterator[int]:
        """The values that hold this one, from the inside out."""
        while (number := self._parents[number]) >= 0:
            yield number

    def path(self, number: int) -> str:
        """How Python reaches a value from the whole: ``.steps[1][1]``."""
        parts = []
        while self._parents[number] >= 0:
            parts.append(self._label(number))
            number = self._parents[number]
        return "".join(reversed(parts))

    def _label(self, number: int) -> str:
        parent, place = self._parents[number], self._places[number]
        holder = self.nodes[parent]
        if isinstance(holder, Built):
            return _of_object(holder, place)
        if isinstance(holder, Mapping):
            key = holder.items[place - 1] if place % 2 else "a key"
            return attribute(key) if self._is_state(parent) else f"[{key_text(key)}]"
        if isinstance(holder, list | tuple):
            return self._of_sequence(parent, place)
        return ""

    def _is_state(self, number: int) -> bool:
        """Whether a dict is the attributes of an object; it may stand in a pair with those in slots."""
        outer = self._parents[number]
        if outer < 0:
            return False
        if isinstance(self.nodes[outer], tuple):
            number, outer = outer, self._parents[outer]
        return outer >= 0 and isinstance(self.nodes[outer], Built) and self._places[number] == _STATE

    def _of_sequence(self, parent: int, place: int) -> str:
        outer = self._parents[parent]
        holder = self.nodes[outer] if outer >= 0 else None
        if isinstance(holder, Built) and self._places[parent] == _STATE:
            return ""  # the state of an array and the like, of which one item tells
        grand = self.nodes[self._parents[outer]] if outer >= 0 and self._parents[outer] >= 0 else None
        if is_array(grand) and isinstance(holder, tuple):
            shape = holder[1] if len(holder) > 1 else ()
            return f"[{place}]" if isinstance(shape, tuple) and len(shape) == 1 else f".flat[{place}]"
        return f"[{place}]"


_LEAVES = (str, int, float, bytes, type(None), Global, Buffer)


def _held(node: object) -> Iterator[tuple[int, object]]:
    """What a value holds, with its place."""
    if isinstance(node, list | tuple):
        yield from enumerate(node)
    elif isinstance(node, Mapping | Members):
        yield from enumerate(node.items)
    elif isinstance(node, Built):
        yield 0, node.args
        yield _STATE, node.state
        yield 2, node.func
        for place, item in enumerate(node.items or ()):
            yield place + 3, item
    elif isinstance(node, Array):
        yield 0, node.held
    elif isinstance(node, Persistent):
        yield 0, node.pid


def _own_size(node: object) -> int:
    if isinstance(node, Array | Long):
        return node.size
    return 2 + sum(_leaf_size(child) for _, child in _held(node))


def _leaf_size(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value) + 2
    return _PLAIN if isinstance(value, int | float) else 0


def _of_object(holder: Built, place: int) -> str:
    if place >= 3:  # items that were added to it
        made = holder.made_of
        if made is not None and made.full in _PYTHON_DICTS and place % 2 == 0:
            return f"[{key_text((holder.items or [''])[place - 4])}]"
        return f"[{place - 3}]"
    return "" if place == _STATE else "(...)"


def is_array(node: object) -> bool:
    """Whether a value is an array of NumPy as pickle itself writes it."""
    return isinstance(node, Built) and node.made_of is not None and node.made_of.full in _INNER


def array_state(node: object) -> tuple[object, ...]:
    """Of such an array: version, shape, dtype, order, content; nothing if its state is another."""
    state = node.state if isinstance(node, Built) else None
    return state if isinstance(state, tuple) and len(state) == 5 else ()


def attribute(key: object) -> str:
    name = key if isinstance(key, str) else ""
    return f".{name}" if name.isidentifier() and len(name) <= 2 * _KEY else f".__dict__[{key_text(key)}]"


def key_text(key: object) -> str:
    if isinstance(key, str | bytes):
        return repr(key if len(key) <= _KEY else key[: _KEY - 1]) + ("" if len(key) <= _KEY else "…")
    if isinstance(key, int) and key.bit_length() > 64:
        return "..."
    return repr(key) if isinstance(key, int | float | type(None)) else "..."


def state_of(node: object) -> dict[str, object]:
    """The attributes of an object."""
    return attributes(node.state) if isinstance(node, Built) else {}
