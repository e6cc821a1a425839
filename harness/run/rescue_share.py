"""Loads what is there to get models over, within a share of an environment's time. What is left, another run does.

These are the formats of `harness.terms.BY_NAME`. Their cells come after all others of an environment, in this order:
those of models that break or drift on the same way; those that no earlier run has worked out; then the oldest. So runs
that reuse each other's outcomes come to all of them.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from harness.judging import outcome
from harness.run import loading
from harness.terms import BROKEN, BY_NAME, LEFT, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from harness.run.recorder import Recorder
    from harness.run.reusing import Reuse
    from harness.run.session import Session
    from harness.terms import Cell


def load(session: Session, recorder: Recorder, cells: list[Cell], reuse: Reuse | None, *, spent: float) -> None:
    """Let the environment load the cells, those that get models over within the profile's share.

    One case is begun in any case. What is left is recorded as such, or as an earlier run has worked it out.

    Parameters
    ----------
    reuse : what earlier runs have worked out; None: nothing is known of them.
    spent : seconds that the environment has worked before.

    Raises
    ------
    NotReadyError, CutShortError, StoppedError
    """
    share = recorder.plan.profile.limits.rescue_share
    carriers = [] if share is None else [cell for cell in cells if cell.artifact.format in BY_NAME]
    others = [cell for cell in cells if share is None or cell.artifact.format not in BY_NAME]
    began = time.monotonic()
    if others:
        loading.load(session, recorder, others)
    if share is None or not carriers:
        return
    worked = spent + time.monotonic() - began
    allowed = float("inf") if share == 1 else worked * share / (1 - share)
    left: list[Cell] = []
    began = time.monotonic()
    known = {} if reuse is None else reuse.worked_out(session, carriers)
    for number, some in enumerate(_in_turn(recorder, carriers, known)):
        if number and time.monotonic() - began >= allowed:
            left += some
        else:
            loading.load(session, recorder, some)
    if reuse is not None and left:
        left = reuse.take_kept(session, left)
    why = f"{LEFT}: {share * 100:g} % of an environment's time are for getting models over, here of {worked:.1f} s"
    for cell in left:
        recorder.cell(cell.id, outcome.unwritten(Status.NOT_RUN, why))


def _in_turn(recorder: Recorder, cells: Collection[Cell], known: Mapping[str, str]) -> list[list[Cell]]:
    """The cells, those of one case together, in the order in which they are to be loaded.

    Parameters
    ----------
    known : by cell that an earlier run has worked out, that run, whose name begins with its time.
    """
    day = recorder.folder.run["started"][:10]
    found: dict[tuple[bool, str, str], list[Cell]] = {}
    lost = _lost(recorder, cells)
    for cell in cells:
        case = cell.artifact.case
        by_chance = hashlib.sha256(f"{day} {case}".encode()).hexdigest()
        place = (cell.artifact.producer, case) not in lost, known.get(cell.id, ""), by_chance
        found.setdefault(place, []).append(cell)
    return [found[place] for place in sorted(found)]


def _lost(recorder: Recorder, cells: Collection[Cell]) -> set[tuple[str, str]]:
    """Producers and cases of which another format breaks or drifts in the environment of these cells."""
    consumer = next(iter(cells)).consumer
    found = set()
    for cell in recorder.plan.cells(consumer):
        if cell.artifact.format in BY_NAME or recorder.plan.formats[cell.artifact.format].converts:
            continue
        row = recorder.journal.cell(cell.id)
        if row is not None and row["status"] in {*BROKEN, Status.DRIFT}:
            found.add((cell.artifact.producer, cell.artifact.case))
    return found
