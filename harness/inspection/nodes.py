"""What stands in for the values of a pickle: inert, never the values themselves.

Numbers, texts, bytes, True, False and None are what they are; lists and tuples of Python hold what theirs held. All
else is one of these classes. None is ever hashed, compared or printed by its content: no depth and no circle does harm.
"""

from __future__ import annotations

from typing import Final


class Global:
    """A module's name: a class, a function, anything that importing gives."""

    __slots__ = ("module", "name", "offset")

    def __init__(self, module: str, name: str, offset: int) -> None:
        self.module: Final = module
        self.name: Final = name
        self.offset: Final = offset  # of the first opcode that names it

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"


class Built:
    """What a call would return, or an object that would be made: its class or function, and its arguments."""

    __slots__ = ("args", "func", "items", "state")

    def __init__(self, func: object, args: object) -> None:
        self.func: Final = func
        self.args: Final = args
        self.state: object = None
        self.items: list[object] | None = None  # appended, or key and value in turn

    @property
    def made_of(self) -> Global | None:
        """The class or function, where it is a plain one."""
        return self.func if isinstance(self.func, Global) else None


class Mapping:
    """A dict: its keys and values in turn. A dict of Python would hash keys, which may be anything here."""

    __slots__ = ("items",)

    def __init__(self, items: list[object]) -> None:
        self.items: Final = items


class Members:
    """A set or frozenset."""

    __slots__ = ("items",)

    def __init__(self, items: list[object]) -> None:
        self.items: Final = items


class Long:
    """A text or bytes that are too long to hold: their length, beginning and end."""

    __slots__ = ("head", "is_text", "size", "tail")

    def __init__(self, size: int, head: bytes, tail: bytes = b"", *, is_text: bool) -> None:
        self.size: Final = size
        self.head: Final = head
        self.tail: Final = tail
        self.is_text: Final = is_text


class Array:
    """An array whose numbers lie outside the pickle: behind the opcode, or in a file beside it."""

    __slots__ = ("can_map", "dtype", "file", "held", "offset", "shape", "size")

    def __init__(
        self, dtype: str, shape: tuple[int, ...], size: int, offset: int, *, can_map: bool = False, file: str = ""
    ) -> None:
        self.dtype: Final = dtype
        self.shape: Final = shape
        self.size: Final = size
        self.offset: Final = offset
        self.can_map: Final = can_map
        self.file: Final = file
        self.held: object = None  # of an array of objects: what its own pickle holds


class Persistent:
    """What the pickle leaves to whoever reads it: an id that has no meaning here."""

    __slots__ = ("pid",)

    def __init__(self, pid: object) -> None:
        self.pid: Final = pid


class Buffer:
    """Bytes that lie outside the file (protocol 5)."""

    __slots__ = ()


Node = Global | Built | Mapping | Members | Long | Array | Persistent | Buffer
