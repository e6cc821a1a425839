"""Do the figures agree with others' clocks? pyperf on the same loads, /usr/bin/time on the same cold starts, ls on sizes.

    python -m benchmarks.witness RUN --profile performance --matrix matrix.yaml

RUN is a finished run of that profile on this machine. It takes every measured cell of the readers below, on processors
that are as quiet as they were. pyperf times the load as people write it; /usr/bin/time -v measures the resident peak of
the cold start. Prints both figures of each; exit code 1 when any differs by more than 10 %.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from harness import analysis
from harness.config import matrix
from harness import terms, store
from harness.environments import Folders, local, lock
from harness.environments.stage import stage
from harness.machine import tools
from harness.config.plan import Plan
from harness.run import loading
from harness.run.recorder import Recorder
from harness.run.progress import Progress

WITHIN = 0.10
#: The load as people write it, by format and reader.
LOADS = {
    "pickle/pickle": ("import pickle, gc; gc.disable()", "with open({path!r}, 'rb') as f: pickle.load(f)"),
    "joblib/joblib": ("import joblib, gc; gc.disable()", "joblib.load({path!r})"),
    "joblib/joblib-mmap": ("import joblib, gc; gc.disable()", "joblib.load({path!r}, mmap_mode='r')"),
    "cloudpickle/cloudpickle": (
        "import cloudpickle, gc; gc.disable()",
        "with open({path!r}, 'rb') as f: cloudpickle.load(f)",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    cell_id: str
    figure: str
    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


def main() -> int:
    options = arguments()
    os.environ["HARNESS_MATRIX"] = str(options.matrix.resolve())
    run = analysis.read_run(options.run)
    plan = Plan(profile=matrix.load_matrix(options.matrix).profile(options.profile, satisfiable=lambda _: True))
    folder = store.RunFolder.reopen(options.run)
    recorder = Recorder(plan, folder, Progress(Console(quiet=True), environments=0, artifacts=0, cells=0))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        pyperf = installed("pyperf", Path(scratch) / "site")
        for cell in measured(plan, run):
            rows += held_against(cell, recorder, run, pyperf, Path(scratch))
    folder.close()
    return print_rows(rows)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--profile", default="performance")
    parser.add_argument("--matrix", type=Path, default=Path("matrix.yaml"))
    return parser.parse_args()


def installed(package: str, place: Path) -> Path:
    """A package in a folder of its own, so that the environments stay what their locks say."""
    subprocess.run([tools.uv(), "pip", "install", "--quiet", "--target", place, package], check=True)
    return place


def measured(plan: Plan, run: store.RunTables) -> list[terms.Cell]:
    there = set(run.figures.loc[run.figures["rounds"] > 0, "cell_id"])
    cells = (cell for name in plan.environments for group in plan.measured(name) for cell in group)
    return [cell for cell in cells if cell.id in there and f"{cell.artifact.format}/{cell.reader}" in LOADS]


def held_against(cell: terms.Cell, recorder: Recorder, run: store.RunTables, pyperf: Path, scratch: Path) -> list[Row]:
    environment = recorder.plan.environments[cell.consumer]
    locked = lock.Lock(text=(run.path / f"locks/{cell.consumer}.txt").read_text())
    command = local.build(environment, locked, folders=Folders(stage=stage([])), limits=terms.Limits()).command
    task = loading.load_task(recorder, cell, cell.id)
    figures = run.figures[run.figures["cell_id"] == cell.id].set_index("figure")["median"]
    size = run.cells.set_index("cell_id").loc[cell.id, "size_bytes"]
    found = [
        Row(
            cell_id=cell.id,
            figure="load_seconds",
            ours=figures["load_seconds"],
            theirs=timed(cell, task, command, pyperf),
        ),
        Row(cell_id=cell.id, figure="size_bytes", ours=size, theirs=os.stat(task["artifact"]).st_size),
    ]
    if "cold_start_peak_bytes" in figures and figures["cold_start_peak_bytes"] > 0:
        seconds, peak = started(task, command, scratch)
        found += [
            Row(cell_id=cell.id, figure="cold_start_peak_bytes", ours=figures["cold_start_peak_bytes"], theirs=peak),
            Row(cell_id=cell.id, figure="cold_start_seconds", ours=figures["cold_start_seconds"], theirs=seconds),
        ]
    return found


def timed(cell: terms.Cell, task: dict[str, Any], command: Any, pyperf: Path) -> float:
    """The median of pyperf's values for the same load. Seconds."""
    setup, statement = LOADS[f"{cell.artifact.format}/{cell.reader}"]
    output = pyperf / "timed.json"
    output.unlink(missing_ok=True)
    words = ["-m", "pyperf", "timeit", "--quiet", "--processes", "10", "--output", output, "--inherit-environ"]
    words += ["PYTHONPATH,OPENBLAS_NUM_THREADS,OMP_NUM_THREADS", "--affinity", str(tools.quiet_processor() or 0)]
    words += ["-s", setup, statement.format(path=task["artifact"])]
    variables = {**command.variables, "PYTHONPATH": str(pyperf), "HOME": str(pyperf)}
    subprocess.run([command.argv[0], *map(str, words)], check=True, env=variables, stdout=subprocess.DEVNULL)
    runs = json.loads(output.read_text())["benchmarks"][0]["runs"]
    values = sorted(value for one in runs for value in one.get("values", ()))
    return float(values[len(values) // 2])


def started(task: dict[str, Any], command: Any, scratch: Path) -> tuple[float, float]:
    """Seconds and resident peak of the same cold start, as /usr/bin/time tells them: the median of five."""
    file = scratch / "task.json"
    file.write_text(json.dumps(task))
    found = []
    for _ in range(5):
        words = ["/usr/bin/time", "-v", *command.argv, "cold", str(file)]
        done = subprocess.run(words, check=True, env=command.variables, capture_output=True, text=True)
        peak = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", done.stderr)[1]) * 1024
        minutes, seconds = re.search(r"Elapsed .*: (?:\d+:)?(\d+):([\d.]+)", done.stderr).groups()
        found.append((60 * int(minutes) + float(seconds), float(peak)))
    return sorted(found)[2]


def print_rows(rows: list[Row]) -> int:
    table = Table("cell", "figure", "ours", "theirs", "ours/theirs")
    for row in rows:
        style = "" if abs(row.ratio - 1) <= WITHIN else "red"
        table.add_row(row.cell_id, row.figure, f"{row.ours:.6g}", f"{row.theirs:.6g}", f"{row.ratio:.3f}", style=style)
    Console(width=160).print(table)
    return int(any(abs(row.ratio - 1) > WITHIN for row in rows))


if __name__ == "__main__":
    sys.exit(main())
