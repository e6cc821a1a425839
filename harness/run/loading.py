"""What one consumer does in a run: it loads everything that was written.

Forking and ending a process costs some 40 ms, and loading a small model less than one. So one child process takes all
cells of a case, and those of the next cases too, where they are ours.
A model may disturb those that are loaded after it in the same child; a control experiment finds out. After the last
cell of a case the child loads, once for each format, the artifact that the same environment wrote for it. If this
control predicts identically, nothing has disturbed the child, and its outcomes are believed. If it does not, or if the
child ended earlier, every outcome but a clean ok is tried again, alone in a fresh child.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from harness import judging
from harness.config import loading_rules
from harness.judging import outcome
from harness.terms import BUILT_IN_CASES, Artifact, Cell, Parity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.messages import Ended, Loaded, LoadTask, Reply
    from harness.run.recorder import Recorder
    from harness.run.session import Session

#: How long a cell may take in a shared child; one that needs longer gets its whole time alone.
SHARED_SECONDS = 1.0
#: Cells of one child, controls not counted.
BATCH = 64
_CONTROL = "control:"


def owed(recorder: Recorder, consumer: str) -> list[Cell]:
    """The cells of a consumer that have an artifact and no outcome yet."""
    known = recorder.journal
    return [
        cell
        for cell in recorder.plan.cells(consumer)
        if not known.has_cell(cell.id) and known.written(cell.artifact.id) is not None
    ]


def load(session: Session, recorder: Recorder, cells: list[Cell]) -> None:
    """Let the environment load the cells, and record their outcomes. Raises NotReadyError."""
    seconds = recorder.plan.profile.limits.seconds
    doubts = Doubts()
    again: list[LoadTask] = []
    able = [cell for cell in cells if _can_be_read(session, recorder, cell)]
    for reply in session.replies("load", batches(recorder, able), seconds=min(seconds, SHARED_SECONDS)):
        settled, alone = doubts.from_other_children(reply.child)
        _record(recorder, settled)
        again += alone
        row = _judge(recorder, reply)
        if reply.task["id"].startswith(_CONTROL):
            doubts.control(reply, row)
        elif row["status"] == Status.OK or (reply.alone and row["status"] != Status.TIMEOUT):
            recorder.cell(reply.task["id"], row)
        else:
            doubts.add(reply, row)
    settled, alone = doubts.from_other_children(None)
    _record(recorder, settled)
    for reply in session.replies("load", ([task] for task in again + alone), seconds=seconds):
        recorder.cell(reply.task["id"], _judge(recorder, reply))


def _can_be_read(session: Session, recorder: Recorder, cell: Cell) -> bool:
    """Whether the environment has the cell's reader. If not, the cell is recorded as unsupported."""
    missing = session.cannot_read(cell.reader, cell.artifact.format)
    if missing is not None:
        recorder.cell(cell.id, outcome.unwritten(Status.UNSUPPORTED, missing))
    return missing is None


def batches(recorder: Recorder, cells: list[Cell]) -> Iterable[list[LoadTask]]:
    """The tasks of a load, one list for each child: cells of one case and their controls, then those of the next."""
    tasks: list[LoadTask] = []
    count = 0
    for part in _parts(cells):
        shared = _is_ours(recorder, part) and count + len(part) <= BATCH
        if tasks and not shared:
            yield tasks
            tasks, count = [], 0
        tasks += [load_task(recorder, cell, cell.id) for cell in part] + _controls(recorder, part)
        count = count + len(part) if _is_ours(recorder, part) else BATCH  # nothing comes after what is not ours
    if tasks:
        yield tasks


def _parts(cells: list[Cell]) -> Iterable[list[Cell]]:
    """Cells of one case each, those of a format together: few kinds need few controls."""
    by_case: dict[str, list[Cell]] = {}
    for cell in cells:
        by_case.setdefault(cell.artifact.case, []).append(cell)
    for those in by_case.values():
        those.sort(key=lambda cell: (cell.artifact.format, cell.reader))
        yield from (those[start : start + BATCH] for start in range(0, len(those), BATCH))


