"""Runs made by hand: cells by their ids, and samples by figure."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from harness import terms
from harness.analysis.cells import explained
from harness.analysis.compare.ranks import SamplePair  # noqa: F401

HOST = {"fingerprint": "0123456789abcdef", "machine": "x86_64"}
BASE, NEW = "20260101T000000Z-default-0000", "20260102T000000Z-default-0000"
SAMPLE = ("cell_id", "figure", "values", "processor_yardstick", "memory_yardstick")


def parts(cell_id: str) -> dict[str, str]:
    """Columns of ``old/ridge/pickle>new/pickle``."""
    artifact, _, rest = cell_id.partition(">")
    producer, case, form = artifact.split("/")
    consumer, reader = rest.split("/")
    return {
        "artifact_id": artifact,
        "producer": producer,
        "case": case,
        "format": form,
        "consumer": consumer,
        "reader": reader,
    }


def cell(cell_id: str, status: str = "ok", **more):
    row = {
        "cell_id": cell_id, **parts(cell_id), "family": "linear", "status": status, "reason": None, "error_type": None,
        "error_message": None, "parity": None, "findings": [], "label_mismatch": None, "version_warning": False, "load_peak_bytes": np.nan,
    }  # fmt: skip
    row |= {f"{side}_emulated": False for side in ("producer", "consumer")}
    row |= {f"{side}_arch": "amd64" for side in ("producer", "consumer")}
    if status == "drift":
        row |= {"reason": "predict: 3 of 40 labels differ", "findings": ["labels"]}
    elif status != "ok":
        row |= {"reason": f"{status}: it went wrong", "error_type": "ValueError"}
    return {**row, **more}


def artifact(artifact_id: str, status: str = "ok", **more):
    producer, case, form = artifact_id.split("/")
    row = {"artifact_id": artifact_id, "producer": producer, "case": case, "family": "linear", "format": form}
    return {**row, "status": status, "reason": None, "error_type": None, "size_bytes": 1000, "manifest": None, **more}


def environment(name: str, status: str = "ok", **packages: str):
    text = json.dumps(packages) if status == "ok" else None
    return {"environment": name, "status": status, "reason": None, "packages": text, "python": "3.12.1"}


def grid(producers=("old", "new"), consumers=("old", "new"), cases=("ridge", "forest"), formats=("pickle", "joblib")):
    return [f"{p}/{c}/{f}>{e}/{f}" for e in consumers for p in producers for c in cases for f in formats]


def run_of(cells=(), *, artifacts=None, environments=None, samples=(), run_id=BASE, host=HOST, **facts):
    """A run; of cells or ids, of artifacts by default those of the cells, all written."""
    rows = [cell(one) if isinstance(one, str) else one for one in cells]
    table = pd.DataFrame(rows, columns=list(cell("p/c/f>e/r")))
    if artifacts is None:
        artifacts = [artifact(one) for one in dict.fromkeys(table["artifact_id"])]
    names = dict.fromkeys([*table["producer"], *table["consumer"]])
    environments = [environment(name, numpy="2.1.0") for name in names] if environments is None else environments
    environments = pd.DataFrame(environments, columns=list(environment("e")))
    artifacts = pd.DataFrame(artifacts, columns=list(artifact("p/c/f")))
    return SimpleNamespace(
        path=Path("results") / run_id,
        run={
            "run_id": run_id,
            "host": host,
            "profile": "default",
            "matrix_digest": "0",
            "harness_version": "0",
            **facts,
        },
        environments=environments,
        artifacts=artifacts,
        cells=explained(table, artifacts, environments, converts=terms.converts),
        samples=pd.DataFrame(list(samples), columns=list(SAMPLE)),
        figures=pd.DataFrame(columns=["cell_id", "figure", "stable"]),
    )


def sampled(cell_id: str, figure: str, values, processor=None, memory=None):
    """Samples of a figure: each child measured one value, and perhaps what the machine was like."""
    sticks = [
        np.full(len(values), np.nan) if s is None else np.broadcast_to(s, len(values)) for s in (processor, memory)
    ]
    return [(cell_id, figure, np.array([value]), *those) for value, *those in zip(values, *sticks)]


def again(run, **changes):
    """The same run, later."""
    return SimpleNamespace(**{**vars(run), "run": {**run.run, "run_id": NEW}, **changes})
