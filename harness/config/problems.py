"""What is wrong with a file, said in one form: every problem, where it is, and what was perhaps meant."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Place: TypeAlias = "tuple[str | int, ...]"
_SHOWN = 60  # characters of a value that a message repeats


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong with a file, and where."""

    message: str
    place: Place = ()
    line: int | None = None  # from 1
    column: int | None = None  # from 1

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}"
        column = "" if self.column is None else f"column {self.column}"
        where = ", ".join(part for part in (line, column, dotted(self.place)) if part)
        return f"{where}: {self.message}" if where else self.message


def dotted(place: Place) -> str:
    """``("environments", "include", 2)`` as a person reads it: ``environments.include[2]``."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            word = step if step and all(letter.isalnum() or letter in "_-" for letter in step) else shown(step)
            text += f".{word}" if text else word
    return text


def shown(text: object) -> str:
    """A value in quotes, on one line, and not longer than a message bears."""
    words = str(text)
    return json.dumps(words if len(words) <= _SHOWN else f"{words[:_SHOWN]}...", ensure_ascii=False)


def unknown(noun: str, word: str, known: Iterable[str]) -> str:
    """``no format "scops"; perhaps "skops"``."""
    options = sorted(set(known))
    close = difflib.get_close_matches(word, options, n=1)
    few = len(options) <= 10 and sum(map(len, options)) <= 120  # noqa: PLR2004  # what one line of a terminal bears
    hint = f"; perhaps {shown(close[0])}" if close else f"; there is {', '.join(options)}" if options and few else ""
    return f"no {noun} {shown(word)}{hint}"


def one_of(noun: str, known: Iterable[str]) -> Callable[[str], str]:
    """A check of a text that is one of few: it returns the text, or raises ValueError with what was perhaps meant."""
    words = tuple(known)

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(unknown(noun, text, words))
        return text

    return check


def refusal(path: Path, problems: Iterable[Problem]) -> InputError:
    """One error that tells every problem of a file, by line."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    name = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return InputError("\n".join([f"{name}: {count}", *(f"  {problem}" for problem in ordered)]))
