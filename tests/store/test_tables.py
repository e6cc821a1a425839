from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings, strategies as st

from harness.terms import ARTIFACT_STATUSES, CELL_STATUSES, Status
from harness.store import tables
from harness.store.journal import Journal

from tests.conftest import plan_of

PLAN = plan_of("old", "new", "none", impossible={"none": "no wheels"})
NAMES = list(PLAN.environments)
ARTIFACTS = [a.id for name in NAMES for a in PLAN.artifacts(name)]
CELLS = [c.id for name in NAMES for c in PLAN.cells(name)]


def outcomes(kind: str, key: str, ids: list[str], statuses: frozenset[Status]) -> st.SearchStrategy[list[dict]]:
    entry = st.builds(
        lambda one, status: {"kind": kind, key: one, "status": str(status), "reason": f"said {kind}"},
        st.sampled_from(ids),
        st.sampled_from(sorted(statuses)),
    )
    return st.lists(entry, max_size=20)


ENTRIES = st.tuples(
    outcomes("environment", "environment", NAMES, frozenset({Status.OK, Status.NOT_RUN})),
    outcomes("artifact", "artifact_id", ARTIFACTS, ARTIFACT_STATUSES),
    outcomes("cell", "cell_id", CELLS, CELL_STATUSES),
).map(lambda lists: list(itertools.chain(*lists)))


