"""One artifact: where it came from, what became of it, and how to make the model again."""

from __future__ import annotations

import json
import os
import shlex
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from harness.config.problems import unknown
from harness.errors import InputError
from harness.machine import interpreters

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.console import Console

    from harness.store import RunTables

#: Packages that are named first; the lock has them all.
_FIRST = ("scikit-learn", "numpy", "scipy", "joblib", "cloudpickle", "skops", "skl2onnx", "onnx", "threadpoolctl")


def find(tables: RunTables, artifact_id: str) -> dict[str, Any]:
    """The row of an artifact, with its manifest decoded and what became of its cells. Raises InputError."""
    rows = tables.artifacts[tables.artifacts["artifact_id"] == artifact_id]
    if rows.empty:
        raise InputError(f"{tables.path}: {unknown('artifact', artifact_id, list(tables.artifacts['artifact_id']))}")
    row = {str(name): _plain(value) for name, value in rows.iloc[0].items()}
    row["manifest"] = json.loads(row["manifest"] or "null")
    cells = tables.cells[tables.cells["artifact_id"] == artifact_id]
    row["cells"] = dict(Counter(cells["status"]).most_common())
    return row


def _plain(value: Any) -> Any:
    """A value of a table as JSON has it; None for what was not measured."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124  # NaN


def rebuild_commands(tables: RunTables, row: dict[str, Any], stage: Path) -> list[str]:
    """Shell commands that make the model again from what the run has stored."""
    manifest, run = row["manifest"], os.path.relpath(tables.path)
    environment: pd.Series[Any] = tables.environments.set_index("environment").loc[row["producer"]]
    minor = ".".join(str(environment["python"]).split(".")[:2])
    python = str(interpreters.find(minor) or environment["python"])  # uv does not look where pyenv keeps them
    pip = ["uv", "pip", "install", "--python", "rebuilt", "--require-hashes", "-r", f"{run}/{manifest['lock']}"]
    threads = "OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "
    start = ["rebuilt/bin/python", "-I", os.path.relpath(stage), "rebuild", run, manifest["fitted_sha256"]]
    return [
        shlex.join(["uv", "venv", "--python", python, "rebuilt"]),
        shlex.join(pip),
        threads + shlex.join([*start, f"{row['case']}.pickle"]),
    ]


def show(row: dict[str, Any], commands: list[str], console: Console) -> None:
    """Print it. All text of models and packages is escaped."""
    console.print(f"\n[bold]{escape(row['artifact_id'])}[/]  {escape(row['status'])}", soft_wrap=True)
    if row["reason"]:
        console.print(escape(row["reason"]), soft_wrap=True)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _lines(row):
        table.add_row(name, escape(value))
    console.print(table)
    if commands:
        told = "what it predicts is compared, since no two pickles have the same bytes"
        console.print(f"\nTo make the model again, and hold it against what was stored ({told}):")
        for command in commands:
            console.print(f"  {escape(command)}", soft_wrap=True)
    console.print()


def _lines(row: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [
        ("bytes", "none" if row["size_bytes"] is None else f"{row['size_bytes']:,.0f}, sha256 {row['sha256']}"),
        ("loaded by", ", ".join(f"{count} {status}" for status, count in row["cells"].items()) or "nobody"),
    ]
    manifest = row["manifest"]
    if manifest is None:
        return lines
    code, data, scores = manifest["code"], manifest["data"], manifest["cross_validation"]
    named = ", ".join(f"{name}={value}" for name, value in sorted(manifest["parameters"].items()))
    held_out = manifest["held_out_score"]
    packages = manifest["packages"] or {}
    first = [name for name in _FIRST if name in packages]
    platform = manifest["platform"]
    first_argument = f"{code['estimator']!r}, " if code["estimator"] else ""
    called = f"{code['function']}({first_argument}seed={code['seed']})"
    kept = data["object"]
    if not data.get("stored", True):
        kept = f"too large to be stored: made again by the code, sha256 {data['train_sha256']}, described in {kept}"
    spread = "none" if scores is None else f"{scores['mean']:.4f} ± {scores['std']:.4f} over {scores['folds']} folds"
    listed = ", ".join(f"{name} {packages[name]}" for name in first)
    return [
        *lines,
        ("estimator", f"{manifest['estimator']}({named})"),
        ("compared", ", ".join(manifest["methods"])),
        ("fitted", f"{manifest['fitted_at']}, in {row['fit_seconds']:.3f} s"),
        ("cross-validation", spread),
        ("held-out score", "none" if held_out is None else f"{held_out['kind']} {held_out['value']:.4f}"),
        ("training data", f"{data['n_samples']} x {data['n_features'] or '?'}, {kept}"),
        ("held-out data", data["inputs_object"]),
        ("code", f"{code['module']}.{called}, {code['object']}"),
        ("format tells", json.dumps(manifest["format"]) if manifest["format"] else "nothing"),
        ("Python", f"{manifest['python']} on {platform['platform']}, {platform['cpu'] or 'processor unknown'}"),
        ("packages", f"{listed}; all {len(packages)} in {manifest['lock']}"),
        ("BLAS", "; ".join(f"{pool['internal_api']} {pool['version']}" for pool in manifest["blas"] or ())),
    ]  # fmt: skip
