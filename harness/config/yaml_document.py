"""YAML read into plain values, each with its line; what is ambiguous or huge is refused.

Every scalar stays the text that was written, so that an unquoted ``3.10`` is "3.10" and not the number 3.1; only a
plain ``null``, ``~`` or nothing at all is None. What a text means is for the reader of the values to say.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

from harness.config.problems import Problem, refusal
from harness.errors import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.config.problems import Place

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"

MAX_BYTES = 1024**2
MAX_NODES = 50_000  # after every alias has been replaced by what it stands for
MAX_DEPTH = 32  # mappings and lists within each other
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_STR, _NULL, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("str", "null", "merge"))


@dataclass(frozen=True, kw_only=True)
class Document:
    path: Path
    value: Plain
    lines: Mapping[Place, int]
    digest: str  # sha256 of the bytes

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that is there."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]

    def problem(self, place: Place, message: str) -> Problem:
        return Problem(message=message, place=place, line=self.line(place))


def read(path: Path) -> Document:
    """Read one YAML document.

    Raises
    ------
    InputError
        With every duplicate key, tag and key that is no word; or with the first thing that ends the reading: bytes
        that are not UTF-8, a syntax error, a second document, an alias inside itself, or more than fits the limits.
    OSError
        The file is not there, or cannot be read.
    """
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refusal(path, [Problem(message="the file is over 1 MiB")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refusal(path, [Problem(message=f"not UTF-8: {error.reason}", line=line)]) from None
    tree = _Tree()
    try:
        tree.grow(text)
    except _EndOfReadingError as end:
        raise refusal(path, [*tree.problems, end.problem]) from None
    except YAMLError as error:
        raise refusal(path, [*tree.problems, _syntax(error, text)]) from None
    if tree.root is None:
        raise refusal(path, [Problem(message="the file is empty")])
    if tree.problems:
        raise refusal(path, tree.problems)
    lines: dict[Place, int] = {(): tree.root.line}
    value = _plain(tree.root, (), lines)
    return Document(path=path, value=value, lines=lines, digest=hashlib.sha256(data).hexdigest())


class _EndOfReadingError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass
class _Node:
    line: int
    kind: str  # "scalar", "list", "mapping"
    text: str | None = None
    items: list[_Node] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)  # of a mapping: the line of each name, one for each item
    key: tuple[str, int] | None = None  # of an open mapping: whose value comes next
    skipping: bool = False  # ... whose value comes next, and goes nowhere
    size: int = 1
    height: int = 0
    is_open: bool = False


class _Tree:
    """Nodes from the parser's events, which come one by one: a bomb is noticed before it has been built."""

    def __init__(self) -> None:
        self.root: _Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Node] = []
        self._anchors: dict[str, _Node] = {}
        self._total = 0
        self._documents = 0
        self._yaml = YAML(typ="safe", pure=True)

    def grow(self, text: str) -> None:
        for event in self._yaml.parse(text):
            line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise _EndOfReadingError(Problem(message="a second document starts here; one is read", line=line))
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self._attach(self._open.pop(), line)
            elif isinstance(event, AliasEvent):
                self._attach(self._aliased(str(event.anchor), line), line, plain_key=False)
            elif isinstance(event, NodeEvent):
                self._start(event, line)

    def _start(self, event: Any, line: int) -> None:
        if event.tag is not None:
            self._note(f"tags such as {event.tag} are not read", line)
        kinds = {MappingStartEvent: "mapping", SequenceStartEvent: "list", ScalarEvent: "scalar"}
        node = _Node(line=line, kind=kinds[type(event)])
        self._count(1, line)
        if event.anchor is not None:
            self._anchors[str(event.anchor)] = node
        if node.kind == "scalar":
            plain = event.implicit[0]
            node.text = None if plain and self._resolve(event.value) == _NULL else event.value
            if _SURROGATE.search(event.value):  # of an escape such as "\ud800"; it cannot be written anywhere
                self._note("half a character: write the whole one", line)
            self._attach(node, line, plain_key=plain)
            return
        if len(self._open) >= MAX_DEPTH:
            raise self._too_deep(line)
        node.is_open, node.height = True, 1
        self._open.append(node)

    def _attach(self, node: _Node, line: int, *, plain_key: bool = False) -> None:
        node.is_open = False
        if len(self._open) + node.height > MAX_DEPTH:
            raise self._too_deep(line)
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if parent.kind == "mapping" and parent.key is None and not parent.skipping:
            self._name(parent, node, line, plain=plain_key)
            return
        if not parent.skipping:
            parent.items.append(node)
            parent.size += node.size
            parent.height = max(parent.height, node.height + 1)
            if parent.key is not None:
                parent.keys[parent.key[0]] = parent.key[1]
        parent.key, parent.skipping = None, False

    def _name(self, parent: _Node, node: _Node, line: int, *, plain: bool) -> None:
        """Take a node for the key of the value that comes next."""
        kind = self._resolve(node.text) if plain and node.text is not None else _STR
        parent.size += node.size
        parent.skipping = True
        if kind == _MERGE:
            self._note('merge keys ("<<") are not read; an alias for a whole value is', line)
        elif node.kind != "scalar" or node.text is None:
            self._note("this key is not a word", line)
        elif kind != _STR:
            self._note(f"this key is not a word; quote it: {shown(node.text)}", line)
        elif node.text in parent.keys:
            self._note(f"this key is already on line {parent.keys[node.text]}", line, node.text)
        else:
            parent.key, parent.skipping = (node.text, line), False

    def _aliased(self, name: str, line: int) -> _Node:
        node = self._anchors.get(name)
        if node is None:
            raise _EndOfReadingError(Problem(message=f"no anchor &{name} before this alias", line=line))
        if node.is_open:
            raise _EndOfReadingError(Problem(message=f"the alias *{name} stands inside itself", line=line))
        self._count(node.size, line)
        return node

    def _count(self, nodes: int, line: int) -> None:
        self._total += nodes
        if self._total > MAX_NODES:
            message = f"more than {MAX_NODES:,} values up to here, aliases expanded"
            raise _EndOfReadingError(Problem(message=message, line=line))

    def _resolve(self, text: str) -> str:
        return str(self._yaml.resolver.resolve(ScalarNode, text, (True, False)))

    def _too_deep(self, line: int) -> _EndOfReadingError:
        return _EndOfReadingError(Problem(message=f"deeper than {MAX_DEPTH} mappings and lists", line=line))

    def _note(self, message: str, line: int, *last: str) -> None:
        steps = (len(node.items) if node.kind == "list" else node.key and node.key[0] for node in self._open)
        place = tuple(step for step in steps if step is not None)
        self.problems.append(Problem(message=message, place=place + last, line=line))


def _syntax(error: YAMLError, text: str) -> Problem:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return Problem(message=f"not YAML: {error.problem}", line=mark.line + 1, column=mark.column + 1)
    position = getattr(error, "position", None)  # a character that YAML does not allow
    line = None if position is None else text.count("\n", 0, position) + 1
    return Problem(message=f"not YAML: {str(error).partition(chr(10))[0]}", line=line)


def _plain(node: _Node, place: Place, lines: dict[Place, int]) -> Plain:
    if node.kind == "scalar":
        return node.text
    if node.kind == "mapping":
        lines.update({(*place, key): line for key, line in node.keys.items()})
        return {key: _plain(item, (*place, key), lines) for key, item in zip(node.keys, node.items, strict=True)}
    lines.update({(*place, index): item.line for index, item in enumerate(node.items)})
    return [_plain(item, (*place, index), lines) for index, item in enumerate(node.items)]
