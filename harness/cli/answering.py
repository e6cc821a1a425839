"""How `ask` and `release` find the runs that answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from harness.errors import InputError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.analysis.ask.index import Index

T = TypeVar("T")


def answers(question: Callable[[Path], T], run: str | None, results: Path) -> Iterator[T]:
    """Put a question to the folders of runs, the first to be asked first. Raises InputError where none can answer."""
    from harness import store

    nobody, problems = True, []
    for path in store.sources(results) if run is None else [store.find_run(results, run)]:
        try:
            answer = question(path)
        except InputError as error:
            problems.append(f"{path.name}: {error}")
            continue
        nobody = False
        yield answer
    if nobody:
        raise InputError("\n".join(problems))


def indexes(run: str | None, results: Path, *, at_once: bool = False) -> list[Index]:
    """The indexes of every stored run, or of one. A run that cannot be read is left out, and named on the error stream.

    Parameters
    ----------
    at_once : leave out those whose index has to be built first.

    Raises
    ------
    InputError : no run can be read.
    """
    from harness import store
    from harness.analysis.ask.index import Index

    found, problems = [], []
    for path in store.every(results) if run is None else [store.find_run(results, run)]:
        if at_once and not Index.is_kept(path):
            continue
        try:
            found.append(Index.from_run(path))
        except InputError as error:
            problems.append(str(error))
    if not found:
        raise InputError("\n".join(problems))
    for problem in problems:
        print(printable(f"left out: {problem}"), file=sys.stderr)
    return found
