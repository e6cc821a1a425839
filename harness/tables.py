"""The tables: what was planned joined with what the journal holds. Every planned row is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from harness.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.plan import Plan

_TEXT = pa.string()
_WARNINGS = pa.list_(pa.struct([("category", _TEXT), ("message", _TEXT)]))
_ERROR = [("status", _TEXT), ("reason", _TEXT), ("error_type", _TEXT), ("error_message", _TEXT)]
_SIDE = [("python", _TEXT), ("sklearn", _TEXT), ("numpy", _TEXT), ("arch", _TEXT), ("emulated", pa.bool_())]


def _schema(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema(list(columns))


ENVIRONMENTS = _schema(
    ("run_id", _TEXT), ("environment", _TEXT), ("status", _TEXT), ("reason", _TEXT), ("kind", _TEXT),
    ("origin", _TEXT), ("platform", _TEXT), ("arch", _TEXT), ("emulated", pa.bool_()), ("as_of", _TEXT),
    ("python", _TEXT), ("sklearn", _TEXT), ("numpy", _TEXT), ("packages", _TEXT), ("lock_sha256", _TEXT),
    ("how_built", _TEXT), ("seconds", pa.float64()), ("blas", _TEXT), ("cpu", _TEXT), ("byteorder", _TEXT),
    ("bits", pa.int64()), ("libc", _TEXT), ("variables", _TEXT),
)  # fmt: skip
ARTIFACTS = _schema(
    ("run_id", _TEXT), ("artifact_id", _TEXT), ("producer", _TEXT), ("case", _TEXT), ("family", _TEXT),
    ("format", _TEXT), *_ERROR, ("warnings", _WARNINGS), ("fit_seconds", pa.float64()),
    ("dump_seconds", pa.float64()), ("size_bytes", pa.int64()), ("sha256", _TEXT), ("score", pa.float64()),
    ("n_samples", pa.int64()), ("n_features", pa.int64()), ("manifest", _TEXT), ("traceback", _TEXT),
)  # fmt: skip
CELLS = _schema(
    ("run_id", _TEXT), ("cell_id", _TEXT), ("artifact_id", _TEXT), ("producer", _TEXT), ("consumer", _TEXT),
    ("case", _TEXT), ("family", _TEXT), ("format", _TEXT), ("reader", _TEXT), *_ERROR, ("warnings", _WARNINGS),
    ("version_warning", pa.bool_()), ("original_sklearn_version", _TEXT), ("parity", _TEXT),
    ("compared", pa.list_(_TEXT)), ("max_abs_diff", pa.float64()), ("max_rel_diff", pa.float64()),
    ("max_ulp_diff", pa.float64()), ("label_mismatch", pa.float64()), ("score", pa.float64()),
    ("score_producer", pa.float64()), ("load_seconds", pa.float64()), ("load_seconds_min", pa.float64()),
    ("load_seconds_iqr", pa.float64()), ("load_rounds", pa.int64()), ("first_load_seconds", pa.float64()),
    ("predict_seconds", pa.float64()), ("cold_start_seconds", pa.float64()), ("load_peak_bytes", pa.int64()),
    ("load_private_bytes", pa.int64()), ("mapped_arrays", pa.int64()),
    ("mapped_bytes", pa.int64()), ("mmap_readers", pa.int64()), ("mmap_pss_bytes", pa.int64()),
    ("mmap_private_bytes", pa.int64()), ("size_bytes", pa.int64()), ("traceback", _TEXT),
    *[(f"{side}_{name}", kind) for side in ("producer", "consumer") for name, kind in _SIDE],
)  # fmt: skip


class Journal:
    """What is known so far, by id."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self.environments: dict[str, dict[str, Any]] = {}
        self.artifacts: dict[str, dict[str, Any]] = {}
        self.cells: dict[str, dict[str, Any]] = {}
        self.fitted: dict[str, dict[str, Any]] = {}
        for entry in entries:
            self.add(entry.pop("kind"), entry)

    def add(self, kind: str, row: dict[str, Any]) -> None:
        key = {"environment": "environment", "artifact": "artifact_id", "cell": "cell_id", "fitted": "fitted_id"}[kind]
        place = {
            "environment": self.environments,
            "artifact": self.artifacts,
            "cell": self.cells,
            "fitted": self.fitted,
        }[kind]
        place[row[key]] = row


