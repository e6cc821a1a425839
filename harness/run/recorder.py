"""Records each outcome of a run as it comes: in the journal, among the objects, on the progress display."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from harness import judging
from harness.judging import outcome
from harness.machine import hardware
from harness.store.rows import MeasurementRow, short
from harness.terms import Status, split_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.config.plan import Plan
    from harness.messages import CaseTask, Fitted
    from harness.run.progress import Progress
    from harness.store import RunFolder
    from harness.store.rows import ArtifactRow, CellRow, EnvironmentRow, FitRow, Sample

#: Parts of a fit that are stored as objects of their own: many fits share them, or few readers need them.
_APART = ("inputs", "data", "code")
#: Parts of a fit that are in the journal. The whole fit is stored as an object.
_IN_THE_JOURNAL = (
    "estimator", "parameters", "parts", "input", "methods", "probes", "not_compared", "written", "outputs",
    "score_kind", "score", "cv_scores", "fit_seconds", "fitted_at", "n_samples", "n_features", "data_stored",
    "train_sha256", "inputs_sha256", "data_sha256", "code_sha256", "case",
)  # fmt: skip
#: Parts of a fit that a loaded model is asked, or held against: a cell depends on these, and on no time.
_REFERENCE = (
    "reference", "truth", "methods", "probes", "not_compared", "conditioning", "written", "outputs", "score_kind",
    "score", "cv_scores", "input", "n_samples", "inputs_sha256",
)  # fmt: skip
#: Fits whose reference outputs stay in memory: those of one case by all producers, for each busy consumer.
_FITS_AT_HAND = 256


_LONGEST_FIT = 4_000_000  # characters; the longest of all estimators' has 60,000


class Recorder:
    """Used by several threads; each row is one environment's, and an environment is one thread's."""

    def __init__(
        self,
        plan: Plan,
        folder: RunFolder,
        progress: Progress,
        told: Callable[[str], object] = lambda name: None,  # noqa: ARG005
    ) -> None:
        """``told`` is called with the name of an environment that has loaded, or that cannot be had."""
        self._told = told
        self.plan = plan
        self.folder = folder
        self.journal = folder.journal
        self.progress = progress
        self.cut_short: dict[str, str] = {}  # by environment, why not all of its tasks were tried
        self.measured_on: dict[str, dict[str, Any]] = {}  # by environment, facts of its machine, where it is another
        self.fitted = lru_cache(maxsize=_FITS_AT_HAND)(self._read_fitted)

    def environment(self, name: str, row: dict[str, Any]) -> None:
        row = {"environment": name, "at": dt.datetime.now(dt.UTC).isoformat(), **row}
        self.journal.add("environment", cast("EnvironmentRow", row))
        self.progress.environment(name, row["status"], row["reason"])
        if row["status"] != Status.OK:
            self._told(name)

    def artifact(
        self,
        artifact_id: str,
        row: dict[str, Any],
        spooled: str | None,
        fitted: str | None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        """Record an artifact's outcome.

        Parameters
        ----------
        spooled : path of the file that the guest wrote; None if it wrote none.
        fitted : digest of its fit.
        facts : what the format says of the bytes, for the manifest.
        """
        row["traceback"] = self.folder.keep_traceback(row.pop("traceback_text", None))
        row |= {"artifact_id": artifact_id, "fitted_sha256": fitted, "facts": facts}
        row = short(row)
        if row["status"] == Status.OK and spooled is not None:
            spool = self.folder.path / "spool" / artifact_id.partition("/")[0]
            self.folder.adopt(Path(spooled), row["sha256"], spool=spool)
        self.journal.add("artifact", cast("ArtifactRow", row))
        self.progress.artifact()

    def cell(self, cell_id: str, row: dict[str, Any]) -> None:
        row["traceback"] = self.folder.keep_traceback(row.pop("traceback_text", None))
        row = short({**row, "cell_id": cell_id})
        self.journal.add("cell", cast("CellRow", row))
        self.progress.cell(row)
        self._told(split_id(cell_id)[3])

    def seconds_since_start(self) -> float:
        """Seconds since the run began; a resumed run keeps its first beginning."""
        began = dt.datetime.fromisoformat(self.folder.run["started"])
        return (dt.datetime.now(dt.UTC) - began).total_seconds()

    def measurement(self, cell_id: str, samples: list[Sample], missing: dict[str, str]) -> None:
        """Record the samples of a cell, and by figure why any is missing. See `harness.run.measuring`."""
        host = self.measured_on.get(split_id(cell_id)[3]) or hardware.facts()
        row = MeasurementRow(cell_id=cell_id, samples=samples, missing=missing, host=host)
        self.journal.add("measurement", row)
        self.progress.measured()

    def keep_fitted(self, event: Fitted, case: CaseTask) -> str:
        """Store a fit's data, code and reference outputs as objects; return the digest of the whole."""
        fitted, apart = fit_of(event, case)
        for content in apart:
            self.folder.keep_object(content)
        digest = self.folder.keep_object(json.dumps(fitted, sort_keys=True).encode("ascii"))
        told = (*_IN_THE_JOURNAL, *(("reach",) if "reach" in fitted else ()))
        row = {"fitted_sha256": digest, "warnings": fitted["warnings"], **{key: fitted[key] for key in told}}
        row["reference_sha256"] = reference_digest(fitted)
        if len(json.dumps(row)) > _LONGEST_FIT:
            raise ValueError(f"what it tells of its fit is longer than {_LONGEST_FIT} characters")
        self.journal.add("fit", cast("FitRow", row))
        return digest

    def keep_fit(self, row: FitRow) -> None:
        """Record a fit of an earlier run, whose objects are there."""
        if row["fitted_sha256"] not in self.journal.fits:
            self.journal.add("fit", row)

    def _read_fitted(self, digest: str) -> dict[str, Any]:
        """What `keep_fitted` stored. Raises ValueError when its bytes have changed."""
        fitted: dict[str, Any] = json.loads(self.folder.read_object(digest))
        return fitted


def fit_of(event: Fitted, case: CaseTask) -> tuple[dict[str, Any], list[bytes]]:
    """What is stored of a fit, and its parts that are objects of their own. Raises ValueError for nonsense."""
    left_out = {"event", "id", "child", *_APART}
    fitted: dict[str, Any] = {key: value for key, value in event.items() if key not in left_out}
    apart = [json.dumps(dict(event)[part]).encode("ascii") for part in _APART]
    for part, content in zip(_APART, apart, strict=True):
        fitted[f"{part}_sha256"] = hashlib.sha256(content).hexdigest()
    fitted["case"] = case
    fitted["warnings"] = outcome.warnings_of(event["warnings"])
    for name in ("n_samples", "n_features"):
        outcome.whole(fitted.get(name), name)
    if fitted.get("fit_seconds") is not None:
        outcome.number(fitted["fit_seconds"], "fit_seconds", outcome.FOREVER)
    fitted["score"] = None
    if fitted["score_kind"]:
        fitted["score"] = judging.score(fitted["score_kind"], fitted["reference"]["predict"], fitted["truth"])
    return fitted, apart


def reference_digest(fitted: Mapping[str, Any]) -> str:
    """The sha256 of what a fit's loaded models are asked and held against."""
    held = {name: fitted.get(name) for name in _REFERENCE}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode("ascii")).hexdigest()
