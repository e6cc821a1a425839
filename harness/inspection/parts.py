"""What a pickle holds, as a tree: estimators with their parameters, the containers around them, and what is large."""

from __future__ import annotations

import math
import re
import struct
from itertools import islice
from typing import TYPE_CHECKING

from harness.inspection.arrays import dtype_name
from harness.inspection.graph import Graph, array_state, is_array, key_text, state_of
from harness.inspection.nodes import Array, Built, Global, Long, Mapping, Members, Persistent
from harness.inspection.result import Part, PartKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DEPTH = 40  # levels of estimators and containers within one another
_SEEN = 10_000  # items of a container that are looked at
_ITEMS = 60  # parts of one part that are told
_ALIKE = 4  # estimators of one class side by side that are told as one
_NAMES = 1_000  # of features
_TEXT = 60  # characters of a value
_SEQUENCE = 8  # items of a value that is a sequence
_LARGE = 5

_VERSION = re.compile(r"\d{1,4}(\.\d{1,6}){0,3}(?:\.?[a-z]{1,5}\d{0,8}){0,2}(?:\+[A-Za-z0-9.]{1,40})?")
#: Attributes by which an object is an estimator, whatever its package.
_TELLING = frozenset({"steps", "transformer_list", "transformers", "_Booster", "booster_", "__model"})
#: Attributes that hold the number of features; LightGBM has the last.
_FEATURES = ("n_features_in_", "n_features_", "_n_features")
#: Of these, classes are data and not models.
_DATA = frozenset({"numpy", "scipy", "pandas", "builtins", "collections", "joblib", "copyreg", "pathlib", "types"})


class Estimator:
    """An object that is an estimator, as far as its state tells."""

    __slots__ = ("name", "number", "state", "version")

    def __init__(self, number: int, name: Global, state: dict[str, object]) -> None:
        self.number = number
        self.name = name
        self.state = state
        version = state.get("_sklearn_version")
        # What is no version is none: it may become part of a requirement.
        self.version = version if isinstance(version, str) and _VERSION.fullmatch(version) else None


def estimators(graph: Graph) -> dict[int, Estimator]:
    """By number in the graph: every estimator."""
    found = {}
    for number, node in enumerate(graph.nodes):
        made = _class_of(node)
        if made is not None:
            state = state_of(node)
            if state and _is_estimator(made, state):
                found[number] = Estimator(number, made, state)
    return found


def classes(found: dict[int, Estimator]) -> tuple[str, ...]:
    """The class of every estimator, each once: the tree leaves some of them out."""
    return tuple(dict.fromkeys(one.name.full[:200] for one in found.values()))


def _class_of(node: object) -> Global | None:
    """The class of an object: `copyreg._reconstructor` and the like are given it as an argument."""
    if not isinstance(node, Built) or node.made_of is None:
        return None
    made = node.made_of
    if made.module in {"copyreg", "copy_reg"} and isinstance(node.args, tuple) and node.args:
        first = node.args[0]
        return first if isinstance(first, Global) else None
    return made


def _is_estimator(made: Global, state: dict[str, object]) -> bool:
    if "_sklearn_version" in state:
        return True
    if made.module.partition(".")[0] in _DATA or made.name[:1].islower() or made.name[:1] == "_":
        return False
    if _TELLING & state.keys():
        return True
    return any(name.endswith("_") and name[0] != "_" for name in state)


def tree(graph: Graph, found: dict[int, Estimator]) -> Part:
    """The whole, with those parts that are estimators or hold some."""
    holding = set(found)
    for number in found:
        for outer in graph.within(number):
            if outer in holding and outer not in found:
                break
            holding.add(outer)
    return _Tree(graph, found, holding).part(graph.nodes[0], "", _DEPTH)


