"""Small runs for `ask`, made by hand."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pandas as pd
from rich.console import Console

from harness.analysis.ask import ask
from harness.analysis.ask.index import Index
from harness.analysis.cells import explained
from harness.report import ask as rendering
from tests.analysis.compare.common import artifact, cell, grid, run_of

VERSIONS = {"old": "1.2.2", "new": "1.5.2", "new2": "1.5.2"}


def part(name: str, path: str = "", **parameters: str):
    return {"class": f"sklearn.{name}", "path": path, "parameters": {key: repr(it) for key, it in parameters.items()}}


def manifest(*parts, not_compared=None, **more):
    return {
        "estimator": parts[0]["class"],
        "parameters": {},
        "parts": list(parts),
        "not_compared": not_compared or {},
        **more,
    }


#: What the cases fit: three forests, a pipeline that has one, a ridge of an older run, which tells less.
MODELS = {
    "ridge": {"estimator": "sklearn.linear_model._ridge.Ridge", "parameters": {"alpha": "1.0"}},
    "forest": manifest(part("Forest", criterion="gini")),
    "forest_entropy": manifest(part("Forest", criterion="entropy")),
    "forest_plain": manifest(part("Forest", criterion="gini")),
    "spam": manifest(part("Pipeline"), part("Counter", "steps[0]"), part("Forest", "steps[1]", criterion="gini")),
}


def environment(name: str, status: str = "ok", versions=None):
    version = (versions or VERSIONS)[name]
    packages = {"scikit-learn": version, "numpy": "2.1.0" if name == "new2" else "1.26.4"}
    facts = {"packages": json.dumps(packages), "sklearn": packages["scikit-learn"], "numpy": packages["numpy"]}
    if status != "ok":
        facts |= {"packages": None}
    return {"environment": name, "status": status, "reason": None, "python": "3.12.1", **facts}


def stored(
    *special,
    names=("old", "new", "new2"),
    cases=tuple(MODELS),
    formats=("pickle", "joblib", "onnx"),
    models=MODELS,
    started="2026-11-21T20:30:00+00:00",
    versions=None,
    unfitted=(),
):
    """A run in which everything is identical but for these cells.

    ``unfitted`` are pairs (producer, case) that no release of the producer knows.
    """
    known = {row["cell_id"]: row for row in special}
    rows = []
    for identifier in grid(names, names, cases, formats):
        row = {
            **cell(identifier, parity="identical", max_abs_diff=0.0, compared=["predict"]),
            **known.get(identifier, {}),
        }
        if (row["producer"], row["case"]) in unfitted:
            row |= {"status": "no-artifact", "parity": None, "reason": "unsupported: no such loss here"}
        rows.append(row)
    lost = {row["artifact_id"] for row in rows if str(row["reason"]).startswith("not-run")}
    artifacts = []
    for identifier in dict.fromkeys(row["artifact_id"] for row in rows):
        producer, case, _ = identifier.split("/")
        absent = (producer, case) in unfitted
        fitted = None if absent or case not in models else json.dumps(models[case])
        status = "unsupported" if absent else "not-run" if identifier in lost else "ok"
        artifacts.append({**artifact(identifier, manifest=fitted), "status": status})
    made = run_of(artifacts=artifacts, started=started)
    environments = pd.DataFrame([environment(name, versions=versions) for name in names])
    cells = explained(pd.DataFrame(rows), made.artifacts, environments)
    return SimpleNamespace(**{**vars(made), "cells": cells, "environments": environments})


def asked(*runs, estimator="forest", producers=("1.2",), consumers=("1.5",), **given):
    indexes = [run if isinstance(run, Index) else Index.from_tables(run) for run in runs]
    return ask(indexes, estimator, producers=producers, consumers=consumers, **given)


def shown(answer, *, width=200, verbose=False) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    rendering.show([answer], console, verbose=verbose, how=verbose)
    return console.file.getvalue()
