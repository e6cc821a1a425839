"""The tables of a run: the plan joined with the journal. Every planned row is there, whatever happened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from harness.store import figures
from harness.store.journal import clean
from harness.store.manifest import manifest
from harness.store.rows import MeasurementRow
from harness.terms import LOADED, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.config.plan import Plan
    from harness.store.journal import Journal
    from harness.store.rows import ArtifactRow, CellRow
    from harness.terms import Artifact, Cell, Environment

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
    ("estimators", _TEXT), ("implementation", _TEXT), ("python_build", _TEXT), ("cpu_features", _TEXT),
    ("own", _TEXT),
)  # fmt: skip
ARTIFACTS = _schema(
    ("run_id", _TEXT), ("artifact_id", _TEXT), ("producer", _TEXT), ("case", _TEXT), ("family", _TEXT),
    ("format", _TEXT), *_ERROR, ("warnings", _WARNINGS), ("fit_seconds", pa.float64()),
    ("dump_seconds", pa.float64()), ("size_bytes", pa.int64()), ("sha256", _TEXT), ("score", pa.float64()),
    ("n_samples", pa.int64()), ("n_features", pa.int64()), ("manifest", _TEXT), ("traceback", _TEXT),
    ("reused_from", _TEXT),
)  # fmt: skip
CELLS = _schema(
    ("run_id", _TEXT), ("cell_id", _TEXT), ("artifact_id", _TEXT), ("producer", _TEXT), ("consumer", _TEXT),
    ("case", _TEXT), ("family", _TEXT), ("format", _TEXT), ("reader", _TEXT), *_ERROR, ("warnings", _WARNINGS),
    ("version_warning", pa.bool_()), ("original_sklearn_version", _TEXT), ("parity", _TEXT),
    ("compared", pa.list_(_TEXT)), ("differing", pa.list_(_TEXT)), ("findings", pa.list_(_TEXT)),
    ("max_abs_diff", pa.float64()),
    ("max_rel_diff", pa.float64()), ("max_ulp_diff", pa.float64()), ("tolerance_used", pa.float64()),
    ("label_mismatch", pa.float64()), ("score", pa.float64()),
    ("score_producer", pa.float64()), ("load_seconds", pa.float64()), ("load_seconds_min", pa.float64()),
    ("load_seconds_iqr", pa.float64()), ("load_rounds", pa.int64()), ("first_load_seconds", pa.float64()),
    ("evicted_load_seconds", pa.float64()), ("load_stable", pa.bool_()),
    ("predict_seconds", pa.float64()), ("cold_start_seconds", pa.float64()), ("cold_start_peak_bytes", pa.int64()),
    ("load_peak_bytes", pa.int64()), ("load_private_bytes", pa.int64()), ("mapped_arrays", pa.int64()),
    ("mapped_bytes", pa.int64()), ("mmap_readers", pa.int64()), ("mmap_pss_bytes", pa.int64()),
    ("mmap_private_bytes", pa.int64()), ("size_bytes", pa.int64()), ("traceback", _TEXT),
    ("reused_from", _TEXT),
    *[(f"{side}_{name}", kind) for side in ("producer", "consumer") for name, kind in _SIDE],
)  # fmt: skip
FIGURES = _schema(
    ("run_id", _TEXT), ("cell_id", _TEXT), ("figure", _TEXT), ("unit", _TEXT), ("rounds", pa.int64()),
    ("median", pa.float64()), ("min", pa.float64()), ("max", pa.float64()), ("mean", pa.float64()),
    ("stddev", pa.float64()), ("iqr", pa.float64()), ("stable", pa.bool_()), ("reason", _TEXT),
)  # fmt: skip
SAMPLES = _schema(
    ("run_id", _TEXT), ("cell_id", _TEXT), ("figure", _TEXT), ("guest", pa.int64()), ("child", pa.int64()),
    ("at", pa.float64()), ("values", pa.list_(pa.float64())), ("processor_yardstick", pa.float64()),
    ("memory_yardstick", pa.float64()),
)  # fmt: skip
SCHEMAS = {
    "environments": ENVIRONMENTS, "artifacts": ARTIFACTS, "cells": CELLS, "figures": FIGURES, "samples": SAMPLES,
}  # fmt: skip


class Tables:
    """Rows of the five tables, made one by one. Afterwards ``waiting`` is whether any was never tried."""

    def __init__(
        self, plan: Plan, journal: Journal, run_id: str, cut_short: str, reasons: Mapping[str, str] | None = None
    ) -> None:
        """``cut_short`` is the reason of rows that nothing was tried for; ``reasons`` gives others by environment."""
        self._plan = plan
        self._journal = journal
        self._run_id = run_id
        self._cut_short = cut_short
        self._reasons = reasons or {}
        self.environments = {
            environment.name: self._environment(environment) for environment in plan.profile.environments
        }
        self.waiting = any(self._is_awaited(environment) for environment in plan.profile.environments)

    def _is_awaited(self, environment: Environment) -> bool:
        """Whether an environment had something to do and was not begun."""
        if environment.name in self._journal.environments or environment.name in self._plan.impossible:
            return False
        written = (row["status"] == Status.OK for row in self._journal.artifacts.values())
        return environment.produces or any(written)

    def _why_waiting(self, environment: str) -> str:
        return self._reasons.get(environment, self._cut_short)

    def _environment(self, environment: Environment) -> dict[str, Any]:
        return {
            "run_id": self._run_id,
            "environment": environment.name,
            "status": str(Status.NOT_RUN),
            "reason": self._plan.impossible.get(environment.name, self._why_waiting(environment.name)),
            "kind": environment.kind,
            "origin": environment.origin,
            "platform": environment.platform,
            "arch": environment.arch,
            "as_of": str(environment.as_of),
            "python": environment.python,
            "sklearn": environment.scikit_learn,
            "numpy": environment.numpy,
            "own": json.dumps(environment.own),
            **self._journal.environments.get(environment.name, {}),
        }

    def each(self) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
        """Every table by its name, with its rows."""
        yield "environments", self.environments.values()
        yield "artifacts", self.artifacts()
        yield "cells", self.cells()
        yield "figures", self.figures()
        yield "samples", self.samples()

    def artifacts(self) -> Iterator[dict[str, Any]]:
        for producer in self.environments:
            for artifact in self._plan.artifacts(producer):
                yield self._artifact(artifact)

    def _artifact(self, artifact: Artifact) -> dict[str, Any]:
        row = self._journal.artifacts.get(artifact.id) or self._unwritten(artifact)
        fit = self._journal.fits.get(row.get("fitted_sha256") or "")
        columns: dict[str, Any] = {}
        if fit is not None:
            columns = {key: dict(fit)[key] for key in ("fit_seconds", "n_samples", "n_features", "score")}
            if row.get("reused_from") is not None:  # a figure is that of the run that measured it
                columns["fit_seconds"] = None
            columns["warnings"] = [*fit["warnings"], *row.get("warnings", ())]
            columns["manifest"] = json.dumps(manifest(fit, row.get("facts"), self.environments[artifact.producer]))
        return {
            "run_id": self._run_id,
            "artifact_id": artifact.id,
            "producer": artifact.producer,
            "case": artifact.case,
            "family": self._plan.cases[artifact.case].family,
            "format": artifact.format,
            **row,
            **columns,
        }

    def _unwritten(self, artifact: Artifact) -> ArtifactRow:
        environment = self.environments[artifact.producer]
        reason = environment["reason"]
        if environment["status"] == Status.OK:
            self.waiting = True
            reason = self._why_waiting(artifact.producer)
        return {"artifact_id": artifact.id, "status": str(Status.NOT_RUN), "reason": reason}

    def measured_cells(self) -> Iterator[dict[str, Any]]:
        """The rows of the cells that are to be measured: few, of a run that may have millions."""
        return self.cells(self._to_measure())

    def cells(self, some: Iterable[Cell] | None = None) -> Iterator[dict[str, Any]]:
        """Every cell that is planned, or ``some``."""
        every = (cell for consumer in self.environments for cell in self._plan.cells(consumer))
        producers = {name: _side("producer", row) for name, row in self.environments.items()}
        consumers = {name: _side("consumer", row) for name, row in self.environments.items()}
        cases = self._plan.cases
        for cell in every if some is None else some:
            artifact = self._journal.artifacts.get(cell.artifact.id) or self._unwritten(cell.artifact)
            fit = self._journal.fits.get(artifact.get("fitted_sha256") or "")
            row = self._journal.cell(cell.id) or self._untried(cell, artifact)
            yield {
                "run_id": self._run_id,
                "cell_id": cell.id,
                "artifact_id": cell.artifact.id,
                "producer": cell.artifact.producer,
                "consumer": cell.consumer,
                "case": cell.artifact.case,
                "family": cases[cell.artifact.case].family,
                "format": cell.artifact.format,
                "reader": cell.reader,
                "findings": [],  # never null, so that `"labels" in findings` can be asked of every cell
                "size_bytes": artifact.get("size_bytes"),
                "score_producer": None if fit is None else fit.get("score"),
                **producers[cell.artifact.producer],
                **consumers[cell.consumer],
                **row,
                **self._measured(cell),
            }

    def _measured(self, cell: Cell) -> dict[str, Any]:
        """The columns of a cell that come from its samples."""
        measured = self._journal.measurement(cell.id)
        measure = self._plan.profile.measure
        if measured is None or measure is None:
            return {}
        return figures.columns(measured, measure)

    def figures(self) -> Iterator[dict[str, Any]]:
        """One row for each figure of each cell that is to be measured, whatever its outcome."""
        for cell in self._to_measure():
            measured = self._journal.measurement(cell.id) or MeasurementRow(cell_id=cell.id, samples=[], missing={})
            for row in figures.rows(measured, self._plan.profile.measure, otherwise=self._why_unmeasured(cell)):
                yield {"run_id": self._run_id, "cell_id": cell.id, **row}

    def samples(self) -> Iterator[dict[str, Any]]:
        for cell in self._to_measure():
            measured = self._journal.measurement(cell.id)
            for sample in () if measured is None else measured["samples"]:
                yield {"run_id": self._run_id, "cell_id": cell.id, **sample}

    def _to_measure(self) -> Iterator[Cell]:
        return (cell for name in self.environments for cells in self._plan.measured(name) for cell in cells)

    def _why_unmeasured(self, cell: Cell) -> str:
        """The reason of a figure without a sample, if nothing else is known."""
        row = self._journal.cell(cell.id)
        if row is None:
            artifact = self._journal.artifacts.get(cell.artifact.id) or self._unwritten(cell.artifact)
            row = self._untried(cell, artifact)
        if row["status"] not in LOADED:
            return f"{row['status']}: {row['reason']}"
        self.waiting = self.waiting or not self._journal.has_measurement(cell.id)
        return self._why_waiting(cell.consumer)

    def _untried(self, cell: Cell, artifact: ArtifactRow) -> CellRow:
        environment = self.environments[cell.consumer]
        if environment["status"] != Status.OK:
            return {"cell_id": cell.id, "status": str(Status.NOT_RUN), "reason": environment["reason"]}
        if artifact["status"] == Status.OK:
            self.waiting = True
            return {"cell_id": cell.id, "status": str(Status.NOT_RUN), "reason": self._why_waiting(cell.consumer)}
        reason = f"{artifact['status']}: {artifact['reason']}"
        return {"cell_id": cell.id, "status": str(Status.NO_ARTIFACT), "reason": reason}


def _side(side: str, environment: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{side}_{name}": environment.get(name) for name, _ in _SIDE}


def environment_row(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an environment that its guest reported."""
    facts = clean(dict(facts))  # before it is JSON, in which escapes hide from the journal
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
        "estimators": json.dumps(facts.get("estimators")),
        "implementation": facts.get("implementation"),
        "python_build": facts.get("build"),
        "cpu_features": json.dumps(facts.get("cpu_features")),
    }
