"""Each event of the guest, and the status that comes of it."""

from __future__ import annotations

import numpy as np
import pytest

from harness import outcome
from harness.guest import values
from harness.model import ARTIFACT_STATUSES, CELL_STATUSES, Tolerance

ERROR = {"type": "builtins.ValueError", "message": "first\nsecond", "traceback": "Traceback ...", "memory": False}


def encoded(*numbers: float) -> dict:
    return {"predict": values.encode(np.array(numbers))}


FITTED = {"reference": encoded(1.0, 2.0), "truth": values.encode(np.array([1.0, 2.0])), "score_kind": "r2"}
BROKEN = [
    ({"event": "died", "step": "load", "signal": 11}, "crash", "killed by SIGSEGV, while loading"),
    ({"event": "died", "step": "load", "signal": 9, "memory": True}, "oom", "SIGKILL"),
    (
        {"event": "died", "step": "predict", "exit": 0},
        "crash",
        "exited with code 0 without answering, while predicting",
    ),
    ({"event": "died", "step": None, "exit": 70}, "crash", "while starting"),
    ({"event": "overtime", "step": "load", "seconds": 5.0}, "timeout", "not done within 5 s, while loading"),
    ({"event": "guest-died", "how": "it was killed by signal 9"}, "crash", "took the whole guest with it"),
]


def judged(**event) -> dict:
    row = outcome.of_cell(
        {"event": "cell", "step": "predict", **event}, FITTED, lambda *_: Tolerance(rtol=1e-9, atol=0.0)
    )
    assert row["status"] in CELL_STATUSES
    return row


@pytest.mark.parametrize(("event", "status", "reason"), BROKEN)
def test_what_ended_a_child_is_told_of_cells_and_artifacts_alike(event, status, reason) -> None:
    row = judged(**event)
    assert row["status"] == status
    assert reason in row["reason"]
    assert row.get("parity") is None
    row = outcome.of_artifact({**event, "step": "dump"})
    assert row["status"] == status
    assert row["sha256"] is None


@pytest.mark.parametrize(("step", "status"), [("load", "load-error"), ("predict", "predict-error")])
def test_an_exception_of_a_cell(step, status) -> None:
    row = judged(step=step, error=ERROR)
    assert (row["status"], row["reason"]) == (status, "builtins.ValueError: first")
    assert (row["error_type"], row["error_message"]) == ("builtins.ValueError", "first\nsecond")
    assert row["traceback_text"] == "Traceback ..."


@pytest.mark.parametrize(("step", "status"), [("fit", "fit-error"), ("dump", "dump-error")])
def test_an_exception_of_an_artifact(step, status) -> None:
    row = outcome.of_artifact({"event": "artifact", "step": step, "error": ERROR})
    assert row["status"] == status
    assert row["status"] in ARTIFACT_STATUSES


def test_no_memory_is_oom() -> None:
    assert judged(error={**ERROR, "memory": True})["status"] == "oom"


def test_refusals_and_what_is_not_supported() -> None:
    assert judged(refused="sha256 differs")["status"] == "refused"
    assert judged(unsupported="needs Java")["reason"] == "needs Java"
    assert outcome.of_artifact({"event": "artifact", "unsupported": "no converter"})["status"] == "unsupported"


def test_an_artifact_that_was_written() -> None:
    row = outcome.of_artifact(
        {"event": "artifact", "step": "dump", "sha256": "ab", "size_bytes": 7, "dump_seconds": 0.1}
    )
    assert (row["status"], row["reason"], row["sha256"], row["size_bytes"]) == ("ok", None, "ab", 7)


def test_the_same_outputs() -> None:
    row = judged(outputs=encoded(1.0, 2.0), load_seconds=0.25)
    assert (row["status"], row["parity"], row["reason"], row["score"]) == ("ok", "identical", None, 1.0)
    assert (row["load_seconds"], row["predict_seconds"]) == (0.25, None)  # what was not measured is no figure


def test_other_outputs_are_drift_and_never_ok() -> None:
    row = judged(outputs=encoded(1.0, 3.0))
    assert (row["status"], row["parity"]) == ("drift", "drift")
    assert row["reason"]
    assert row["score"] < 1.0


def test_the_version_warning_tells_the_version() -> None:
    warned = [
        {"category": "UserWarning", "message": "hm"},
        {"category": "InconsistentVersionWarning", "message": "from 1.5.2", "original_sklearn_version": "1.5.2"},
    ]
    row = judged(outputs=encoded(1.0, 2.0), warnings=warned)
    assert (row["version_warning"], row["original_sklearn_version"]) == (True, "1.5.2")
    assert row["warnings"] == [{"category": w["category"], "message": w["message"]} for w in warned]
    assert judged(outputs=encoded(1.0, 2.0))["version_warning"] is False