def tables_of(*entries: dict) -> dict[str, list[dict]]:
    """The rows as they are stored, of a journal with these entries."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder, "journal.jsonl"))
        for entry in entries:
            journal.add(entry["kind"], {key: value for key, value in entry.items() if key != "kind"})
        made = tables.Tables(PLAN, journal, "run", "cut short")
        rows = {
            "environments": (made.environments.values(), tables.ENVIRONMENTS),
            "artifacts": (made.artifacts(), tables.ARTIFACTS),
            "cells": (made.cells(), tables.CELLS),
        }
        stored = {name: pa.Table.from_pylist(list(those), schema=schema) for name, (those, schema) in rows.items()}
        journal.close()
    return {name: table.to_pylist() for name, table in stored.items()}


@settings(deadline=None)
@given(ENTRIES)
def test_every_planned_row_is_there_once_whatever_is_known(entries) -> None:
    last = {
        entry.get("cell_id") or entry.get("artifact_id") or entry["environment"]: entry["status"] for entry in entries
    }
    built = tables_of(*entries)
    for name, key, ids in (
        ("environments", "environment", NAMES),
        ("artifacts", "artifact_id", ARTIFACTS),
        ("cells", "cell_id", CELLS),
    ):
        rows = built[name]
        assert sorted(row[key] for row in rows) == sorted(ids)
        for row in rows:
            assert row["run_id"] == "run"
            assert row["status"] == last.get(row[key], row["status"])
            # What nobody reported never counts as passing, and says why.
            assert row[key] in last or (row["status"] in {Status.NOT_RUN, Status.NO_ARTIFACT} and row["reason"])


def built(*entries: dict) -> dict[str, dict]:
    return {row["cell_id"]: row for row in tables_of(*entries)["cells"]}


def artifact(name: str, status: Status, **more) -> dict:
    return {"kind": "artifact", "artifact_id": name, "status": str(status), "reason": None, **more}


FIT = {
    "fitted_sha256": "f", "estimator": "sklearn.linear_model.Ridge", "parameters": {}, "fitted_at": 0.0, "score": 0.5,
    "score_kind": "r2", "cv_scores": [0.25, 0.75], "case": {"module": "m", "function": "f", "seed": 0}, "methods": [],
    "outputs": {}, "fit_seconds": 0.5, "n_samples": 7, "n_features": 2, "warnings": [], "train_sha256": "aa",
    "data_stored": False,
    "inputs_sha256": "bb", "data_sha256": "cc", "code_sha256": "dd",
}  # fmt: skip


def test_a_manifest_holds_what_is_to_be_kept() -> None:
    environment = {"kind": "environment", "environment": "old", "status": "ok", "reason": None}
    facts = {"packages": '{"numpy": "2.1"}', "blas": "[]", "lock_sha256": "ee", "cpu": "x"}
    made = tables_of(
        {**environment, **facts},
        {"kind": "fit", **FIT},
        artifact("old/ridge/pickle", Status.OK, fitted_sha256="f", facts={"opset": 17}),
    )
    row = next(row for row in made["artifacts"] if row["artifact_id"] == "old/ridge/pickle")
    manifest = json.loads(row["manifest"])
    assert manifest["cross_validation"] == {"folds": 2, "scores": [0.25, 0.75], "mean": 0.5, "std": 0.25}
    assert (manifest["data"]["object"], manifest["data"]["stored"]) == ("objects/cc/cc", False)
    assert manifest["code"]["sha256"] == "dd"
    assert manifest["packages"] == {"numpy": "2.1"}
    assert manifest["format"] == {"opset": 17}
    assert (row["score"], row["n_features"], row["fit_seconds"]) == (0.5, 2, 0.5)


def test_why_a_cell_was_not_tried() -> None:
    ok = [{"kind": "environment", "environment": name, "status": "ok", "reason": None} for name in ("old", "new")]
    cells = built(
        *ok,
        {"kind": "fit", **FIT},
        artifact("old/ridge/pickle", Status.OK, size_bytes=7, fitted_sha256="f"),
        artifact("old/ridge/joblib", Status.CRASH),
    )
    outcomes = {key: (row["status"], row["reason"]) for key, row in cells.items()}
    assert outcomes["old/ridge/pickle>new/pickle"] == ("not-run", "cut short")
    assert outcomes["old/ridge/joblib>new/joblib"] == ("no-artifact", "crash: None")
    assert outcomes["old/forest/pickle>new/pickle"] == ("no-artifact", "not-run: cut short")
    assert outcomes["old/ridge/pickle>none/pickle"] == ("not-run", "no wheels")
    assert outcomes["none/ridge/pickle>new/pickle"] == ("no-artifact", "not-run: no wheels")
    row = cells["old/ridge/pickle>new/pickle"]
    assert (row["size_bytes"], row["score_producer"], row["load_seconds"]) == (7, 0.5, None)


def test_the_last_word_counts() -> None:
    cell = {"kind": "cell", "cell_id": "old/ridge/pickle>new/pickle", "reason": None}
    cells = built({**cell, "status": "ok"}, {**cell, "status": "drift"})
    assert cells["old/ridge/pickle>new/pickle"]["status"] == "drift"


def test_findings_can_be_asked_of_every_cell() -> None:
    cell = {"kind": "cell", "cell_id": "old/ridge/pickle>new/pickle", "reason": None, "status": "drift"}
    cells = built({**cell, "findings": ["labels", "dtype"], "tolerance_used": 2.5}).values()
    (found,) = [row for row in cells if "labels" in row["findings"]]
    assert (found["cell_id"], found["tolerance_used"]) == ("old/ridge/pickle>new/pickle", 2.5)
    assert sum(row["tolerance_used"] is None for row in cells) == len(cells) - 1


def test_what_a_guest_tells_of_its_environment_cannot_move_a_cursor() -> None:
    evil = "1.0\x1b[2J\ud800"
    facts = dict.fromkeys(("python", "cpu", "byteorder", "bits", "libc"), evil)
    nested = {"packages": {"numpy": evil, evil: "1"}, "blas": [{"name": evil}], "variables": {evil: evil}}
    row = tables.environment_row({**facts, **nested, "estimators": {"classes": [evil]}})
    assert row["numpy"] == "1.0\ufffd[2J\ufffd"
    for column in ("packages", "blas", "variables", "estimators"):
        assert "\x1b" not in row[column] and "\\u001b" not in row[column] and "\\ud8" not in row[column]
        assert "\ufffd[2J" in json.dumps(json.loads(row[column]), ensure_ascii=False)
