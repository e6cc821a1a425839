"""What a format's file says of itself in literals, checked one by one. Pure."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import shown, unknown
from harness.terms import Format, Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TOO_LARGE = 1 << 63


@dataclass(frozen=True, kw_only=True)
class Said:
    """The literals of a file."""

    formats: Mapping[str, dict[str, int | str]]
    readers: Mapping[str, tuple[str, ...]]
    writes_with: tuple[str, ...] = ()
    reads_with: tuple[str, ...] = ()
    partial: bool = False
    converts: bool = False
    tolerances: tuple[Tolerance, ...] = ()


def read(name: str, node: ast.expr) -> object:
    """The checked value of a literal. Raises ValueError."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise ValueError("is no literal; it is read, not run") from None
    return READERS_OF[name](value)


def as_format(name: str, said: Said, module: str) -> Format:
    """One format of a file."""
    return Format(
        name=name,
        module=module,
        options=said.formats[name],
        readers=said.readers[name],
        partial=said.partial,
        converts=said.converts,
        tolerances=tuple(replace(tolerance, formats=(name,)) for tolerance in said.tolerances),
    )


def unlike(formats: Mapping[str, object], readers: Mapping[str, object]) -> Iterator[str]:
    """Where FORMATS and READERS are not of the same names."""
    for name in readers:
        if name not in formats:
            yield unknown("format", name, formats)
    for name in formats:
        if name not in readers:
            yield f"there is no reader for the format {shown(name)}"


def _formats(value: object) -> dict[str, dict[str, int | str]]:
    if not isinstance(value, dict) or not value:
        raise ValueError("is not {name: options}")
    return {_name(name): _options(options) for name, options in value.items()}


def _options(value: object) -> dict[str, int | str]:
    if not isinstance(value, dict) or not all(isinstance(option, int | str) for option in value.values()):
        raise ValueError("the options of a format are not {name: number or text}")
    return {_text(key): _text(option) if isinstance(option, str) else _number(option) for key, option in value.items()}


def _text(value: object) -> str:
    """A text that can be sent and stored: lone surrogates cannot."""
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"{shown(ascii(value))} is no plain text")
    return value


def _number(value: int) -> int:
    if abs(value) >= _TOO_LARGE:
        raise ValueError("a number is too large: it has more than 64 bits")
    return value


def _readers(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise ValueError("is not {name: readers}")  # noqa: TRY004  # the file is wrong, not a call
    return {_name(name): _names(readers) for name, readers in value.items()}


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple) or not value:
        raise ValueError("the readers of a format are not a tuple of names")
    names = tuple(_name(name) for name in value)
    if len(set(names)) < len(names):
        raise ValueError("a format has a reader twice")
    return names


def _modules(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple) or not all(_is_module(name) for name in value):
        raise ValueError('is not a tuple of modules such as ("sklearn",)')
    return value


def _is_module(name: object) -> bool:
    return isinstance(name, str) and all(part.isidentifier() for part in name.split("."))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither True nor False")  # noqa: TRY004
    return value


def _tolerances(value: object) -> tuple[Tolerance, ...]:
    if not isinstance(value, list):
        raise ValueError("is no list")  # noqa: TRY004
    return tuple(_tolerance(entry) for entry in value)


def _tolerance(entry: object) -> Tolerance:
    if not isinstance(entry, dict) or not {"rtol", "atol"} <= entry.keys() <= {"rtol", "atol", "methods", "dtypes"}:
        raise ValueError("an entry is not {rtol, atol} with or without methods and dtypes")
    for key in ("rtol", "atol"):
        if type(entry[key]) not in (int, float) or not 0 <= entry[key] <= 1:
            raise ValueError(f"{key} is not between 0 and 1")
    return Tolerance(
        rtol=entry["rtol"],
        atol=entry["atol"],
        methods=_words(entry.get("methods", [])),
        dtypes=_words(entry.get("dtypes", [])),
    )


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError("the methods and dtypes of a tolerance are not lists of names")
    return tuple(map(_text, value))


def _name(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", value):
        raise ValueError(f"{shown(ascii(value))} is not a name")
    return value


#: How each literal is read.
READERS_OF: dict[str, Callable[[object], object]] = {
    "FORMATS": _formats,
    "READERS": _readers,
    "WRITES_WITH": _modules,
    "READS_WITH": _modules,
    "PARTIAL": _flag,
    "CONVERTS": _flag,
    "TOLERANCES": _tolerances,
}
