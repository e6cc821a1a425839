from __future__ import annotations

import pytest

from harness.run import measuring

from tests.run.measured import OPEN, Ledger, Station, good, planned


@pytest.fixture(autouse=True)
def _closing():
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture
def measured(tmp_path):
    def measure(answer=good, **more):
        ledger = Ledger(tmp_path / "journal.jsonl", planned(**more))
        station = Station(answer)
        measuring.measure(station, ledger, measuring.owed(ledger, "new"))
        return station, ledger

    return measure
