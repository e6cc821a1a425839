"""ONNX: the fields of the file's header, its inputs and outputs, and the operators that it needs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged, Ended, TooLarge
from harness.inspection.pickled import trouble_of
from harness.inspection.result import Evidence, Inspection, Need, Part, PartKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.inspection.limits import Limits
    from harness.inspection.streams import Window

_TEXT = 200
_TYPES = {
    1: "float",
    2: "uint8",
    3: "int8",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "double",
}


class Model:
    """What was read of a model until now."""

    def __init__(self) -> None:
        self.ir = 0
        self.producer = ""
        self.producer_version = ""
        self.opsets: dict[str, int] = {}
        self.operators: Counter[str] = Counter()
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.initializers = 0
        self.has_graph = False


def begins(head: bytes) -> bool:
    """Whether bytes may begin a model: its version of the format, then a field that such a file has."""
    return (
        len(head) > 2 and head[0] == 0x08 and 0 < head[1] < 32 and head[2] in {0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42}
    )


def read(window: Window, limits: Limits) -> Inspection:
    model, trouble = Model(), None
    try:
        for number, value in _fields(window, 1 << 62, limits):
            _of_model(model, number, value, window, limits)
        if not model.has_graph:
            raise Damaged("it has no graph", window.offset)
    except Ended as error:
        trouble = trouble_of(error)
    opsets = ", ".join(f"{domain or 'ai.onnx'} {version}" for domain, version in sorted(model.opsets.items()))
    operators = ", ".join(f"{name} {count}" for name, count in model.operators.most_common(12))
    package = {"skl2onnx": "skl2onnx", "OnnxMLTools": "onnxmltools", "pytorch": "torch"}.get(
        model.producer, model.producer
    )
    return Inspection(
        path="",
        size=0,
        format="onnx",
        unpacked=window.offset,
        evidence=(
            Evidence(
                package=package[:_TEXT] or "not named",
                version=model.producer_version[:_TEXT] or "not told",
                exact=bool(model.producer_version),
                why="producer of the file",
            ),
        ),
        content=Part(
            path="",
            kind=PartKind.OBJECT,
            name="onnx.ModelProto",
            parameters=(
                ("inputs", ", ".join(model.inputs)),
                ("outputs", ", ".join(model.outputs)),
                ("operators", operators),
                ("opsets", opsets),
                ("ir_version", str(model.ir)),
            ),
            size=window.offset,
        ),
        needs=(Need(module="onnxruntime", package="onnxruntime", names=(f"IR {model.ir}", *opsets.split(", "))),),
        trouble=trouble,
    )


def _fields(window: Window, end: int, limits: Limits) -> Iterator[tuple[int, int]]:
    """Number and value of each field up to an offset; of one with a length that, and the window is before its bytes.

    Who gets such a field reads or skips its bytes.
    """
    for _ in range(limits.opcodes):
        if window.offset >= end or not window.peek(1):
            return
        tag = _varint(window)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            yield number, _varint(window)
        elif kind == 2:
            size = _varint(window)
            if size > end - window.offset:
                raise Damaged("a field is longer than what it is in", window.offset)
            yield -number, size
        elif kind in {1, 5}:
            window.skip(8 if kind == 1 else 4)
        else:
            raise Damaged(f"no field is of the kind {kind}", window.offset)
    raise TooLarge("opcodes", limits.opcodes, window.offset)


def _varint(window: Window) -> int:
    value = 0
    for place in range(10):
        byte = window.take(1)[0]
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value
    raise Damaged("a number is longer than any", window.offset)


def _of_model(model: Model, number: int, value: int, window: Window, limits: Limits) -> None:
    """A field of the model; fields with a length have negative numbers."""
    if number == 1:
        model.ir = value
    elif number == -2:
        model.producer = _text(window, value)
    elif number == -3:
        model.producer_version = _text(window, value)
    elif number == -7:
        model.has_graph = True
        for inner, size in _fields(window, window.offset + value, limits):
            _of_graph(model, inner, size, window, limits)
    elif number == -8:
        texts, numbers = _plain(window, value, limits)
        if len(model.opsets) < limits.depth:
            model.opsets[texts.get(1, "")[:_TEXT]] = numbers.get(2, 0)
    elif number < 0:
        window.skip(value)


def _of_graph(model: Model, number: int, value: int, window: Window, limits: Limits) -> None:
    if number == -1:
        texts, _ = _plain(window, value, limits, skipped=(5, 6))
        if len(model.operators) < limits.depth:
            model.operators[texts.get(4, "")[:60]] += 1
    elif number in {-11, -12}:
        told = model.inputs if number == -11 else model.outputs
        words = _value(window, value, limits)
        if len(told) < limits.depth:
            told.append(words)
    elif number < 0:
        window.skip(value)


def _value(window: Window, size: int, limits: Limits) -> str:
    """An input or output: its name, type and shape."""
    name, shape = "", ""
    for number, inner in _fields(window, window.offset + size, limits):
        if number == -1:
            name = _text(window, inner)
        elif number == -2:
            shape = _type(window.take(min(inner, 4_096)))
            window.skip(max(inner - 4_096, 0))
        elif number < 0:
            window.skip(inner)
    return f"{name[:60]} {shape}".strip()


def _type(raw: bytes) -> str:
    """The type of a tensor by its first fields; nothing for a map or a sequence."""
    if len(raw) > 3 and raw[0] == 0x0A and raw[2] == 0x08:
        return _TYPES.get(raw[3], "")
    return ""


def _plain(
    window: Window, size: int, limits: Limits, skipped: tuple[int, ...] = ()
) -> tuple[dict[int, str], dict[int, int]]:
    texts: dict[int, str] = {}
    numbers: dict[int, int] = {}
    for number, value in _fields(window, window.offset + size, limits):
        if number > 0:
            numbers[number] = value
        elif -number in skipped:
            window.skip(value)
        else:
            texts[-number] = _text(window, value)
    return texts, numbers


def _text(window: Window, size: int) -> str:
    head = window.take(min(size, 4 * _TEXT))
    window.skip(size - len(head))
    return head.decode("utf-8", "replace")[:_TEXT]
