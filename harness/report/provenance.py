"""One artifact's provenance on a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

#: Packages that are named first; the lock has them all.
_FIRST = ("scikit-learn", "numpy", "scipy", "joblib", "cloudpickle", "skops", "skl2onnx", "onnx", "threadpoolctl")


def show(row: dict[str, Any], commands: list[str], console: Console) -> None:
    """Print the provenance of an artifact. Text of models and packages is escaped."""
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
        why = "predictions are compared, since no two pickles have the same bytes"
        console.print(f"\nTo rebuild the model, and compare it with what was stored ({why}):")
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
        ("not compared", ", ".join(manifest.get("not_compared") or ()) or "nothing that is known"),
        ("fitted", f"{manifest['fitted_at']}, in {row['fit_seconds']:.3f} s"),
        ("cross-validation", spread),
        ("held-out score", "none" if held_out is None else f"{held_out['kind']} {held_out['value']:.4f}"),
        ("training data", f"{data['n_samples']} x {data['n_features'] or '?'}, {kept}"),
        ("held-out data", data["inputs_object"]),
        ("code", f"{code['module']}.{called}, {code['object']}"),
        ("format says", json.dumps(manifest["format"]) if manifest["format"] else "nothing"),
        ("Python", f"{manifest['python']} on {platform['platform']}, {platform['cpu'] or 'processor unknown'}"),
        ("packages", f"{listed}; all {len(packages)} in {manifest['lock']}"),
        ("BLAS", "; ".join(f"{pool['internal_api']} {pool['version']}" for pool in manifest["blas"] or ())),
    ]  # fmt: skip
