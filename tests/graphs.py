"""ONNX files written by hand, so that no test needs a converter: protobuf's wire format is a few lines."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

ELEMENTS = {"float": 1, "int32": 6, "int64": 7, "string": 8, "bool": 9, "double": 11}
_FLOAT, _INT, _TENSOR, _GRAPH = 1, 2, 4, 5  # kinds of an attribute


def _varint(number: int) -> bytes:
    number %= 1 << 64
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _field(number: int, value: int | float | str | bytes) -> bytes:
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _fields(*pairs: tuple[int, int | float | str | bytes]) -> bytes:
    return b"".join(_field(number, value) for number, value in pairs)


def value(name: str, element: str, shape: Sequence[int | None]) -> bytes:
    """An input or output; None is the number of rows."""
    dims = b"".join(_field(1, _field(2, "rows") if n is None else _field(1, n)) for n in shape)
    return _fields((1, name), (2, _field(1, _fields((1, ELEMENTS[element]), (2, dims)))))


def tensor(name: str, element: str, shape: Sequence[int], raw: bytes) -> bytes:
    return _fields(*((1, n) for n in shape), (2, ELEMENTS[element]), (8, name), (9, raw))


def node(operator: str, inputs: Iterable[str], outputs: Iterable[str], **attributes: int | float | bytes) -> bytes:
    """Attributes of type bytes are graphs if called ``body``, else tensors."""
    fields: list[tuple[int, int | float | str | bytes]] = [(1, name) for name in inputs]
    fields += [(2, name) for name in outputs] + [(4, operator)]
    for name, held in attributes.items():
        kind = (
            _GRAPH
            if name == "body"
            else _TENSOR
            if isinstance(held, bytes)
            else _INT
            if isinstance(held, int)
            else _FLOAT
        )
        place = {_FLOAT: 2, _INT: 3, _TENSOR: 5, _GRAPH: 6}[kind]
        fields.append((5, _fields((1, name), (place, held), (20, kind))))
    return _fields(*fields)


def graph(
    nodes: Iterable[bytes], inputs: Iterable[bytes], outputs: Iterable[bytes], tensors: Iterable[bytes] = ()
) -> bytes:
    fields: list[tuple[int, bytes | str]] = [(1, one) for one in nodes]
    fields += [
        (2, "graph"),
        *((5, one) for one in tensors),
        *((11, one) for one in inputs),
        *((12, one) for one in outputs),
    ]
    return _fields(*fields)


def model(graph: bytes, *, opset: int = 17, ir: int = 8) -> bytes:
    return _fields((1, ir), (7, graph), (8, _fields((1, ""), (2, opset))))


def echo(element: str, shape: Sequence[int | None], method: str = "predict", name: str = "inputs") -> bytes:
    """A graph whose output is its input."""
    return model(
        graph([node("Identity", [name], [method])], [value(name, element, shape)], [value(method, element, shape)])
    )


def pair() -> bytes:
    """A graph whose output is a sequence: its input, twice."""
    held = _field(4, _field(1, _field(1, _fields((1, ELEMENTS["float"]), (2, b"")))))
    twice = node("SequenceConstruct", ["inputs", "inputs"], ["predict"])
    return model(graph([twice], [value("inputs", "float", [None, 2])], [_fields((1, "predict"), (2, held))]))


def endless() -> bytes:
    """A graph that takes its input and loops for ever."""
    body = graph(
        [node("Identity", ["on"], ["on_"]), node("Identity", ["x"], ["x_"])],
        [value("i", "int64", []), value("on", "bool", []), value("x", "float", [None, 2])],
        [value("on_", "bool", []), value("x_", "float", [None, 2])],
    )
    return model(
        graph(
            [node("Loop", ["", "true", "inputs"], ["predict"], body=body)],
            [value("inputs", "float", [None, 2])],
            [value("predict", "float", [None, 2])],
            [tensor("true", "bool", [], b"\1")],
        )
    )


def greedy(count: int) -> bytes:
    """A graph that fills ``count`` floats with ones, more than there is memory."""
    one = tensor("", "float", [1], struct.pack("<f", 1.0))
    return model(
        graph(
            [
                node("ConstantOfShape", ["shape"], ["many"], value=one),
                node("Softmax", ["many"], ["more"]),
                node("ReduceSum", ["more"], ["sum"], keepdims=0),
                node("Add", ["inputs", "sum"], ["predict"]),
            ],
            [value("inputs", "float", [None, 2])],
            [value("predict", "float", [None, 2])],
            [tensor("shape", "int64", [1], struct.pack("<q", count))],
        )
    )
