from __future__ import annotations

import itertools

from hypothesis import given, settings, strategies as st

from harness import tables
from harness.model import ARTIFACT_STATUSES, CELL_STATUSES, Status

from .conftest import plan_of

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


@settings(deadline=None)
@given(ENTRIES)
def test_every_planned_row_is_there_once_whatever_is_known(entries) -> None:
    last = {
        entry.get("cell_id") or entry.get("artifact_id") or entry["environment"]: entry["status"] for entry in entries
    }
    built = tables.build(PLAN, tables.Journal([dict(entry) for entry in entries]), "run", "cut short")
    for name, key, ids in (
        ("environments", "environment", NAMES),
        ("artifacts", "artifact_id", ARTIFACTS),
        ("cells", "cell_id", CELLS),
    ):
        rows = built[name].to_pylist()
        assert sorted(row[key] for row in rows) == sorted(ids)
        for row in rows:
            assert row["run_id"] == "run"
            assert row["status"] == last.get(row[key], row["status"])
            # What nobody told of never counts as passing, and says why.
            assert row[key] in last or (row["status"] in {Status.NOT_RUN, Status.NO_ARTIFACT} and row["reason"])


def built(*entries: dict) -> dict[str, dict]:
    made = tables.build(PLAN, tables.Journal([*entries]), "run", "cut short")
    return {row["cell_id"]: row for row in made["cells"].to_pylist()}


def artifact(name: str, status: Status, **more) -> dict:
    return {"kind": "artifact", "artifact_id": name, "status": str(status), "reason": None, **more}


def test_why_a_cell_was_not_tried() -> None:
    ok = [{"kind": "environment", "environment": name, "status": "ok", "reason": None} for name in ("old", "new")]
    cells = built(
        *ok,
        artifact("old/ridge/pickle", Status.OK, size_bytes=7, score=0.5),
        artifact("old/ridge/joblib", Status.CRASH),
    )
    told = {key: (row["status"], row["reason"]) for key, row in cells.items()}
    assert told["old/ridge/pickle>new/pickle"] == ("not-run", "cut short")
    assert told["old/ridge/joblib>new/joblib"] == ("no-artifact", "crash: None")
    assert told["old/forest/pickle>new/pickle"] == ("no-artifact", "not-run: cut short")
    assert told["old/ridge/pickle>none/pickle"] == ("not-run", "no wheels")
    assert told["none/ridge/pickle>new/pickle"] == ("no-artifact", "not-run: no wheels")
    row = cells["old/ridge/pickle>new/pickle"]
    assert (row["size_bytes"], row["score_producer"], row["load_seconds"]) == (7, 0.5, None)


def test_the_last_word_counts() -> None:
    cell = {"kind": "cell", "cell_id": "old/ridge/pickle>new/pickle", "reason": None}
    cells = built({**cell, "status": "ok"}, {**cell, "status": "drift"})
    assert cells["old/ridge/pickle>new/pickle"]["status"] == "drift"


def test_findings_can_be_asked_of_every_cell() -> None:
    cell = {"kind": "cell", "cell_id": "old/ridge/pickle>new/pickle", "reason": None, "status": "drift"}
    journal = tables.Journal([{**cell, "findings": ["labels", "dtype"], "tolerance_used": 2.5}])
    cells = tables.build(PLAN, journal, "run", "cut short")["cells"].to_pandas()
    (found,) = cells[cells.findings.map(lambda kinds: "labels" in kinds)].to_dict("records")
    assert (found["cell_id"], found["tolerance_used"]) == ("old/ridge/pickle>new/pickle", 2.5)
    assert cells.tolerance_used.isna().sum() == len(cells) - 1
