"""What one producer does in a run: it fits every case and dumps it in every format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from harness.errors import MachineError
from harness.judging import outcome
from harness.run.recorder import fit_of, reference_digest
from harness.terms import Compare, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.config.plan import Plan
    from harness.messages import CaseTask, DumpTask, Ended, Fitted, GivenTask, Written
    from harness.run.recorder import Recorder
    from harness.run.session import Session
    from harness.terms import Artifact, Given


def owed(recorder: Recorder, producer: str) -> list[Artifact]:
    """The artifacts of a producer that have no outcome yet."""
    return [a for a in recorder.plan.artifacts(producer) if a.id not in recorder.journal.artifacts]


def dump(session: Session, recorder: Recorder, artifacts: list[Artifact]) -> None:
    """Let the environment write its artifacts, each case in its own child process. Raises NotReadyError."""
    able = []
    for artifact in artifacts:
        missing = _inability(session, recorder.plan, artifact)
        if missing is None:
            able.append(artifact)
        else:
            recorder.artifact(artifact.id, outcome.unwritten(Status.UNSUPPORTED, missing), None, None)
    batches = _batches(session, recorder, able)
    fitted: dict[str, str] = {}
    for reply in session.replies("dump", batches, seconds=recorder.plan.profile.limits.fit_seconds):
        event, task = reply.event, reply.task
        if event["event"] == "fitted":
            digest = _keep_fitted(recorder, event, task)
            if digest is not None:
                fitted[task["id"]] = digest
            continue
        unspooled = event.get("unspooled") if event["event"] == "artifact" else None
        if unspooled is not None:
            recorder.folder.need_space(event.get("size_bytes"))
            recorder.cut_short[session.name] = f"{event['id']} could not be written: {str(unspooled)[:400]}"
            continue
        # A failed fit is the outcome of all of its formats.
        ids = [item["id"] for item in task["formats"]] if event["id"] == task["id"] else [event["id"]]
        for artifact_id in ids:
            if artifact_id not in recorder.journal.artifacts:
                _record(recorder, artifact_id, cast("Written | Ended", event), fitted.get(task["id"]))


def tried(
    session: Session, recorder: Recorder, artifacts: list[Artifact]
) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """Let the environment write artifacts, and record nothing: each id with its row and the digest of its reference.

    Raises NotReadyError, CutShortError and StoppedError.
    """
    able = []
    for artifact in artifacts:
        missing = _inability(session, recorder.plan, artifact)
        if missing is None:
            able.append(artifact)
        else:
            yield artifact.id, outcome.unwritten(Status.UNSUPPORTED, missing), None
    references: dict[str, str] = {}
    batches = _batches(session, recorder, able)
    for reply in session.replies("dump", batches, seconds=recorder.plan.profile.limits.fit_seconds):
        event, task = reply.event, reply.task
        try:
            if event["event"] == "fitted":
                references[task["id"]] = reference_digest(fit_of(event, task["case"])[0])
                continue
            row = outcome.judge_artifact(cast("Written | Ended", event))
        except Exception as error:  # noqa: BLE001  # whatever a process sends, the run goes on
            row = outcome.judge_nonsense(error)
        for name in [item["id"] for item in task["formats"]] if event["id"] == task["id"] else [event["id"]]:
            yield name, row, references.get(task["id"])


def _batches(session: Session, recorder: Recorder, artifacts: list[Artifact]) -> list[list[DumpTask]]:
    by_case: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        by_case.setdefault(artifact.case, []).append(artifact)
    return [[_task(session, recorder, case, those)] for case, those in by_case.items()]


def _inability(session: Session, plan: Plan, artifact: Artifact) -> str | None:
    """Why an environment cannot write an artifact, or None. Raises NotReadyError."""
    given = plan.cases[artifact.case].given
    if given is None or (given.carried is None and not given.is_handed_on(artifact.format)):
        return session.cannot_write(artifact.format)
    # A user's file is only read, and handed on.
    return session.cannot_read(given.reader, given.format.name) if given.format.name in plan.formats else None


def _keep_fitted(recorder: Recorder, event: Fitted, task: DumpTask) -> str | None:
    """Store a fit; return its digest. None if the event makes no sense: then every artifact of the fit is a crash."""
    try:
        return recorder.keep_fitted(event, task["case"])
    except (MachineError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001  # whatever a process sends, the run goes on
        for item in task["formats"]:
            recorder.artifact(item["id"], outcome.judge_nonsense(error), None, None)
        return None


def _record(recorder: Recorder, artifact_id: str, event: Written | Ended, fitted: str | None) -> None:
    spooled, facts = (event.get("spooled"), event.get("facts")) if event["event"] == "artifact" else (None, None)
    try:
        row = outcome.judge_artifact(event)
        if row["status"] == Status.OK and (fitted is None or not _are_bytes(row, spooled)):
            row = outcome.judge_nonsense(ValueError("an artifact without a fit, or without its bytes"))
        recorder.artifact(artifact_id, row, spooled, fitted, facts)
    except (MachineError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001  # whatever a process sends, the run goes on
        recorder.artifact(artifact_id, outcome.judge_nonsense(error), None, fitted)


def _are_bytes(row: dict[str, Any], spooled: object) -> bool:
    """Whether the row has a digest and a size, and ``spooled`` is a path: the bytes were written."""
    return isinstance(spooled, str) and isinstance(row["sha256"], str) and type(row["size_bytes"]) is int


def _task(session: Session, recorder: Recorder, case_name: str, artifacts: list[Artifact]) -> DumpTask:
    case = recorder.plan.cases[case_name]
    formats = recorder.plan.formats
    wanted: CaseTask = {
        "module": case.module,
        "function": case.function,
        "seed": recorder.plan.profile.seed,
        "estimator": case.estimator,
        "beside": [name for name, _ in case.beside],
    }
    if recorder.plan.profile.compare != Compare.EVERYTHING:
        wanted["compare"] = str(recorder.plan.profile.compare)
    if case.given is not None:
        wanted["given"] = _given(recorder, case.given)
    return {
        "id": f"{session.name}/{case_name}",
        "case": wanted,
        "spool": str(session.scratch),
        "formats": [
            {"id": a.id, "module": formats[a.format].module, "options": formats[a.format].options} for a in artifacts
        ],
    }


def _given(recorder: Recorder, given: Given) -> GivenTask:
    rows = given.rows and str(recorder.folder.adopt_given(Path(given.rows)))
    held = recorder.folder.adopt_given(Path(given.file))
    carried = None if given.carried is None else recorder.folder.adopt_given(Path(given.carried.file))
    return {
        "object": str(held),
        "sha256": given.sha256,
        "module": given.format.module,
        "options": given.format.options,
        "reader": given.reader,
        "again": given.again,
        "carried": None if carried is None else str(carried),
        "carried_sha256": None if given.carried is None else given.carried.sha256,
        "at": given.at,
        "rows": rows,
        "example": given.example,
        "main": dict(given.main),
    }
