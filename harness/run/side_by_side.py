"""Two runs of one plan with the packages of two others, which measure in turn.

What happens to the machine happens to both: a round of one comes right after a round of the other. Each is an ordinary
run with tables of its own.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.environments import NotReadyError
from harness.environments.stage import stage
from harness.errors import InputError
from harness.machine import tools
from harness.run import lifecycle, measuring, schedule
from harness.run.environment_session import EnvironmentSession
from harness.run.measuring import Side
from harness.run.progress import Progress
from harness.run.recorder import Recorder
from harness.run.session import CutShortError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.config.plan import Plan
    from harness.store import RunFolder


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """A run that has saved and loaded, and has still to measure."""

    recorder: Recorder
    sessions: Mapping[str, EnvironmentSession]  # by environment


def run(
    plan: Plan,
    locks: tuple[Path, Path],
    *,
    results: Path,
    console: Console,
    then: Callable[[Path], object] = lambda path: None,  # noqa: ARG005
) -> tuple[Path, Path]:
    """Carry out a plan twice; return the folders of both runs.

    Parameters
    ----------
    locks : folders of two runs, whose exact packages are used.
    then : called with the folder of each when its tables are written.

    Raises
    ------
    MachineError, InputError, KeyboardInterrupt
        Also any fault of the harness itself. The tables are written first, if they can be.
    """
    if plan.profile.measure is None:
        raise InputError(f"profile {plan.profile.name} measures nothing: give --profile one that has `measure`")
    given = [lifecycle.read_locks(path) for path in locks]
    if not set(given[0]) & set(given[1]) & {f"{name}.txt" for name in plan.environments}:
        raise InputError(
            f"{locks[0]} and {locks[1]}: no environment of the profile {plan.profile.name} has a lock in both: "
            "name runs of this profile"
        )
    both = Progress(
        console,
        environments=2 * len(plan.environments),
        artifacts=2 * plan.artifact_count,
        cells=2 * plan.cell_count,
        measured=2 * plan.measured_count,
    )
    with lifecycle.alone(results), both as progress, contextlib.ExitStack() as ending:
        begun = []
        for source, packages in zip(locks, given, strict=True):
            planned = lifecycle.only_locked(plan, packages, source)
            folder = lifecycle.begin(planned, results)
            lifecycle.give_locks(packages, folder)
            ending.enter_context(_finishing(planned, folder, then))
            begun.append(ending.enter_context(_begun(planned, folder, progress)))
        paths = [one.recorder.folder.path for one in begun]
        for one, other in zip(begun, reversed(paths), strict=True):
            one.recorder.folder.run["beside"] = other.name
        _measure(begun, plan)
    return paths[0], paths[1]


@contextlib.contextmanager
def _finishing(plan: Plan, folder: RunFolder, then: Callable[[Path], object]) -> Iterator[None]:
    """Write the tables of a run at the end, however it comes."""
    started = time.monotonic()
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):  # the same trouble again; the journal holds what is known
            lifecycle.finish(plan, folder, started, "the run was cut short before this began", lambda _: None)
        raise
    lifecycle.finish(plan, folder, started, "not begun yet", then)


@contextlib.contextmanager
def _begun(plan: Plan, folder: RunFolder, progress: Progress) -> Iterator[_Begun]:
    """Save and load; the guests end with the block."""
    everyone = frozenset(plan.environments)
    files = schedule.unchanged_files(plan.profile)
    recorder = Recorder(plan, folder, progress)
    sessions = {
        one.name: EnvironmentSession(one, recorder, stage(schedule.with_modules(one, files)))
        for one in plan.profile.environments
    }
    try:
        selection = schedule.Selection(producers=everyone, consumers=everyone)
        schedule.correctness_pass(list(sessions.values()), recorder, selection, tools.processors())
        yield _Begun(recorder=recorder, sessions=sessions)
    finally:
        for session in sessions.values():
            session.close()


def _measure(begun: Sequence[_Begun], plan: Plan) -> None:
    """Measure what both have loaded, case by case, in turn; and what one has loaded alone."""
    for name in plan.consumers:
        owed = [{cells[0].artifact.case: cells for cells in measuring.owed(one.recorder, name)} for one in begun]
        for case in dict.fromkeys(case for cells in owed for case in cells):
            sides = [
                Side(session=one.sessions[name], recorder=one.recorder, cells=cells[case])
                for one, cells in zip(begun, owed, strict=True)
                if case in cells
            ]
            measure_together(sides)
        for one in begun:
            one.sessions[name].close()


def measure_together(sides: Sequence[Side]) -> None:
    """Measure the cells of one case, and record them: what cannot be measured with the reason."""
    try:
        for side in sides:
            side.session.measure_from_now_on()
        for side, found in measuring.in_turn(sides):
            side.recorder.measurement(found.cell.id, found.samples, found.missing)
    except (NotReadyError, CutShortError) as reason:
        for side in sides:
            measuring.give_up(side.recorder, [side.cells], str(reason))
