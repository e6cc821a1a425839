"""One producer's turn: fit every case, dump it in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.errors import MachineError
from harness.judging import outcome
from harness.terms import Status

if TYPE_CHECKING:
    from harness.run.environment_session import EnvironmentSession
    from harness.run.recorder import Recorder
    from harness.terms import Artifact


def owed(recorder: Recorder, producer: str) -> list[Artifact]:
    """The artifacts that a producer has not yet answered for."""
    return [a for a in recorder.plan.artifacts(producer) if a.id not in recorder.journal.artifacts]


def dump(session: EnvironmentSession, recorder: Recorder, artifacts: list[Artifact]) -> None:
    """Let the environment write its artifacts, each case in a child of its own. Raises NotReadyError."""
    by_case: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        missing = session.cannot_write(artifact.format)
        if missing is not None:
            recorder.artifact(artifact.id, outcome.unwritten(Status.UNSUPPORTED, missing), None, None)
            continue
        by_case.setdefault(artifact.case, []).append(artifact)
    batches = [[_task(session, recorder, case, those)] for case, those in by_case.items()]
    fitted: dict[str, str] = {}
    for event in session.events("dump", batches, seconds=recorder.plan.profile.limits.fit_seconds):
        task = event["task"]
        if event["event"] == "fitted":
            fitted[task["id"]] = recorder.keep_fitted(event)
            continue
        # A fit that failed answers for all of its formats.
        ids = [item["id"] for item in task["formats"]] if event["id"] == task["id"] else [event["id"]]
        for artifact_id in ids:
            if artifact_id not in recorder.journal.artifacts:
                _record(recorder, artifact_id, event, fitted.get(task["id"]))


def _record(recorder: Recorder, artifact_id: str, event: dict[str, Any], fitted: str | None) -> None:
    try:
        row = outcome.of_artifact(event)
        recorder.artifact(artifact_id, row, event.get("spooled"), fitted, event.get("facts"))
    except (MachineError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001  # whatever a process sends, the run goes on
        recorder.artifact(artifact_id, outcome.of_nonsense(error), None, fitted)


def _task(session: EnvironmentSession, recorder: Recorder, case_name: str, artifacts: list[Artifact]) -> dict[str, Any]:
    case = recorder.plan.cases[case_name]
    formats = recorder.plan.formats
    return {
        "id": f"{session.name}/{case_name}",
        "case": {
            "module": case.module,
            "function": case.function,
            "seed": recorder.plan.profile.seed,
            "estimator": case.estimator,
        },
        "spool": str(session.scratch),
        "formats": [
            {"id": a.id, "module": formats[a.format].module, "options": formats[a.format].options} for a in artifacts
        ],
    }