def build(plan: Plan, journal: Journal, run_id: str, cut_short: str) -> dict[str, pa.Table]:
    """The three tables of a run. ``cut_short`` is the reason of rows that were never come to."""
    environments = {row["environment"]: row for row in _environments(plan, journal, cut_short)}
    artifacts = {row["artifact_id"]: row for row in _artifacts(plan, journal, environments, cut_short)}
    cells = list(_cells(plan, journal, environments, artifacts, cut_short))
    tables = {
        "environments": (environments.values(), ENVIRONMENTS),
        "artifacts": (artifacts.values(), ARTIFACTS),
        "cells": (cells, CELLS),
    }
    return {
        name: pa.Table.from_pylist([{**row, "run_id": run_id} for row in rows], schema=schema)
        for name, (rows, schema) in tables.items()
    }


def _environments(plan: Plan, journal: Journal, cut_short: str) -> Iterator[dict[str, Any]]:
    for environment in plan.profile.environments:
        yield {
            "environment": environment.name,
            "status": str(Status.NOT_RUN),
            "reason": plan.impossible.get(environment.name, cut_short),
            "kind": environment.kind,
            "origin": environment.origin,
            "platform": environment.platform,
            "arch": environment.arch,
            "as_of": str(environment.as_of),
            "python": environment.python,
            "sklearn": environment.scikit_learn,
            "numpy": environment.numpy,
            **journal.environments.get(environment.name, {}),
        }


def _artifacts(
    plan: Plan, journal: Journal, environments: Mapping[str, dict[str, Any]], cut_short: str
) -> Iterator[dict[str, Any]]:
    cases = plan.cases
    for name, environment in environments.items():
        for artifact in plan.artifacts(name):
            row = journal.artifacts.get(artifact.id)
            if row is None:
                reason = cut_short if environment["status"] == Status.OK else environment["reason"]
                row = {"status": str(Status.NOT_RUN), "reason": reason}
            yield {
                "artifact_id": artifact.id,
                "producer": name,
                "case": artifact.case,
                "family": cases[artifact.case].family,
                "format": artifact.format,
                **row,
            }


def _cells(
    plan: Plan,
    journal: Journal,
    environments: Mapping[str, dict[str, Any]],
    artifacts: Mapping[str, dict[str, Any]],
    cut_short: str,
) -> Iterator[dict[str, Any]]:
    sides = {side: {name: _side(side, row) for name, row in environments.items()} for side in ("producer", "consumer")}
    for consumer, environment in environments.items():
        for cell in plan.cells(consumer):
            artifact = artifacts[cell.artifact.id]
            row = journal.cells.get(cell.id) or _untried(artifact, environment, cut_short)
            yield {
                "cell_id": cell.id,
                "consumer": consumer,
                "reader": cell.reader,
                **{key: artifact[key] for key in ("artifact_id", "producer", "case", "family", "format")},
                "size_bytes": artifact.get("size_bytes"),
                "score_producer": artifact.get("score"),
                **sides["producer"][cell.artifact.producer],
                **sides["consumer"][consumer],
                **row,
            }


def _untried(artifact: dict[str, Any], environment: dict[str, Any], cut_short: str) -> dict[str, Any]:
    if environment["status"] != Status.OK:
        return {"status": str(Status.NOT_RUN), "reason": environment["reason"]}
    if artifact["status"] == Status.OK:
        return {"status": str(Status.NOT_RUN), "reason": cut_short}
    return {"status": str(Status.NO_ARTIFACT), "reason": f"{artifact['status']}: {artifact['reason']}"}


def _side(side: str, environment: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{side}_{name}": environment.get(name) for name, _ in _SIDE}


def environment_row(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an environment that its guest told of."""
    packages = facts["packages"]
    return {
        "python": facts["python"],
        "sklearn": packages.get("scikit-learn"),
        "numpy": packages.get("numpy"),
        "packages": json.dumps(packages),
        "blas": json.dumps(facts["blas"]),
        "cpu": facts["cpu"],
        "byteorder": facts["byteorder"],
        "bits": facts["bits"],
        "libc": facts["libc"],
        "variables": json.dumps(facts["variables"]),
        "emulated": False,
    }
