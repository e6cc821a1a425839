"""Examples of rules as the tables of a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from harness.analysis.causes.schema import Example, Side


def tables(examples: Sequence[Example]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Cells, artifacts and environments of a run in which each example is a cell, in their order."""
    cells, artifacts, environments = [], [], []
    for number, example in enumerate(examples):
        here, there = f"producer-{number}", f"consumer-{number}"
        cells.append(_cell(example, here, there))
        artifacts.append({"producer": here, "case": example.case, "manifest": json.dumps(_manifest(example))})
        environments += [_environment(here, example.producer), _environment(there, example.consumer)]
    return pd.DataFrame(cells), pd.DataFrame(artifacts), pd.DataFrame(environments)


def _cell(example: Example, here: str, there: str) -> dict[str, Any]:
    columns = ("error_type", "error_message", "reason", "case", "family", "format", "reader", "also_at_home")
    facts = {name: getattr(example, name) for name in columns}
    return facts | {
        "status": str(example.status),
        "findings": [str(finding) for finding in example.findings],
        "differing": list(example.outputs),
        "producer": here,
        "consumer": there,
    }


def _manifest(example: Example) -> dict[str, Any]:
    outer, *inner = example.estimators or ("Some",)
    within = {"within": ", ".join(f"{name}()" for name in inner)} if inner else {}
    return {"estimator": f"sklearn.some.{outer}", "parameters": within | dict(example.parameters)}


def _environment(name: str, side: Side) -> dict[str, Any]:
    packages = {key: value for key, value in side.packages.items() if key != "python"}
    return {
        "environment": name,
        "python": side.packages.get("python"),
        "packages": json.dumps(packages),
        "own": json.dumps(side.own),
        "arch": side.arch,
        "byteorder": side.byteorder,
        "bits": side.bits,
    }
