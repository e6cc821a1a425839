"""The walk through a pickle, opcode by opcode: nothing is imported, called or built.

An opcode's function is in `harness.inspection.opcodes`; it works on the stack as an unpickler would, with stand-ins of
`harness.inspection.nodes`. What the pickle would call is noted in `Findings`, also where the walk ends too early.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from struct import error as StructError  # noqa: N812  # its name says nothing without its module
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged, Ended, Limits, TooLarge
from harness.inspection.nodes import Array, Built, Global, Mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.inspection.streams import Window

_NAME = 8  # values that a new name counts for: it is kept in several places
_LEFT = 10_000  # values that are kept where a walk ends too early
MARGIN = 600  # bytes that an opcode with a short argument takes at most
_LITERALS = (str, int, bool)
_WORDS = 60  # characters of an argument that belong to a call's name


@dataclass(kw_only=True)
class Findings:
    """What the pickles of a file name, call and are written with. One for all pickles of a file."""

    globals: dict[tuple[str, str], Global] = field(default_factory=dict)
    called: dict[str, int] = field(default_factory=dict)  # by name: the offset of the first call
    protocols: set[int] = field(default_factory=set)
    python_2: int | None = None  # where an opcode stands that only Python 2 writes
    arrays: list[Array] = field(default_factory=list)
    persistent: int | None = None
    buffers: int = 0
    unaligned: bool = False  # arrays follow without padding, as joblib before 1.2 wrote them
    aligned: bool = False
    left: list[object] = field(default_factory=list)  # what was on the stack where a walk ended too early
    wrappers: set[str] = field(default_factory=set)  # classes that stand for arrays


class Budget:
    """What is left of the limits, for all pickles of a file together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.ticks: Iterator[int] = iter(range(limits.opcodes))
        self.objects = limits.objects
        self.texts = limits.texts
        self.depth = 0


class Walker:
    """One pickle."""

    def __init__(self, window: Window, found: Findings, budget: Budget) -> None:
        self.window = window
        self.found = found
        self.budget = budget
        self.protocol = 0
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: dict[int, object] = {}
        self.frame_end = 0
        #: Reads the array that follows a stand-in of joblib's; see `harness.inspection.arrays`.
        self.read_array: Callable[[Walker, Built], object | None] = _no_array

    def walk(self, table: tuple[Callable[[Walker], bool | None], ...]) -> object:
        """Walk to STOP, and return what would be unpickled.

        Raises
        ------
        Damaged, TooLarge : with the offset of the opcode.
        """
        try:
            return self._walk(table)
        except Ended:
            self._leave()
            raise

    def _leave(self) -> None:
        """Keep what was there when the walk ended too early, but for plain values."""
        for some in (*self.marks[:_LEFT], self.stack):
            for value in islice(some, _LEFT):
                if isinstance(value, Built | Mapping | Array | list | tuple) and len(self.found.left) < _LEFT:
                    self.found.left.append(value)

    def _walk(self, table: tuple[Callable[[Walker], bool | None], ...]) -> object:
        window, start = self.window, self.window.pos
        try:
            for _ in self.budget.ticks:
                if len(window.buf) - window.pos < MARGIN:
                    window.fill(MARGIN)
                start = window.pos
                window.pos = start + 1
                if table[window.buf[start]](self):
                    return self.stack.pop()
        except Ended as error:
            if error.offset is None:
                error.offset = window.offset
            raise
        except IndexError as error:
            if window.ended and window.pos >= len(window.buf):
                raise Damaged("the pickle ends without its last opcode", window.offset) from error
            raise Damaged("an opcode takes more than stands before it", window.base + start) from error
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, StructError) as error:
            # Whatever else an opcode cannot do with what stands before it.
            raise Damaged("an opcode does not fit to what stands before it", window.base + start) from error
        raise TooLarge("opcodes", self.budget.limits.opcodes, window.offset)

    def hold(self, value: object) -> None:
        """Push a new value that takes memory."""
        self.budget.objects -= 1
        if self.budget.objects < 0:
            raise TooLarge("objects", self.budget.limits.objects)
        self.stack.append(value)

    def hold_text(self, value: object, size: int) -> None:
        self.budget.texts -= size
        if self.budget.texts < 0:
            raise TooLarge("texts", self.budget.limits.texts)
        self.hold(value)

    def open(self) -> None:
        """Begin a container."""
        self.marks.append(self.stack)
        self.stack = []
        if len(self.marks) > self.budget.limits.depth:
            raise TooLarge("depth", self.budget.limits.depth)

    def close(self) -> list[object]:
        """End a container: return what it has got."""
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def name(self, module: str, name: str) -> Global:
        """Note what importing would give."""
        key = (module, name)
        found = self.found.globals.get(key)
        if found is None:
            self.budget.objects -= _NAME
            if self.budget.objects < 0:
                raise TooLarge("objects", self.budget.limits.objects)
            found = self.found.globals[key] = Global(module, name, self.window.offset)
        return found

    def call(self, func: object, args: object) -> Built:
        """Note a call."""
        name = called_name(func, args)
        if name not in self.found.called:
            self.found.called[name] = self.window.offset
        return Built(func, args)


#: Of these the name alone says little; what they are asked for belongs to it.
_TELLING = frozenset(
    {
        "builtins.getattr",
        "operator.attrgetter",
        "operator.methodcaller",
        "cloudpickle.cloudpickle._builtin_type",
        "cloudpickle.cloudpickle_fast._builtin_type",
        "cloudpickle.cloudpickle.subimport",
        "importlib.import_module",
        "builtins.__import__",
    }
)


def called_name(func: object, args: object) -> str:
    """How a call is told: ``module.name``, or for what a call returned that call first."""
    if isinstance(func, Global):
        return f"{func.full}({_arguments(args)})" if func.full in _TELLING else func.full
    if isinstance(func, Built):
        inner = func.made_of.full if func.made_of is not None else "..."
        return f"{inner}({_arguments(func.args) if inner in _TELLING else '...'})(...)"
    return f"a {type(func).__name__.lower()} that is called"


def _arguments(args: object) -> str:
    if not isinstance(args, tuple):
        return "..."
    return ", ".join(map(_argument, args[:4])) + (", ..." if len(args) > 4 else "")


def _argument(value: object) -> str:
    if isinstance(value, Global):
        return value.full
    if isinstance(value, _LITERALS):
        return repr(value)[:_WORDS] if not isinstance(value, int) or value.bit_length() < 64 else "..."
    return "..."


def _no_array(_walker: Walker, _built: Built) -> object | None:
    return None
