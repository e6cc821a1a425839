"""What of a model's words reaches the journal."""

from __future__ import annotations

import json
from types import SimpleNamespace

from harness.run.recorder import Recorder
from harness.store import RunFolder

from tests.conftest import plan_of


def test_a_row_of_long_texts_is_cut(tmp_path) -> None:
    folder = RunFolder.create(tmp_path, "default", {"host": {}})
    progress = SimpleNamespace(cell=lambda row: None)
    recorder = Recorder(plan_of("new"), folder, progress)  # type: ignore[arg-type]
    long = "x" * 10**7
    row = {"status": "load-error", "reason": long, "error_type": long, "findings": ["labels"] * 10**6}
    recorder.cell("c", {**row, "warnings": [{"category": long, "message": long}]})
    stored = dict(folder.journal.cell("c") or {})
    folder.close()
    assert stored["reason"].startswith("xxx")
    assert len(json.dumps(stored)) < 200_000
