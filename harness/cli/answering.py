"""How `ask` and `release` find a run that can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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
