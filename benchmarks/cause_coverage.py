"""How much of what is broken or drifts in a run has a cause, and a sample to judge the causes by hand.

    python -m benchmarks.cause_coverage results/reference
    python -m benchmarks.cause_coverage results/reference --sample 100 --seed 1

The first prints three shares: of broken and drifting cells, of their distinct (status, error, message), and of the
distinct steps that drift (a case from one producer's versions to one consumer's). Then it prints the cells of each cause
and the most frequent texts without one. The second prints cells drawn at random with everything that a reader needs.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harness.analysis import causes
from harness.store import RunTables, read_run
from harness.terms import BROKEN, Status

#: What tells of a text: two cells with the same of these have one signature.
SIGNATURE = ["status", "error_type", "error_message"]
#: What tells of a step: the case and the versions on both sides.
STEP = ["case", "producer_sklearn", "producer_numpy", "producer_python", "consumer_sklearn", "consumer_numpy", "consumer_python"]  # fmt: skip
#: Packages that a reader of a sample wants to see.
TOLD = ("python", "scikit-learn", "numpy", "scipy", "joblib", "cloudpickle", "skops", "skl2onnx", "onnxruntime")
TEXT = 400  # characters of a message


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Shares with a cause, and what they are of."""

    cells: float
    signatures: float
    steps: float
    counts: tuple[int, int, int]


def judged(run: RunTables) -> pd.DataFrame:
    """The broken and drifting cells of a run, with their causes."""
    found = causes.traced(run.cells, run.artifacts, run.environments)
    rows = run.cells.join(found)
    asked = rows[rows["status"].isin([str(status) for status in BROKEN | {Status.DRIFT}])].copy()
    return asked.assign(known=asked["cause"] != causes.UNKNOWN)


def coverage(rows: pd.DataFrame) -> Coverage:
    """A signature or a step counts as known if each of its cells has a cause."""
    texts = rows.groupby(SIGNATURE, dropna=False)["known"].all()
    steps = rows[rows["status"] == str(Status.DRIFT)].groupby(STEP, dropna=False)["known"].all()
    shares = [float(known.mean()) if len(known) else 1.0 for known in (rows["known"], texts, steps)]
    cells, signatures, drifting = shares
    return Coverage(cells=cells, signatures=signatures, steps=drifting, counts=(len(rows), len(texts), len(steps)))


def report(rows: pd.DataFrame) -> str:
    found = coverage(rows)
    lines = [
        f"cells       {found.cells:7.2%} of {found.counts[0]:,}",
        f"signatures  {found.signatures:7.2%} of {found.counts[1]:,}",
        f"steps       {found.steps:7.2%} of {found.counts[2]:,}",
        "",
        *(f"{count:8,}  {cause}" for cause, count in rows["cause"].value_counts().items()),
        "",
        "without a cause:",
        *unknown(rows[~rows["known"]]),
    ]
    return "\n".join(lines)


def unknown(rows: pd.DataFrame, most: int = 20) -> list[str]:
    """The most frequent texts, and the cases that drift."""
    drifts = rows["status"] == str(Status.DRIFT)
    texts = rows["error_message"].fillna(rows["reason"]).where(~drifts, rows["case"] + " as " + rows["format"])
    found = (rows["status"] + " " + rows["error_type"].fillna("") + ": " + texts.str.slice(0, 120)).value_counts()
    return [f"{count:8,}  {text}" for text, count in found.head(most).items()]


def sample(run: RunTables, rows: pd.DataFrame, number: int, seed: int) -> str:
    """Cells drawn at random, each with what its cause can be judged by."""
    drawn = rows.sample(min(number, len(rows)), random_state=seed).sort_values(["cause", "cell_id"])
    held = {row["environment"]: packages(row) for row in run.environments.to_dict("records")}
    manifests = run.artifacts.set_index("artifact_id")["manifest"]
    return "\n\n".join(describe(row, held, manifests) for row in drawn.to_dict("records"))


def packages(row: dict[str, object]) -> str:
    versions = json.loads(str(row["packages"])) if isinstance(row["packages"], str) else {}
    versions |= {"python": row["python"]}
    return ", ".join(f"{name} {versions[name]}" for name in TOLD if versions.get(name))


def describe(row: dict[str, object], held: dict[str, str], manifests: pd.Series) -> str:
    message = row["error_message"] if isinstance(row["error_message"], str) else row["reason"]
    text = str(message)
    short = text if len(text) <= TEXT else f"{text[: TEXT // 2]} ... {text[-TEXT // 2 :]}"
    manifest = manifests.get(row["artifact_id"])
    fitted = json.loads(manifest) if isinstance(manifest, str) else {}
    parameters = {key: value for key, value in (fitted.get("parameters") or {}).items() if value != "None"}
    return "\n".join(
        [
            f"{row['cause']}  ({row['since']}, {row['upstream']})",
            f"  {row['cell_id']}",
            f"  {row['status']} {row['error_type'] if isinstance(row['error_type'], str) else ''}: {short}",
            f"  findings {', '.join(row['findings'])}" if len(row["findings"]) else "  no findings",
            f"  {fitted.get('estimator')} {json.dumps(parameters)[:300]}",
            f"  from {held[str(row['producer'])]}",
            f"  to   {held[str(row['consumer'])]}",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="the folder of a finished run")
    parser.add_argument("--sample", type=int, metavar="N", help="print so many cells instead")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    arguments = parser.parse_args()
    run = read_run(arguments.run)
    rows = judged(run)
    print(sample(run, rows, arguments.sample, arguments.seed) if arguments.sample else report(rows))


if __name__ == "__main__":
    main()
