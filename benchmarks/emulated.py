"""How long does an emulated environment take to load 300 artifacts, its import included?

    python -m benchmarks.emulated [ENVIRONMENT]

Two environments of this machine write what the profile `architectures` names, some 300 artifacts. Then the emulated one,
arm64 if no other is named, loads each of them once, while nothing else runs. Prints the seconds of that, and
what became of the cells; exit code 1 when they are more than two minutes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import analysis
from harness.analysis import columns
from harness import store

PRODUCERS = ("sk1.2.1-py3.11-np1.24-amd64", "sk1.3-py3.11-np1.26-amd64")
CONSUMER = "sk1.2.1-py3.11-np1.24-arm64"
MOST_SECONDS = 120.0


def main(consumer: str = CONSUMER) -> int:
    with tempfile.TemporaryDirectory() as results:
        command = [
            sys.executable,
            "-m",
            "harness",
            "run",
            "--profile",
            "architectures",
            "--results",
            results,
            "--cache",
            "none",
        ]
        dump = [word for name in PRODUCERS for word in ("--dump", name)]
        # Its root and packages are made now, if they are not there: it has nothing to load yet, but one cell of its own.
        subprocess.run([*command, *dump, "--dump", consumer], check=True, stdout=subprocess.DEVNULL)
        run = store.runs(Path(results))[-1]
        started = time.monotonic()
        subprocess.run([*command, "--run", run.name, "--load", consumer], check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - started
        cells = analysis.read_run(run).cells
    tried = cells[(cells.consumer == consumer) & cells.producer.isin(PRODUCERS) & (cells.status != "no-artifact")]
    counted = ", ".join(f"{count} {status}" for status, count in columns.counts(tried["status"]).items())
    print(f"{consumer}: {len(tried)} cells of {tried.artifact_id.nunique()} artifacts in {seconds:.1f} s ({counted})")
    return int(seconds > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
