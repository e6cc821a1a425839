"""Does a run of ten million cells stay within the memory of one of a million? `python -m benchmarks.many_cells 1000000 3000000`

No guest runs: made rows are planned, journalled, written as tables and made into a page, each number of cells in a process
of its own. Printed are processor seconds, seconds for a million cells, and how much memory each step added at its peak.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

from harness.cli.run_report import RunReport
from harness.config.plan import Plan
from harness.report.run_pages import PAGE
from harness.store import RunFolder, finishing
from tests.conftest import plan_of

ENVIRONMENTS = 50


def planned(cells: int) -> Plan:
    names = [f"sk1.{number}-py3.{number % 8 + 6}-np1.{number}-amd64" for number in range(ENVIRONMENTS)]
    one = plan_of(*names, cases=("case_0",))
    return plan_of(*names, cases=tuple(f"case_{number}" for number in range(math.ceil(cells / one.cell_count))))


def journalled(plan: Plan, folder: RunFolder) -> None:
    journal = folder.journal
    for name in plan.environments:
        journal.add("environment", {"environment": name, "status": "ok", "reason": None, "packages": "{}"})
        for artifact in plan.artifacts(name):
            row = {"artifact_id": artifact.id, "status": "ok", "reason": None, "size_bytes": 1000, "sha256": "0" * 64}
            journal.add("artifact", row)
    for name in plan.environments:
        for number, cell in enumerate(plan.cells(name)):
            if journal.has_cell(cell.id):
                continue
            drifts = number % 50 == 0
            journal.add(
                "cell",
                {
                    "cell_id": cell.id, "status": "drift" if drifts else "ok",
                    "reason": "predict differs" if drifts else None, "parity": "drift" if drifts else "identical",
                    "compared": ["predict", "predict_proba"], "max_abs_diff": 0.1 * drifts, "load_seconds": 0.001,
                    "version_warning": True, "warnings": [{"category": "InconsistentVersionWarning", "message": "x" * 80}],
                },
            )  # fmt: skip


def held() -> tuple[int, int]:
    """Bytes in memory now, and the most since the last call."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    Path("/proc/self/clear_refs").write_text("5")
    return int(told["VmRSS"].split()[0]) << 10, int(told["VmHWM"].split()[0]) << 10


def measured(cells: int) -> None:
    plan = planned(cells)
    count = plan.cell_count
    with tempfile.TemporaryDirectory() as place:
        folder = RunFolder.begin(
            Path(place) / "run",
            {
                "run_id": "20260101T000000Z-large-0000", "profile": "large", "started": "2026-01-01T00:00:00+00:00",
                "schema_version": 4, "host": {}, "seconds": None, "harness_version": "0", "matrix_digest": plan.digest,
            },
        )  # fmt: skip
        report = RunReport()
        steps = {
            "planned": lambda: deque((cell for name in plan.environments for cell in plan.cells(name)), maxlen=0),
            "journalled": lambda: journalled(plan, folder),
            "written": lambda: finishing.finish(plan, folder, cut_short="not begun"),
            "packed": lambda: report.write(folder.path),
        }
        begun, _ = held()
        for name, step in steps.items():
            started = time.process_time()
            step()
            seconds = time.process_time() - started
            now, most = held()
            print(
                f"{count:>12,} cells {name:11} {seconds:8.1f} s, {seconds / count * 1e6:6.1f} s a million, "
                f"memory {(now - begun) >> 20:6} MB more than at the start, {(most - begun) >> 20:6} MB at most",
                flush=True,
            )
        page = folder.path / PAGE
        print(f"{count:>12,} cells: the page has {page.stat().st_size / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cells", type=int, nargs="+")
    asked = parser.parse_args().cells
    if len(asked) == 1:
        measured(asked[0])
    for number in asked if len(asked) > 1 else ():  # what one leaves behind in memory is not the next one's
        subprocess.run([sys.executable, "-m", "benchmarks.many_cells", str(number)], check=True)
