"""skops: its schema, which says by names what is to be built, as the same values that a pickle has."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from harness.inspection import evidence, known_names, packages, parts
from harness.inspection.beside import npy_header
from harness.inspection.graph import Graph
from harness.inspection.limits import Damaged, Ended, TooLarge
from harness.inspection.nodes import Array, Built, Global, Mapping, Members
from harness.inspection.pickled import trouble_of
from harness.inspection.result import Evidence, Inspection
from harness.inspection.walker import Findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.inspection.limits import Limits
    from harness.inspection.streams import Window

SCHEMA = "schema.json"
_DEPTH = 150  # of nodes within nodes; each takes some frames of Python's own stack


def read(opened: Callable[[str], Window | None], limits: Limits) -> Inspection:
    """Inspect an archive of skops.

    Parameters
    ----------
    opened : gives a member by its name; None if there is none
    """
    trouble, root = None, None
    schema: dict[str, object] = {}
    reader = _Reader(opened, limits)
    try:
        schema = _schema(opened, limits)
        root = reader.node(schema, _DEPTH)
    except Ended as error:
        trouble = trouble_of(error)
    graph = Graph(root)
    estimators = parts.estimators(graph)
    names = reader.found.globals.values()
    version = schema.get("_skops_version")
    told = version[:40] if isinstance(version, str) else None
    return Inspection(
        path="",
        size=0,
        format="skops",
        unpacked=0,
        evidence=(
            *(
                one
                for one in evidence.of_pickle(graph, estimators, reader.found)
                if one.package not in {"python", "skops"}
            ),
            Evidence(
                package="skops", version=told or "not told", exact=told is not None, why="_skops_version of its schema"
            ),
        ),
        content=None if root is None else parts.tree(graph, estimators),
        classes=parts.classes(estimators),
        needs=packages.needs([*names, Global("skops.io", "load", 0)]),
        own=packages.own_names(names),
        names=tuple(one.full for one in names),
        calls=known_names.compare(
            {one.full: 0 for one in names},
            {},
            versions=dict.fromkeys(one.version for one in estimators.values() if one.version),
            format_name="skops",
        ),
        large=parts.largest(graph),
        can_map=False if reader.found.arrays else None,
        notes=("skops builds the types that it trusts, and asks for the others",),
        trouble=trouble,
    )


def _schema(opened: Callable[[str], Window | None], limits: Limits) -> dict[str, object]:
    window = opened(SCHEMA)
    raw = window.peek(limits.texts // 2 + 1) if window is not None else b""
    if len(raw) > limits.texts // 2:
        raise TooLarge("texts", limits.texts // 2)
    # JSON becomes larger when it is read: each dict and list takes a hundred bytes.
    if raw.count(b"{") + raw.count(b"[") > limits.objects // 4 or raw.count(b",") > 2 * limits.objects:
        raise TooLarge("objects", limits.objects)
    try:
        schema = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{SCHEMA} is no JSON") from error
    if not isinstance(schema, dict):
        raise Damaged(f"{SCHEMA} is no JSON object")
    return schema


class _Reader:
    def __init__(self, opened: Callable[[str], Window | None], limits: Limits) -> None:
        self._opened = opened
        self._limits = limits
        self._by_id: dict[int, object] = {}
        self.found = Findings()

    def node(self, said: object, depth: int) -> object:
        """The value that a node of the schema is for."""
        if depth <= 0:
            raise TooLarge("depth", _DEPTH)
        if not isinstance(said, dict):
            return None
        loader, number = said.get("__loader__"), said.get("__id__")
        if loader == "CachedNode":
            return self._by_id.get(number) if isinstance(number, int) else None
        value = self._value(said, str(loader), depth)
        if isinstance(number, int):
            self._by_id[number] = value
        return value

    def _value(self, said: dict[str, object], loader: str, depth: int) -> object:
        content = said.get("content")
        if loader == "JsonNode":
            return _plain(content)
        made = self._name(said)
        if loader == "DictNode":
            items = content.items() if isinstance(content, dict) else ()
            return Mapping([part for key, it in items for part in (key, self.node(it, depth - 1))])
        if loader in {"ListNode", "TupleNode", "SetNode"} and isinstance(content, list):
            held = [self.node(one, depth - 1) for one in content]
            return {"ListNode": list, "TupleNode": tuple, "SetNode": Members}[loader](held)
        if loader == "NdArrayNode":
            return self._array(said) if said.get("type") == "numpy" else self._objects(said, depth)
        if loader in {"TypeNode", "FunctionNode"}:
            return made
        built = Built(made, ())
        built.state = self.node(content, depth - 1) if isinstance(content, dict) and "__loader__" in content else None
        if built.state is None:
            inner = (
                content if isinstance(content, dict | list) else {name: said[name] for name in said if name[:2] != "__"}
            )
            pairs = enumerate(inner) if isinstance(inner, list) else inner.items()
            built.state = Mapping([part for key, it in pairs for part in (str(key), self.node(it, depth - 1))])
        return built

    def _name(self, said: dict[str, object]) -> Global:
        module, name = str(said.get("__module__", ""))[:200], str(said.get("__class__", ""))[:200]
        if said.get("__loader__") == "FunctionNode" and isinstance(inner := said.get("content"), dict):
            module, name = str(inner.get("module_path", ""))[:200], str(inner.get("function", ""))[:200]
        return self.found.globals.setdefault((module, name), Global(module, name, 0))

    def _objects(self, said: dict[str, object], depth: int) -> Array:
        """An array of objects, which are nodes of their own."""
        shape, content = self.node(said.get("shape"), depth - 1), said.get("content")
        array = Array("object", shape if isinstance(shape, tuple) else (), 0, 0)
        array.held = [self.node(one, depth - 1) for one in content] if isinstance(content, list) else None
        return array

    def _array(self, said: dict[str, object]) -> Array:
        file = said.get("file")
        window = self._opened(file) if isinstance(file, str) else None
        header = npy_header(window.peek(4_096)) if window is not None else None
        if header is None:
            raise Damaged(f"its array {str(file)[:60]!r} is missing or none")
        dtype, shape, itemsize = header
        array = Array(dtype, shape, min(math.prod(shape), 1 << 48) * itemsize, 0)
        self.found.arrays.append(array)
        return array


def _plain(content: object) -> object:
    try:
        value = json.loads(content) if isinstance(content, str) else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, str | int | float | None) else None
