"""What a plan costs, by a stored run."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.report.plan import _duration
from harness.store.pace import pace


def stored(results, name, cells, **facts):
    folder = results / name
    folder.mkdir(parents=True)
    run = {"schema_version": 4, "run_id": name, "profile": "p", "started": "", "complete": True, **facts}
    (folder / "run.json").write_text(json.dumps(run))
    pq.write_table(pa.table({"cell_id": ["a"] * cells}), folder / "cells.parquet")


def test_the_newest_complete_run_that_says_how_long_it_took_counts(tmp_path):
    assert pace(tmp_path) is None
    stored(tmp_path, "20261101T000000Z-p-0000", 10, seconds=100.0, host={"processors": 4})
    stored(tmp_path, "20261102T000000Z-p-0000", 10, seconds=20.0, host={"processors": 2})
    stored(tmp_path, "20261103T000000Z-p-0000", 10, seconds=9000.0, complete=False)
    stored(tmp_path, "20261104T000000Z-p-0000", 10, seconds=None)
    found = pace(tmp_path)
    assert (found.run, found.processors, found.of(50)) == ("20261102T000000Z-p-0000", 2, 100.0)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.1, "1 minute"), (3000, "50 minutes"), (7199, "2 hours"), (20_000, "6 hours")]
)
def test_it_is_said_roughly(seconds, said):
    assert _duration(seconds) == said
