"""What is wrong with a file, said in one form: every problem, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

Place: TypeAlias = "tuple[str | int, ...]"


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


def refusal(path: Path, problems: Iterable[Problem]) -> InputError:
    """One error that tells every problem of a file, by line."""
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    name = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return InputError("\n".join([f"{name}: {count}", *(f"  {problem}" for problem in ordered)]))