class _Tree:
    def __init__(self, graph: Graph, found: dict[int, Estimator], holding: set[int]) -> None:
        self._graph = graph
        self._found = found
        self._holding = holding
        self._told: set[int] = set()

    def part(self, node: object, path: str, depth: int) -> Part:
        number = self._graph.number(node)
        size = self._graph.size(node)
        if number is not None:
            self._told.add(number)
        estimator = None if number is None else self._found.get(number)
        if estimator is not None:
            return _estimator(estimator, path, size, self._parts(_attributes(estimator.state), path, depth))
        if isinstance(node, Mapping):
            parts = self._parts(_pairs(node.items), path, depth, everything=not path)
            return _container(path, "dict", len(node.items) // 2, size, parts)
        if isinstance(node, list | tuple):
            parts = self._parts(_numbered(node), path, depth, everything=not path)
            return _container(path, type(node).__name__, len(node), size, parts)
        return _other(node, path, size, self._parts(_inner(node), path, depth))

    def _parts(
        self, items: Iterable[tuple[str, object]], path: str, depth: int, *, everything: bool = False
    ) -> tuple[Part, ...]:
        """Of what a part holds: estimators and what holds some; ``everything`` where nothing else would be told."""
        if depth <= 0:
            return ()
        wanted: list[tuple[str, object]] = []
        for label, value in items:
            number = self._graph.number(value)
            if number in self._told:
                continue
            if everything or number in self._holding:
                wanted.append((label, value))
        return tuple(self._listed(wanted, path, depth))

    def _listed(self, items: list[tuple[str, object]], path: str, depth: int) -> Iterator[Part]:
        """Parts, of which those that are alike and side by side are one."""
        place = told = 0
        while place < len(items) and told < _ITEMS:
            alike = self._alike(items, place)
            label, value = items[place]
            if alike >= _ALIKE:
                first = self.part(value, f"{path}{label}", 1)
                yield self._together(first, path, items[place : place + alike])
            else:
                alike = 1
                yield self.part(value, f"{path}{label}", depth - 1)
            place += alike
            told += 1

    def _alike(self, items: list[tuple[str, object]], place: int) -> int:
        """How many estimators of one class come one after the other."""
        first = self._found.get(self._graph.number(items[place][1]) or 0)
        count = 0
        while first is not None and place + count < len(items):
            other = self._found.get(self._graph.number(items[place + count][1]) or 0)
            if other is None or other.name is not first.name or other.version != first.version:
                break
            count += 1
        return count

    def _together(self, first: Part, path: str, items: list[tuple[str, object]]) -> Part:
        begin, end = items[0][0], items[-1][0]
        return Part(
            path=f"{path}{begin[:-1]}…{end.rpartition('[')[2]}",
            kind=first.kind,
            name=first.name,
            count=len(items),
            version=first.version,
            features=first.features,
            size=sum(self._graph.size(value) for _, value in items),
        )


def _estimator(one: Estimator, path: str, size: int, parts: tuple[Part, ...]) -> Part:
    features = next((one.state[name] for name in _FEATURES if one.state.get(name) is not None), None)
    number = plain_number(features)
    return Part(
        path=path,
        kind=PartKind.ESTIMATOR,
        name=one.name.full[:200],
        version=one.version,
        parameters=tuple(_parameters(one.state)),
        features=number if isinstance(number, int) else None,
        feature_names=tuple(_texts(one.state.get("feature_names_in_"))),
        output=_output(one.state.get("_sklearn_output_config")),
        size=size,
        parts=parts,
    )


def _output(told_to: object) -> str:
    """What ``set_output(transform=...)`` was told."""
    items = told_to.items if isinstance(told_to, Mapping) else []
    given = dict(zip(*[iter(items)] * 2, strict=False)) if all(isinstance(one, str) for one in items) else {}
    return str(given.get("transform", ""))[:_TEXT]


def _container(path: str, name: str, items: int, size: int, parts: tuple[Part, ...]) -> Part:
    return Part(path=path, kind=PartKind.CONTAINER, name=name, detail=f"{items:,} items", size=size, parts=parts)


def _other(node: object, path: str, size: int, parts: tuple[Part, ...]) -> Part:
    kind, name, detail = told(node)
    return Part(path=path, kind=kind, name=name, detail=detail, size=size, parts=parts)


def told(node: object) -> tuple[PartKind, str, str]:
    """The kind of a value, its type, and its content in short."""
    shape = array_shape(node)
    if shape is not None:
        return PartKind.ARRAY, "numpy.ndarray", shape
    if isinstance(node, Global):
        return PartKind.NAME, node.full[:200], ""
    if isinstance(node, Built):
        made = _class_of(node)
        return PartKind.OBJECT, made.full[:200] if made is not None else "what a call returns", ""
    if isinstance(node, Long):
        return PartKind.VALUE, "str" if node.is_text else "bytes", f"{node.size:,} bytes"
    if isinstance(node, Members | Persistent):
        return PartKind.OBJECT, "set" if isinstance(node, Members) else "what the reader supplies", ""
    return PartKind.VALUE, type(node).__name__, plain(node) or ""


def array_shape(node: object) -> str | None:
    """Return dtype and shape of an array; None if it is none."""
    if isinstance(node, Array):
        return node.file or f"{node.dtype} {_shape(node.shape)}"
    if is_array(node):
        state = array_state(node)
        return f"{dtype_name(state[2])} {_shape(state[1])}" if state else "array"
    if isinstance(node, Built) and node.made_of is not None and node.made_of.name == "_frombuffer":
        args = node.args if isinstance(node.args, tuple) else ()
        return f"{dtype_name(args[1])} {_shape(args[2])}" if len(args) == 4 else "array"
    return None


def _shape(shape: object) -> str:
    words = plain(shape)
    return words if words is not None and isinstance(shape, tuple) else ""


def _attributes(state: dict[str, object]) -> list[tuple[str, object]]:
    return [(f".{name}" if name.isidentifier() else f".__dict__[{key_text(name)}]", it) for name, it in state.items()]


def _pairs(items: list[object]) -> Iterator[tuple[str, object]]:
    """The items of a dict, with the labels of a path; those of a vocabulary are many, and hold no estimator."""
    for place in range(0, min(len(items) - 1, 2 * _SEEN), 2):
        yield f"[{key_text(items[place])}]", items[place + 1]


def _numbered(items: list[object] | tuple[object, ...], before: str = "") -> Iterator[tuple[str, object]]:
    for place, item in enumerate(islice(items, _SEEN)):
        yield f"{before}[{place}]", item


def _inner(node: object) -> Iterator[tuple[str, object]]:
    """What an object holds, with the labels of a path."""
    if isinstance(node, Array):
        yield from _numbered(node.held) if isinstance(node.held, list) else _inner(node.held)
    elif is_array(node):
        state = array_state(node)
        content = state[4] if state else None
        is_flat = bool(state) and isinstance(state[1], tuple) and len(state[1]) != 1
        if isinstance(content, list):
            yield from _numbered(content, ".flat" if is_flat else "")
    elif isinstance(node, Built):
        yield from _attributes(state_of(node))
        yield from _pairs(node.items or [])
        yield from (("(...)", value) for value in node.args) if isinstance(node.args, tuple) else ()


def _parameters(state: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Parameters have names without an underscore at either end."""
    for name, value in state.items():
        if name[:1] != "_" and name[-1:] != "_":
            words = plain(value)
            if words is None and isinstance(value, Built):
                words = f"<{told(value)[1].rpartition('.')[2]}>"
            if words is not None:
                yield name[:_TEXT], words


def plain(value: object, depth: int = 2) -> str | None:
    """Write a value as Python would; None, if it is not plain or too long."""
    if isinstance(value, str):
        return key_text(value)
    if isinstance(value, Global):
        return value.full[:_TEXT]
    if isinstance(value, list | tuple):
        return _sequence(value, depth) if len(value) <= _SEQUENCE and depth else None
    number = plain_number(value)
    is_huge = isinstance(number, int) and number.bit_length() > 64
    return repr(number) if value is None or (number is not None and not is_huge) else None


def _sequence(value: list[object] | tuple[object, ...], depth: int) -> str | None:
    words = [plain(one, depth - 1) for one in value]
    if any(word is None for word in words):
        return None
    inner = ", ".join(word for word in words if word is not None)
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


_SCALARS = {
    "f8": "d",
    "f4": "f",
    "i8": "q",
    "i4": "i",
    "i2": "h",
    "i1": "b",
    "u8": "Q",
    "u4": "I",
    "u1": "B",
    "b1": "?",
}


def plain_number(value: object) -> int | float | None:
    """A number, also one of NumPy's."""
    if isinstance(value, int | float):
        return value
    if not isinstance(value, Built) or value.made_of is None or value.made_of.name != "scalar":
        return None
    args = value.args if isinstance(value.args, tuple) else ()
    if len(args) != 2 or not isinstance(args[0], Built) or not isinstance(args[0].args, tuple):
        return None
    code = args[0].args[0] if args[0].args else None
    raw = args[1].encode("latin-1", "replace") if isinstance(args[1], str) else args[1]
    form = _SCALARS.get(code) if isinstance(code, str) else None
    if form is None or not isinstance(raw, bytes) or len(raw) != struct.calcsize(form):
        return None
    number: int | float = struct.unpack(f"<{form}", raw)[0]
    return number if not isinstance(number, float) or math.isfinite(number) else float(number)


def _texts(value: object) -> Iterator[str]:
    """The texts of an array of them."""
    held = value.held if isinstance(value, Array) else value
    state = array_state(held) if is_array(held) else ()
    content = state[4] if state else held
    if isinstance(content, list | tuple):
        for text in content[:_NAMES]:
            if isinstance(text, str):
                yield text[:_TEXT]


def largest(graph: Graph) -> tuple[Part, ...]:
    """The arrays, texts and dicts that take most; not those that hold others of these."""
    sized = [
        (_own(graph, number), number)
        for number, node in enumerate(graph.nodes)
        if isinstance(node, Array | Long | Mapping | list) or array_shape(node) is not None
    ]
    sized.sort(reverse=True)
    parts = []
    for size, number in sized[:_LARGE]:
        node = graph.nodes[number]
        if isinstance(node, Mapping | list):
            parts.append(
                _container(
                    graph.path(number), type(node).__name__.replace("Mapping", "dict"), len(_held(node)), size, ()
                )
            )
        else:
            parts.append(_other(node, graph.path(number), size, ()))
    return tuple(part for part in parts if part.size)


def _held(node: Mapping | list[object]) -> list[object]:
    return node.items[::2] if isinstance(node, Mapping) else node


def _own(graph: Graph, number: int) -> int:
    node = graph.nodes[number]
    if isinstance(node, Mapping | list):
        items = node.items if isinstance(node, Mapping) else node
        return 2 + sum(graph.size(item) for item in items if graph.number(item) is None)
    return graph.sizes[number]
