"""Does `compare` find what it should? A slower reader, a larger artifact and a leak, injected again and again.

    python -m benchmarks.injected --trials 20

Each trial is two runs of a small profile with three formats that exist for this only. In the second run one loads 1.5
times as slowly, one writes 20 % more, and one keeps 30 % more private memory. Prints what was found; exit code 1 when any
of the three was found in fewer than 19 of 20 trials.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness import analysis
from harness.analysis import compare
from harness.config import matrix
from harness.run import lifecycle
from harness import store
from harness.environments import stage
from harness.config import format_files
from harness.config.plan import Plan
from harness.machine import tools

NEEDED = 0.95
MATRIX = """
schema: 1
environments:
  include:
    - {scikit-learn: "1.9.1", python: "3.13", numpy: "2.5"}
profiles:
  injected:
    cases: [k_neighbors_10mb, random_forest_classifier]
    formats: [slowed, grown, leaking]
    limits: {seconds: 20}
    measure: {cold_starts: 0, sharing: 0}
"""
FORMAT = '''
"""Pickle with faults of a stated size."""

import pickle
import time

FORMATS = {"slowed": {"fault": "slowed"}, "grown": {"fault": "grown"}, "leaking": {"fault": "leaking"}}
READERS = {"slowed": ("slowed",), "grown": ("grown",), "leaking": ("leaking",)}
WRITES_WITH = READS_WITH = ("sklearn",)
FAULTS = %r


def dump(model, options, fit):
    data = pickle.dumps(model, protocol=5)
    return data + bytes(int(len(data) * FAULTS["grown"])) if options["fault"] == "grown" else data


def load(data, path, reader, options):
    return pickle.loads(data)


def load_file(path, reader, options):
    """What is measured: all of it takes longer, reading the file as well."""
    started = time.perf_counter()
    with open(path, "rb") as file:
        model = pickle.load(file)
        size = file.tell()
    if options["fault"] == "leaking":
        model.leak_ = b"x" * int(size * FAULTS["leaking"])
    if options["fault"] == "slowed":
        until = started + (time.perf_counter() - started) * (1 + FAULTS["slowed"])
        while time.perf_counter() < until:
            pass
    return model
'''
SOUND = {"slowed": 0.0, "grown": 0.0, "leaking": 0.0}
FAULTY = {"slowed": 0.5, "grown": 0.2, "leaking": 0.3}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is to be found: a figure that grew, of a case in the format of that name."""

    format: str
    figure: str
    case: str

    def found_in(self, comparison: compare.Comparison) -> bool:
        figures = comparison.figures
        rows = (
            figures.resized if self.figure == "size_bytes" else figures.judged[figures.judged["figure"] == self.figure]
        )
        mine = rows[(rows["format"] == self.format) & (rows["case"] == self.case)]
        return bool(len(mine)) and bool((mine["change"] == "more").all())


FAULTS = (
    Fault(format="slowed", figure="load_seconds", case="random_forest_classifier"),
    Fault(format="grown", figure="size_bytes", case="random_forest_classifier"),
    Fault(format="leaking", figure="load_private_bytes", case="k_neighbors_10mb"),
)


def main() -> int:
    options = arguments()
    found = dict.fromkeys(FAULTS, 0)
    with tempfile.TemporaryDirectory() as folder:
        for trial in range(options.trials):
            base, new = (run(Path(folder), faults, options.results) for faults in (SOUND, FAULTY))
            comparison = compare.compare(base, new)
            for fault in FAULTS:
                found[fault] += fault.found_in(comparison)
            judged = comparison.figures.judged
            changed = judged[judged["change"].notna()]
            listed = ", ".join(f"{row.case}/{row.format} {row.figure} {row.ratio:.2f}x" for row in changed.itertuples())
            print(f"trial {trial + 1}: {listed}", flush=True)
    for fault, count in found.items():
        print(f"{fault.format}: {fault.figure} flagged in {count} of {options.trials} trials")
    return int(any(count < NEEDED * options.trials for count in found.values()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--results", type=Path, default=Path("results/injected"))
    return parser.parse_args()


def run(folder: Path, faults: dict[str, float], results: Path) -> store.RunTables:
    """A run whose guest has the format with these faults."""
    guest = folder / "guest"
    shutil.rmtree(guest, ignore_errors=True)
    shutil.copytree(tools.GUEST, guest)
    (guest / "formats/injected.py").write_text(FORMAT % faults)
    (folder / "matrix.yaml").write_text(MATRIX)
    stage.GUEST = guest  # what environments are given; there is no way to say so for users, and need be none
    loaded = matrix.load_matrix(folder / "matrix.yaml", formats=format_files.builtin_formats(guest / "formats"))
    plan = Plan(profile=loaded.profile("injected", satisfiable=lambda _: True))
    return analysis.read_run(lifecycle.run(plan, results=results, console=Console(quiet=True)))


if __name__ == "__main__":
    sys.exit(main())
