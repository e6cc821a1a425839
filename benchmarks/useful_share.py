"""Where do a run's processor seconds go? `python -m benchmarks.useful_share`, on Linux.

Nothing is reused. The environments are built by a run before it, if they must be. What it prints of the run:

fit, dump, load, predict   as the rows of its tables say: one fit of a producer's case, one dump of an artifact, one load of
                           a cell and its methods once. What the producer calls for its reference, what is fitted for
                           a cross-validation, controls, second tries and what is measured are not among them.
imports                    of guests, from their start until they are ready
rest                       everything else, of the host and of the guests

The seconds are those of processors, user and system, of the host and of every process that came from it. Guests tell
wall time in their rows. So a copy of the harness is run in which they read the processor's clock instead.

    python -m benchmarks.useful_share --beside d374198 --matrix benchmarks/former_default.yaml

runs the same beside another commit, in turn, and prints the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
#: The guest's modules whose seconds are in the rows.
TIMED = ("fitting.py", "probes.py", "work.py")
#: Runs a command of the harness, and writes what it took. It is run with any commit's harness.
RUNNER = """
import json, os, resource, sys, time
told, sys.argv = sys.argv[1], ["harness", *sys.argv[2:]]
import harness
# Where d374198 has them. An installed harness might give what this one lacks, so nothing is tried.
if os.path.isdir(os.path.join(harness.__path__[0], "running")):
    from harness.cli import main
    from harness.running.conversation import Guest
else:
    from harness.cli.program import main
    from harness.run.guest_process import Guest
imports = []
hello = Guest.hello
def timed(self, *given):
    facts = hello(self, *given)
    with open(f"/proc/{self._process.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    imports.append(sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"))  # its own, and of what it waited for
    return facts
Guest.hello = timed
started, code = time.monotonic(), 0
try:
    code = main()
except SystemExit as ended:
    code = ended.code
