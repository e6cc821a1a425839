"""The provenance of an artifact: what scikit-learn's documentation asks to keep beside a persisted model."""

from __future__ import annotations

import datetime as dt
import json
import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def manifest(fit: Mapping[str, Any], facts: object, environment: Mapping[str, Any]) -> dict[str, Any]:
    """One artifact's manifest.

    Parameters
    ----------
    fit : what the journal has of its fit.
    facts : what the format says of its bytes, such as an ONNX graph's opset; None if it says nothing.
    environment : the producer's row of the environments table.

    Objects lie in the run's folder under ``objects/``, by their sha256.
    """
    code = dict(fit["case"]) | {"sha256": fit["code_sha256"], "object": place(fit["code_sha256"])}
    return {
        "estimator": fit["estimator"],
        "parameters": fit["parameters"],
        "parts": fit.get("parts"),  # older journals have none
        "input": fit.get("input"),  # as above
        **({"reach": fit["reach"]} if "reach" in fit else {}),  # only of a user's model
        "fitted_at": dt.datetime.fromtimestamp(fit["fitted_at"], dt.UTC).isoformat(timespec="seconds"),
        "code": code,
        "data": {
            "train_sha256": fit["train_sha256"],
            "stored": fit.get("data_stored", True),  # older journals always stored the data
            "sha256": fit["data_sha256"],
            "object": place(fit["data_sha256"]),
            "inputs_sha256": fit["inputs_sha256"],
            "inputs_object": place(fit["inputs_sha256"]),
            "n_samples": fit["n_samples"],
            "n_features": fit["n_features"],
        },
        "cross_validation": cross_validation(fit["cv_scores"]),
        "held_out_score": None if fit["score"] is None else {"kind": fit["score_kind"], "value": fit["score"]},
        "methods": [*fit["methods"], *fit.get("probes", ())],  # all that is compared
        "not_compared": fit.get("not_compared"),  # older journals do not say it
        "written": fit.get("written"),
        "outputs": fit["outputs"],
        "fitted_sha256": fit["fitted_sha256"],
        "format": facts,
        "packages": json.loads(environment.get("packages") or "null"),
        "platform": {name: environment.get(name) for name in ("platform", "arch", "byteorder", "bits", "libc", "cpu")},
        "python": environment.get("python"),
        "blas": json.loads(environment.get("blas") or "null"),
        "lock": f"locks/{environment['environment']}.txt",
        "lock_sha256": environment.get("lock_sha256"),
    }


def place(digest: str) -> str:
    """Where an object lies within its run."""
    return f"objects/{digest[:2]}/{digest}"


def cross_validation(scores: list[float] | None) -> dict[str, Any] | None:
    """Scores of the folds, their mean and (population) standard deviation; None for estimators without a score."""
    if scores is None:
        return None
    return {"folds": len(scores), "scores": scores, "mean": statistics.fmean(scores), "std": statistics.pstdev(scores)}
