"""Runs written by hand: what a history reads of them, and no more."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

DAY = dt.datetime(2026, 11, 1, 20, 0, tzinfo=dt.UTC)
PACKAGES = {"joblib": "1.4.2", "numpy": "2.1.3"}
_CELLS = pa.schema(
    [
        ("cell_id", pa.string()), ("artifact_id", pa.string()), ("status", pa.string()), ("parity", pa.string()),
        ("size_bytes", pa.int64()), ("consumer_emulated", pa.bool_()), ("load_seconds", pa.float64()),
    ]
)  # fmt: skip


def cell(case: str = "ridge", fmt: str = "joblib", reader: str | None = None, consumer: str = "new") -> str:
    return f"old/{case}/{fmt}>{consumer}/{reader or fmt}"


def store(
    results: Path,
    place: int,
    *,
    seconds: dict[str, float] | None = None,
    figure: str = "load_seconds",
    unit: str = "s",
    statuses: dict[str, str] | None = None,
    reasons: dict[str, str] | None = None,
    sizes: dict[str, int] | None = None,
    packages: dict[str, dict[str, str]] | None = None,
    emulated: bool = False,
    rounds: int = 5,
    fingerprint: str | None = "a" * 16,
    **facts: object,
) -> Path:
    """Store the run of one day; figures, statuses and sizes by cell id."""
    started = DAY + dt.timedelta(days=place)
    path = results / f"{started:%Y%m%dT%H%M%SZ}-nightly-{place:04}"
    path.mkdir(parents=True)
    run = {
        "run_id": path.name, "profile": "nightly", "started": started.isoformat(), "finished": started.isoformat(),
        "complete": True, "schema_version": 2, "harness_version": "0.1.0", "matrix_digest": "m",
        "host": {"fingerprint": fingerprint} if fingerprint else {}, **facts,
    }  # fmt: skip
    (path / "run.json").write_text(json.dumps(run))
    environments = [
        {
            "environment": name,
            "python": "3.12.4",
            "packages": json.dumps({**PACKAGES, **(packages or {}).get(name, {})}),
        }
        for name in ("old", "new")
    ]
    pd.DataFrame(environments).to_parquet(path / "environments.parquet")
    names = sorted({*(seconds or {}), *(statuses or {}), *(sizes or {})})
    rows = [
        {
            "cell_id": name,
            "artifact_id": name.partition(">")[0],
            "status": (statuses or {}).get(name, "ok"),
            "parity": None,
            "size_bytes": (sizes or {}).get(name),
            "consumer_emulated": emulated,
            "load_seconds": 1.0 + place,  # observed once, beside others: never to be taken for a measurement
        }
        for name in names
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=_CELLS), path / "cells.parquet")
    artifacts = {row["artifact_id"]: (reasons or {}).get(row["cell_id"]) or "ok" for row in rows}
    table = [{"artifact_id": name, "status": reason.partition(":")[0]} for name, reason in artifacts.items()]
    pd.DataFrame(table, columns=["artifact_id", "status"]).to_parquet(path / "artifacts.parquet")
    if seconds is not None:
        figures = [
            {"cell_id": name, "figure": figure, "unit": unit, "rounds": rounds, "median": value, "stable": True}
            for name, value in seconds.items()
        ]
        pd.DataFrame(figures).to_parquet(path / "figures.parquet")
    return path