def seconds(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
host, guests = seconds(resource.RUSAGE_SELF), seconds(resource.RUSAGE_CHILDREN)
told_of = {"wall": time.monotonic() - started, "imports": sum(imports), "guests_started": len(imports),
           "host": host[0], "guests": guests[0], "host_bytes": host[1], "largest_guest_bytes": guests[1]}
with open(told, "w") as file:
    json.dump(told_of, file)
sys.exit(code)
"""


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        sides = [Side("this checkout", of_checkout(Path(folder) / "here"), options)]
        if options.beside:
            sides.append(Side(options.beside, of_commit(options.beside, Path(folder) / "beside"), options))
        for side in sides:
            side.warm_up()
        print(f"{'':22}" + "".join(f"{side.name[:14]:>15}" for side in sides) + (" " * 9 + "ratio") * options.is_pair)
        for _ in range(options.rounds):
            print_table([side.measured() for side in sides])
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--matrix", type=Path, default=ROOT / "matrix.yaml")
    parser.add_argument("--profile", default="default")
    parser.add_argument("--beside", metavar="COMMIT", help="Run this commit of the harness, too.")
    parser.add_argument("--no-measure", action="store_true", help="Measure nothing, in this checkout.")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--workspace", type=Path, default=ROOT / ".nox" / "useful-share", help="For environments and runs."
    )
    options = parser.parse_args()
    options.is_pair = bool(options.beside)
    return options


def of_checkout(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", ".git", ".nox", "results", "docs")
    shutil.copytree(ROOT, folder, ignore=ignored, symlinks=True)
    return with_processor_clock(folder)


def of_commit(commit: str, folder: Path) -> Path:
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", commit], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return with_processor_clock(folder)


def with_processor_clock(folder: Path) -> Path:
    """Let guests read the processor's clock where they time what is in the rows."""
    for path in (folder / "harness" / "guest" / name for name in TIMED):
        if path.exists():
            path.write_text(path.read_text().replace("perf_counter", "process_time"))
    return folder


class Side:
    """One harness, with environments and runs of its own."""

    def __init__(self, name: str, harness: Path, options: argparse.Namespace) -> None:
        self.name = name
        self.folder = options.workspace.resolve() / name.replace(" ", "-")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._harness = harness
        self._profile = options.profile
        text = options.matrix.read_text()
        terms = harness / "harness" / "terms.py"
        if terms.exists() and "class Compare" in terms.read_text():
            self._words = ["--cache", "none", *(["--no-measure"] if options.no_measure else [])]
        else:  # d374198: it reuses nothing, and compares nothing but methods
            self._words = []
            text = "".join(line for line in text.splitlines(keepends=True) if line.strip() != "compare: methods")
        self._matrix = self.folder / "matrix.yaml"
        self._matrix.write_text(text)

    def warm_up(self) -> None:
        """Run once if an environment is not there: what is built, and compiled, is no part of a run."""
        if not (self.folder / "warm").exists():
            self.measured()
            (self.folder / "warm").touch()

    def measured(self) -> dict[str, float]:
        results, told = self.folder / "results", self.folder / "told.json"
        shutil.rmtree(results, ignore_errors=True)
        words = [
            "run",
            "--matrix",
            str(self._matrix),
            "--profile",
            self._profile,
            "--results",
            str(results),
            *self._words,
        ]
        variables = {**os.environ, "PYTHONPATH": str(self._harness), "NOXENVDIR": str(self.folder / "nox")}
        command = [sys.executable, "-P", "-c", RUNNER, str(told), *words]
        with (self.folder / "log.txt").open("w") as log:
            subprocess.run(command, check=True, env=variables, cwd=self.folder, stdout=log, stderr=log)
        (run,) = (path for path in results.iterdir() if (path / "run.json").exists())
        return {**json.loads(told.read_text()), **seconds_of_rows(run)}


def seconds_of_rows(run: Path) -> dict[str, float]:
    artifacts, cells = pd.read_parquet(run / "artifacts.parquet"), pd.read_parquet(run / "cells.parquet")
    fits = artifacts[artifacts["fit_seconds"].notna()].drop_duplicates(["producer", "case"])
    return {
        "fit": fits["fit_seconds"].sum(),
        "dump": artifacts["dump_seconds"].sum(),
        "load": cells["load_seconds"].sum(),
        "predict": cells["predict_seconds"].sum(),
        "cells": len(cells),
        "ok": int((cells["status"] == "ok").sum()),
    }


def print_table(found: list[dict[str, float]]) -> None:
    for one in found:
        one["useful"] = one["fit"] + one["dump"] + one["load"] + one["predict"]
        one["all"] = one["host"] + one["guests"]
        one["rest"] = one["all"] - one["useful"] - one["imports"]
        one["rest of the host"] = one["host"]
        one["rest of the guests"] = one["rest"] - one["host"]
        one["share"] = one["useful"] / one["all"]
        one["share without imports"] = one["useful"] / (one["all"] - one["imports"])
    for name in ("wall", "all", "imports", "fit", "dump", "load", "predict", "useful", "rest", "rest of the host",
                 "rest of the guests"):  # fmt: skip
        line(name, found, "{:.1f} s", 1)
    for name in ("share", "share without imports"):
        line(name, found, "{:.1%}", 1)
    for name in ("host_bytes", "largest_guest_bytes"):
        line(name, found, "{:.0f} MiB", 1 / 2**20)
    for name in ("guests_started", "cells", "ok"):
        line(name, found, "{:.0f}", 1)


def line(name: str, found: list[dict[str, float]], form: str, unit: float) -> None:
    ratio = f"{found[0][name] / found[1][name]:>14.2f}" if len(found) > 1 and found[1][name] else ""
    print(
        f"{name.replace('_', ' '):22}" + "".join(f"{form.format(one[name] * unit):>15}" for one in found) + ratio,
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
