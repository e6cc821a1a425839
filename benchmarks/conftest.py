"""What several benchmarks work on: the nightly profile, and a run of some ten thousand cells of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from harness.config import matrix
from harness.config.plan import Plan
from harness.store import RunFolder, tables

ROOT = Path(__file__).parent.parent
FIT = {
    "fitted_sha256": "f", "estimator": "sklearn.linear_model.Ridge", "parameters": {}, "fitted_at": 0.0, "score": 0.5,
    "score_kind": "r2", "cv_scores": [0.25, 0.75], "case": {"module": "m", "function": "f", "seed": 0}, "methods": [],
    "outputs": {}, "fit_seconds": 0.5, "n_samples": 60, "n_features": 2, "warnings": [], "train_sha256": "aa",
    "inputs_sha256": "bb", "data_sha256": "cc", "code_sha256": "dd",
}  # fmt: skip
OUTCOMES = (
    {"status": "ok", "reason": None, "parity": "identical", "version_warning": False, "findings": []},
    {"status": "ok", "reason": None, "parity": "close", "version_warning": True, "findings": [], "tolerance_used": 0.2},
    {"status": "drift", "reason": "predict_proba: 80 of 80 values differ by up to 0.15", "parity": "drift",
     "version_warning": True, "findings": ["probabilities"], "tolerance_used": 40.0},
    {"status": "load-error", "reason": "ModuleNotFoundError: No module named 'numpy._core'"},
)  # fmt: skip


@pytest.fixture(scope="session")
def nightly() -> Plan:
    loaded = matrix.load_matrix(ROOT / "matrix.yaml")
    return Plan(profile=loaded.profile("nightly", satisfiable=lambda _: True))


@pytest.fixture(scope="session")
def plan(nightly) -> Plan:
    """Some ten thousand cells of it."""
    profile = nightly.profile
    producing = [environment for environment in profile.environments if environment.produces][:6]
    few = dataclasses.replace(
        profile, environments=tuple(producing), cases=profile.cases[:20], formats=profile.formats[:12]
    )
    return Plan(profile=few)


@pytest.fixture(scope="session")
def folder(plan, tmp_path_factory):
    """A run of that plan, its journal full and its tables written."""
    made = RunFolder.create(tmp_path_factory.mktemp("results"), "nightly", {"matrix_digest": plan.digest})
    packages = '{"numpy": "2.1.3", "scikit-learn": "1.5.2"}'
    ready = {"status": "ok", "reason": None, "packages": packages, "blas": "[]", "lock_sha256": "ee", "cpu": "x"}
    made.journal.add("fit", FIT)
    for name in plan.environments:
        made.journal.add("environment", {"environment": name, **ready})
        for artifact in plan.artifacts(name):
            row = {
                "status": "ok",
                "reason": None,
                "size_bytes": 1000,
                "sha256": "ab",
                "fitted_sha256": "f",
                "facts": None,
            }
            made.journal.add("artifact", {"artifact_id": artifact.id, **row, "warnings": []})
        for place, cell in enumerate(plan.cells(name)):
            outcome = OUTCOMES[0 if place % 10 else place // 10 % len(OUTCOMES)]
            made.journal.add("cell", {"cell_id": cell.id, **outcome, "load_seconds": 1e-3, "predict_seconds": 1e-3})
    write_tables(plan, made)
    made.run |= {"seconds": 1.0, "complete": True, "finished": made.run["started"]}
    made.save_run()
    yield made
    made.close()


def write_tables(plan: Plan, folder: RunFolder) -> None:
    """As a run writes them at its end."""
    built = tables.Tables(plan, folder.journal, folder.run["run_id"], "not come to yet")
    folder.write_tables(built)