def _is_ours(recorder: Recorder, part: list[Cell]) -> bool:
    """Whether what the cells load was fitted by a case that comes with the harness."""
    case = recorder.plan.cases[part[0].artifact.case]
    return case.given is None and case.module.startswith(BUILT_IN_CASES)


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A bad outcome from a child that several cells shared."""

    child: object
    task: LoadTask
    row: dict[str, Any]


class Doubts:
    """Bad outcomes that wait for the controls of their child."""

    def __init__(self) -> None:
        self._waiting: list[Doubt] = []
        self._sound: set[tuple[object, str, str, str]] = set()

    def add(self, reply: Reply[LoadTask], row: dict[str, Any]) -> None:
        self._waiting.append(Doubt(child=reply.child, task=reply.task, row=row))
        # A control counts for what came before it.
        self._sound = {known for known in self._sound if known[:2] != (reply.child, reply.task["case_name"])}

    def control(self, reply: Reply[LoadTask], row: dict[str, Any]) -> None:
        task = reply.task
        sound = row["status"] == Status.OK and (row.get("parity") == Parity.IDENTICAL or task["partial"])
        if sound:  # a format that computes with other code is not identical in its own producer either
            self._sound.add((reply.child, task["case_name"], task["format"], task["reader"]))

    def from_other_children(self, child: object) -> tuple[list[Doubt], list[LoadTask]]:
        """Settle the doubts of all children but ``child``: outcomes to believe, and tasks to run alone."""
        settled, alone = [], []
        for doubt in self._waiting:
            if doubt.child != child:
                task = doubt.task
                sound = (doubt.child, task["case_name"], task["format"], task["reader"]) in self._sound
                settled.append(doubt) if sound else alone.append(doubt.task)
        self._waiting = [doubt for doubt in self._waiting if doubt.child == child]
        return settled, alone


def _record(recorder: Recorder, settled: list[Doubt]) -> None:
    for doubt in settled:
        recorder.cell(doubt.task["id"], doubt.row)


def _controls(recorder: Recorder, batch: list[Cell]) -> list[LoadTask]:
    """The consumer's own artifact of the same case, by each format and reader of the batch."""
    found = []
    for name, reader in sorted({(cell.artifact.format, cell.reader) for cell in batch}):
        first = batch[0]
        own = Artifact(producer=first.consumer, case=first.artifact.case, format=name)
        if recorder.journal.written(own.id) is not None:
            cell = Cell(artifact=own, consumer=first.consumer, reader=reader)
            found.append(load_task(recorder, cell, _CONTROL + cell.id))
    return found


def load_task(recorder: Recorder, cell: Cell, task_id: str) -> LoadTask:
    artifact = recorder.journal.written(cell.artifact.id)
    assert artifact is not None  # of others no cell is owed
    fit = recorder.journal.fits[artifact["fitted_sha256"]]
    item = recorder.plan.formats[cell.artifact.format]
    given = recorder.plan.cases[cell.artifact.case].given
    asked = loading_rules.questions(item, fit)
    own = given is not None and given.is_handed_on(item.name)
    return {
        "id": task_id,
        "case_name": cell.artifact.case,
        "artifact": str(recorder.folder.object_path(artifact["sha256"])),
        "sha256": artifact["sha256"],
        "inputs": str(recorder.folder.object_path(fit["inputs_sha256"])),
        "inputs_sha256": fit["inputs_sha256"],
        "methods": asked["methods"],
        "probes": asked["probes"],
        "known": asked["known"],
        "module": item.module,
        "options": {
            **item.options,
            "outputs": {} if own else fit["outputs"],  # a user's graph has outputs of its own
            "trusted_types": recorder.plan.profile.trusted_types,
        },
        "reader": cell.reader,
        "fitted_sha256": artifact["fitted_sha256"],
        "format": item.name,
        "partial": item.partial,
        "at": given.at if given is not None and own else "",
        "main": {} if given is None else dict(given.main),
    }


def _judge(recorder: Recorder, reply: Reply[LoadTask]) -> dict[str, Any]:
    task = reply.task
    tolerance = judging.tolerance_for(recorder.plan.profile.tolerances, task["format"])
    try:
        fitted = recorder.fitted(task["fitted_sha256"])
    except ValueError as changed:
        return outcome.unwritten(Status.REFUSED, f"there is nothing to compare with: {changed}")
    event = cast("Loaded | Ended", reply.event)
    return outcome.judge_cell(
        event,
        fitted,
        tolerance,
        asked=[*task["methods"], *task["probes"]],
        format_name=task["format"],
        partial=task["partial"],
        detailed=recorder.plan.writer is not None,
    )
