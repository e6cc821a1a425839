"""What a guest says of fits and artifacts that makes no sense costs those, and not the run."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from harness.guest.encoding import encode
from harness.messages import Reply
from harness.run import dumping
from harness.run.recorder import Recorder
from harness.store import RunFolder

from tests.conftest import plan_of

ONE = encode(np.array([1.0]))
DATA = {"stored": True, "told": {}, "train": ONE, "truth": None}
FITTED = {
    "event": "fitted", "fit_seconds": 0.1, "fitted_at": 1.0, "n_samples": 1, "n_features": 1, "methods": ["predict"],
    "probes": [], "not_compared": {}, "written": [],
    "inputs": ONE, "truth": None, "score_kind": None, "reference": {"predict": ONE}, "outputs": {}, "estimator": "E",
    "parameters": {}, "parts": [], "input": {}, "data": DATA, "data_stored": True, "train_sha256": "0", "cv_scores": None, "code": {},
    "warnings": [],
}  # fmt: skip


class Session:
    """Sends what it is given: events of a fit, and of its artifacts by format."""

    name = "new"

    def __init__(self, path, fit: list[dict], artifact: dict) -> None:
        self.scratch = path
        self.fit, self.artifact = fit, artifact

    def cannot_write(self, format_name: str) -> None:
        return None

    def replies(self, verb: str, batches: list, *, seconds: float):
        for child, (task,) in enumerate(batches, 1):
            events = [{**event, "id": task["id"]} for event in self.fit]
            events += [{**self.artifact, "id": item["id"]} for item in task["formats"]]
            for event in events:
                yield Reply(
                    event=json.loads(json.dumps(event)) | {"child": child}, task=task, child=(0, child), alone=True
                )


@pytest.fixture
def dumped(tmp_path):
    folders = []

    def dump(fit: list[dict], artifact: dict) -> dict[str, tuple[str, str]]:
        plan = plan_of("new", cases=("ridge",))
        folder = RunFolder.create(tmp_path / f"results-{len(folders)}", "default", {"host": {}})
        folders.append(folder)
        quiet = SimpleNamespace(artifact=lambda: None)
        recorder = Recorder(plan, folder, quiet)  # type: ignore[arg-type]
        (tmp_path / "spool").mkdir(exist_ok=True)
        session = Session(tmp_path / "spool", fit, artifact)
        dumping.dump(session, recorder, list(plan.artifacts("new")))  # type: ignore[arg-type]
        return {name: (row["status"], row["reason"]) for name, row in recorder.journal.artifacts.items()}

    yield dump
    for folder in folders:
        folder.close()


def test_a_fit_and_what_is_said_of_its_artifacts(dumped) -> None:
    found = dumped([FITTED], {"event": "artifact", "step": "dump", "unsupported": "not here"})
    assert found == {f"new/ridge/{name}": ("unsupported", "not here") for name in ("pickle", "joblib")}


@pytest.mark.parametrize("nonsense", [{"inputs": {"kind": "?"}}, {}], ids=["no reference", "nothing"])
def test_a_fit_that_makes_no_sense_is_its_artifacts_outcome(dumped, nonsense) -> None:
    found = dumped([{"event": "fitted", **nonsense}], {"event": "artifact", "sha256": "0", "spooled": "/nowhere"})
    assert set(found) == {"new/ridge/pickle", "new/ridge/joblib"}
    for status, reason in found.values():
        assert status == "crash" and reason.startswith("its answer makes no sense: ")


@pytest.mark.parametrize("fit", [[], [FITTED]], ids=["never fitted", "fitted"])
def test_an_artifact_without_its_fit_or_its_bytes_is_none(dumped, fit) -> None:
    for status, reason in dumped(fit, {"event": "artifact", "sha256": "0", "size_bytes": 1}).values():
        assert status == "crash" and "without a fit, or without its bytes" in reason
