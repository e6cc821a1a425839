"""`nox -s bench` is run by hand and its figures are asserted nowhere: here it is seen that it runs at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_benchmark_runs_once() -> None:
    """Those that build environments are left out: they take minutes."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-disable", "-k", "not live"]
    done = subprocess.run([*command, "benchmarks"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.strip().splitlines()[-1]
    assert "passed" in last and "1 deselected" in last and "skipped" not in last, last


def test_the_one_that_builds_environments_can_be_collected() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", "-m", "live"]
    done = subprocess.run([*command, "benchmarks"], cwd=ROOT, capture_output=True, text=True)
    assert "test_cells_per_second" in done.stdout, done.stdout + done.stderr
