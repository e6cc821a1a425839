"""How often does `compare` raise a false alarm? The same profile, again and again on one machine, every pair compared.

    python -m benchmarks.same_machine --runs 12 --profile performance

Prints what each pair flagged and the share of all; exit code 1 when a status changed or more than 1 % of the figures in
seconds were flagged. Runs that are in the folder already count, so that it can be stopped and continued.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from pathlib import Path

from harness import analysis
from harness.analysis import compare
from harness import store
from harness.analysis.compare.effects import EFFECTS

MOST = 0.01


def main() -> int:
    options = arguments()
    runs = made(options.results, options.profile)
    while len(runs) < options.runs:
        command = [
            sys.executable,
            "-m",
            "harness",
            "run",
            "--profile",
            options.profile,
            "--results",
            options.results,
            "--cache",
            "none",
        ]
        subprocess.run([*map(str, command), "--matrix", str(options.matrix)], check=True, stdout=subprocess.DEVNULL)
        runs = made(options.results, options.profile)
        print(
            f"run {len(runs)} of {options.runs}: {runs[-1].run['run_id']}, {runs[-1].run['seconds']:.0f} s", flush=True
        )
    return print_comparisons(
        [compare.compare(base, new) for base, new in itertools.combinations(runs[: options.runs], 2)]
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--profile", default="performance")
    parser.add_argument("--matrix", type=Path, default=Path("matrix.yaml"))
    parser.add_argument("--results", type=Path, default=Path("results/same-machine"))
    return parser.parse_args()


def made(results: Path, profile: str) -> list[store.RunTables]:
    """The finished runs, oldest first."""
    found = [analysis.read_run(path) for path in store.runs(results) if store.read_run_json(path).get("complete")]
    return [run for run in found if run.run["profile"] == profile]


def print_comparisons(comparisons: list[compare.Comparison]) -> int:
    compared = flagged = statuses = memory = flagged_memory = sizes = 0
    for one in comparisons:
        judged, units = one.figures.judged, one.figures.judged["figure"].map(lambda name: EFFECTS[name].unit)
        changed = judged["change"].notna()
        statuses += sum(one.counts.values())
        compared, flagged = compared + int((units == "s").sum()), flagged + int((changed & (units == "s")).sum())
        memory, flagged_memory = (
            memory + int((units == "B").sum()),
            flagged_memory + int((changed & (units == "B")).sum()),
        )
        sizes += int(one.figures.resized["change"].notna().sum())
        for row in judged[changed].itertuples():
            print(f"  {one.base['run_id']} {one.new['run_id']}  {row.figure} {row.ratio:.2f}x  {row.cell_id}")
    skipped = {
        why: sum(one.figures.skipped.get(why, 0) for one in comparisons)
        for one in comparisons
        for why in one.figures.skipped
    }
    share = flagged / max(compared, 1)
    print(f"{len(comparisons)} pairs: {statuses} statuses changed, {sizes} artifacts of another size")
    print(
        f"seconds: {flagged} of {compared} figures flagged, {share:.2%}; memory: {flagged_memory} of {memory}; not compared: {skipped}"
    )
    return int(statuses > 0 or share > MOST or not compared)


if __name__ == "__main__":
    sys.exit(main())
