from __future__ import annotations

import pytest

from harness.run import measuring

from tests.run.measured import OPEN, Recorder, EnvironmentSession, good, planned


@pytest.fixture(autouse=True)
def _closing():
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def measured(tmp_path):
    def measure(answer=good, **more):
        recorder = Recorder(tmp_path / "journal.jsonl", planned(**more))
        session = EnvironmentSession(answer)
        measuring.measure(session, recorder, measuring.owed(recorder, "new"))
        return session, recorder

    return measure
