"""A run's memory while it runs: what is known, written to the journal as it comes, told to whoever watches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import parity
from harness.model import Status

if TYPE_CHECKING:
    from harness.plan import Plan
    from harness.progress import Progress
    from harness.store import RunFolder
    from harness.tables import Journal

_MANIFEST = (
    "estimator", "parameters", "methods", "outputs", "score_kind", "inputs_sha256", "train_sha256", "data_sha256",
    "code_sha256", "case", "cv_scores", "fitted_at",
)  # fmt: skip
#: Parts of a fit that are stored as objects of their own, because many fits share them or few readers want them.
_APART = ("inputs", "data", "code")


class Ledger:
    """Used by several threads; each row is one environment's, and an environment is one thread's."""

    def __init__(self, plan: Plan, folder: RunFolder, journal: Journal, progress: Progress) -> None:
        self.plan = plan
        self.folder = folder
        self.journal = journal
        self.progress = progress
        self._fitted: dict[str, dict[str, Any]] = {}

    def environment(self, name: str, row: dict[str, Any]) -> None:
        row = {"environment": name, **row}
        self.folder.record("environment", row)
        self.journal.add("environment", row)
        self.progress.environment(name, row["status"], row["reason"])

    def artifact(
        self,
        artifact_id: str,
        row: dict[str, Any],
        spooled: str | None,
        fitted: str | None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        """An artifact's outcome.

        Parameters
        ----------
        spooled : where the guest put its bytes.
        fitted : digest of its fit.
        facts : what the format tells of the bytes.
        """
        row["traceback"] = self.folder.keep_traceback(row.pop("traceback_text", None))
        row["artifact_id"] = artifact_id
        if row["status"] == Status.OK and spooled is not None:
            self.folder.adopt(Path(spooled), row["sha256"])
        if fitted is not None:
            fit = self.fitted(fitted)
            kept = [{"category": w["category"], "message": w["message"]} for w in fit["warnings"]]
            row["warnings"] = kept + row["warnings"]
            row |= {key: fit[key] for key in ("fit_seconds", "n_samples", "n_features", "score")}
            told = {key: fit.get(key) for key in _MANIFEST}
            row["manifest"] = json.dumps({"fitted_sha256": fitted, **told, "format": facts})
        self.folder.record("artifact", row)
        self.journal.add("artifact", row)
        self.progress.artifact()

    def cell(self, cell_id: str, row: dict[str, Any]) -> None:
        row["traceback"] = self.folder.keep_traceback(row.pop("traceback_text", None))
        row["cell_id"] = cell_id
        self.folder.record("cell", row)
        self.journal.add("cell", row)
        self.progress.cell(row)

    def keep_fitted(self, event: dict[str, Any]) -> str:
        """Store a fit's data, code and reference outputs as objects; return the digest of the whole."""
        left_out = {"event", "id", "task", "child", "alone", *_APART}
        fitted = {key: value for key, value in event.items() if key not in left_out}
        for part in _APART:
            fitted[f"{part}_sha256"] = self.folder.keep_object(json.dumps(event[part]).encode("ascii"))
        fitted["case"] = event["task"]["case"]
        fitted["score"] = None
        if fitted["score_kind"]:
            fitted["score"] = parity.score(fitted["score_kind"], fitted["reference"]["predict"], fitted["truth"])
        digest = self.folder.keep_object(json.dumps(fitted, sort_keys=True).encode("ascii"))
        self._fitted[digest] = fitted
        return digest

    def fitted(self, digest: str) -> dict[str, Any]:
        """What `keep_fitted` stored; read again after a resume. Raises ValueError when its bytes have changed."""
        if digest not in self._fitted:
            self._fitted[digest] = json.loads(self.folder.read_object(digest))
        return self._fitted[digest]
