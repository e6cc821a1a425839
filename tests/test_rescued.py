"""What `benchmarks.rescued` counts as broken, as over, and as gone."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd

from benchmarks.rescued import is_over, share, trials

GONE = [{"case": "Gone", "until": "1.5", "in": "1.6"}]
ANSWERED = frozenset({"predict", "predict(float32)", "coef_"})


def cell(status: str, *differing: str) -> dict[str, object]:
    return {"status": status, "differing": list(differing)}


def test_over_is_what_predicts_as_the_writer_did_wherever_that_answered() -> None:
    assert is_over(cell("ok"), ANSWERED)
    assert is_over(cell("drift", "coef_", "predict(missing values)"), ANSWERED)
    assert not is_over(cell("drift", "predict"), ANSWERED)
    assert not is_over(cell("drift", "predict(float32)", "coef_"), ANSWERED)
    for status in ("load-error", "predict-error", "unsupported", "refused", "timeout", "not-run", "incomparable"):
        assert not is_over(cell(status), ANSWERED), status


def run(*rows: tuple[str, ...], unknown: str = "") -> SimpleNamespace:
    """A run of cells: releases of both sides, case, and the status in each format; of a class that the last knows not."""
    cells, artifacts = [], []
    for old, new, case, *statuses in rows:
        for name, status in zip(("pickle", "portable", "onnx", "sklearn-migrator"), statuses, strict=False):
            known = f"{old}/{case}/{name}"
            told = {"artifact_id": known, "case": case, "format": name, "status": status, "reason": unknown or "why"}
            sides = {"producer": old, "consumer": new, "producer_sklearn": old, "consumer_sklearn": new}
            cells.append({**told, **sides, "differing": ["predict"]})
            manifest = json.dumps({"estimator": f"sklearn.tree._classes.{case}"})
            artifacts.append({"artifact_id": known, "status": "ok", "manifest": manifest})
    return SimpleNamespace(cells=pd.DataFrame(cells), artifacts=pd.DataFrame(artifacts))


def test_only_ways_to_newer_releases_count_and_what_is_gone_stands_beside() -> None:
    stored = run(
        ("1.2.2", "1.6.1", "A", "load-error", "ok"),
        ("1.2.2", "1.6.1", "B", "drift", "drift"),
        ("1.2.2", "1.6.1", "C", "ok", "load-error"),
        ("1.2.2", "1.6.1", "Gone", "load-error", "unsupported"),
        ("1.6.1", "1.7.2", "Gone", "load-error", "unsupported"),
        ("1.6.1", "1.2.2", "A", "load-error", "ok"),
        ("1.6.1", "1.6.1", "A", "ok", "ok"),
    )
    known = {name: frozenset({"predict"}) for name in stored.artifacts["artifact_id"]}
    found = {(one.pair, one.case): one for one in trials(stored, known, GONE)}
    old = ("1.2.2", "1.6.1")
    assert set(found) == {(old, "A"), (old, "B"), (old, "C"), (old, "Gone"), (("1.6.1", "1.7.2"), "Gone")}
    assert found[old, "A"].broken
    assert found[old, "A"].over
    assert found[old, "A"].family == "tree"
    assert found[old, "B"].broken
    assert not found[old, "B"].over
    assert not found[old, "C"].broken
    assert found[old, "Gone"].gone
    assert not found[("1.6.1", "1.7.2"), "Gone"].gone
    assert share(found.values()) == (1, 3)


def test_onnx_counts_where_all_of_it_agrees_and_the_other_migrator_on_its_own_classes() -> None:
    way = ("1.2.2", "1.6.1")
    stored = run((*way, "A", "load-error", "load-error", "ok", "ok"), (*way, "B", "drift", "ok", "drift", "drift"))
    known = {name: frozenset({"predict"}) for name in stored.artifacts["artifact_id"]}
    found = {one.case: one for one in trials(stored, known, GONE)}
    assert (found["A"].over, found["A"].predicts, found["A"].migrated) == (False, True, True)
    assert (found["B"].over, found["B"].predicts, found["B"].migrated) == (True, True, False)
    other = run((*way, "A", "load-error", "ok", "ok", "no-artifact"), unknown="sklearn-migrator knows no A")
    assert [one.migrated for one in trials(other, known, GONE)] == [None]
    bare = run((*way, "A", "load-error", "load-error"))
    assert [(one.predicts, one.migrated) for one in trials(bare, known, GONE)] == [(False, None)]
