"""How `ask`, `inspect` and `release` find the runs that answer, and how they say which."""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import TYPE_CHECKING, TypeVar

from harness.cli import extras
from harness.cli.arguments import RESULTS
from harness.errors import InputError, printable
from harness.machine import tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from harness.analysis.ask.index import Index

T = TypeVar("T")
_OLD = dt.timedelta(days=61)  # two months


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
    """The indexes of every stored run, or of one, and of the reference that the program carries.

    The reference counts where no folder is named and the runs have none of their own. The error stream says which runs
    answer, and names those that are left out because they cannot be read.

    Parameters
    ----------
    at_once : leave out those whose index has to be built first.

    Raises
    ------
    InputError : no run can be read.
    MachineError : reading one needs what the plain install leaves out.
    """
    from harness.analysis.ask import compact

    carried = compact.reference(tools.cache()) if results == RESULTS and _needs_reference(results) else []
    named = [index for index in carried if run == index.path.name]
    if named:
        found = named
    else:
        found, problems = _stored(run, results, needed=run is not None or not carried, at_once=at_once)
        if not found and (run is not None or not carried):
            raise InputError("\n".join(problems))
        for problem in problems:
            _say(f"left out: {problem}")
        found += [] if run is not None else carried
    for line in _told(found, carried, results, named=run is not None or results != RESULTS):
        _say(line)
    return found


def _needs_reference(results: Path) -> bool:
    """Whether the runs of a folder hold no reference of their own."""
    from harness import store

    return not any(store.is_kept(path.name) for path in store.within(results))


def _stored(run: str | None, results: Path, *, needed: bool, at_once: bool) -> tuple[list[Index], list[str]]:
    """The indexes of stored runs, and what is wrong with others."""
    from harness import store
    from harness.analysis.ask.index import Index

    found, problems = [], []
    if not needed and not store.within(results):
        return [], []
    for path in store.every(results) if run is None else [store.find_run(results, run)]:
        if at_once and not Index.is_kept(path):
            continue
        try:
            found.append(Index.from_run(path))
        except InputError as error:
            problems.append(str(error))
        except ModuleNotFoundError as error:
            lacking = extras.lacking(error)
            if lacking is None:
                raise
            raise type(lacking)(f"{path}: {lacking}") from None
    return found, problems


def _told(found: Sequence[Index], carried: Sequence[Index], results: Path, *, named: bool) -> Iterator[str]:
    """Say which runs answer, unless the user named them, and whether the reference is old."""
    from harness import store

    kept = [index for index in found if store.is_kept(index.path.name)]
    own = len(found) - len(kept)
    folder = os.path.relpath(results)
    parts = [f"{own} {'run' if own == 1 else 'runs'} in {folder}"] if own else []
    if kept:
        where = "of this program" if kept[0] in carried else f"in {folder}"
        day = min(str(index.run["started"])[:10] for index in kept)
        version = kept[0].run.get("harness_version", "unknown")
        parts.append(f"the reference {where}, {day}, harness {version}")
    if not named:
        yield f"evidence: {' and '.join(parts)}"
    if kept and dt.datetime.now(dt.UTC).date() - dt.date.fromisoformat(day) > _OLD:
        yield f"warning: the reference is of {day}, older than two months: newer releases are not in it"


def _say(text: str) -> None:
    print(printable(text), file=sys.stderr)
