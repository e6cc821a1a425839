"""How often does `compare` raise a false alarm, and what does it find? One profile, again and again on one machine.

    python -m benchmarks.same_machine --runs 12 --profile performance

Every pair of runs is compared; each knows the runs that are older than its newer one, as in use. Then a change is planted
into the samples of one series of the newer run, and it is counted how often that series is named. Prints what was named
without a change, false alarms for each comparison, and the power. Exit code 1 when a status changed, when there are more
false alarms than 0.1 for each comparison, or when less than 95 % of the loads that became half slower are found. Runs that
are in the folder already count, so that it can be stopped and continued.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from harness import analysis, store
from harness.analysis.compare import between_runs, figure_changes, measurements, past_runs, ranks, status_changes
from harness.analysis.compare.effects import MEMORY_FLOOR
from harness.terms import Figure

MOST = 0.1  # false alarms for each comparison
LEAST = 0.95  # of the loads that became half slower, found
#: What is planted: figures, by how many times they grow.
SECONDS = (Figure.LOAD, Figure.EVICTED_LOAD, Figure.PREDICT)
BYTES = (Figure.LOAD_PEAK, Figure.LOAD_PRIVATE)
PLANTED = (
    *((figure, ratio) for figure in SECONDS for ratio in (1.1, 1.2, 1.5)),
    *((figure, ratio) for figure in BYTES for ratio in (1.1, 1.3)),
)
LARGER = (1.05, 1.2)


def main() -> int:
    options = arguments()
    runs = made(options.results, options.profile)
    while len(runs) < options.runs:
        command = [sys.executable, "-m", "harness", "run", "--profile", options.profile, "--cache", "none"]
        folders = ["--results", str(options.results), "--matrix", str(options.matrix)]
        subprocess.run([*command, *folders], check=True, stdout=subprocess.DEVNULL)
        runs = made(options.results, options.profile)
        print(f"run {len(runs)} of {options.runs}: {runs[-1].run['seconds']:.0f} s", flush=True)
    return printed(runs[: options.runs], np.random.default_rng(options.seed), options.times)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--profile", default="performance")
    parser.add_argument("--matrix", type=Path, default=Path("matrix.yaml"))
    parser.add_argument("--results", type=Path, default=Path("results/same-machine"))
    parser.add_argument("--times", type=int, default=2, help="changes of each kind planted in each pair")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def made(results: Path, profile: str) -> list[store.RunTables]:
    """The finished runs, oldest first."""
    found = [analysis.read_run(path) for path in store.runs(results) if store.read_run_json(path).get("complete")]
    return [run for run in found if run.run["profile"] == profile]


def printed(runs: Sequence[store.RunTables], chance: np.random.Generator, times: int) -> int:
    """Compare every pair, plant changes, and print what came of it; the exit code."""
    steps = [between_runs.past_ratios(pair) for pair in itertools.pairwise(runs)]
    found: list[dict[str, object]] = []
    statuses = compared = alarms = sizes = pairs = 0
    for first, second in itertools.combinations(range(len(runs)), 2):
        base, new = runs[first], runs[second]
        shown = pd.concat(steps[max(0, second - past_runs.MOST) : second - 1] or [steps[0].iloc[:0]])
        table = measurements.pair_samples(base, new)
        table = table[table["why"].isna()].reset_index(drop=True)
        judged, resized = figure_changes.judge(table, shown), measurements.sizes(base, new)
        changed = judged[judged["change"].notna()]
        statuses += int(status_changes.compare_statuses(base.cells, new.cells)["kind"].notna().sum())
        pairs, compared, alarms = pairs + 1, compared + len(judged), alarms + len(changed)
        sizes += int(figure_changes.judge_sizes(resized)["change"].notna().sum())
        for row in changed.itertuples():
            print(f"  {base.run['run_id']} {new.run['run_id']}  {row.figure} {row.ratio:.2f}x  {row.cell_id}")
        found += [{"earlier": second, **one} for one in planted(table, shown, chance, times)]
        found += [{"earlier": second, **one} for one in enlarged(resized, chance)]
    rate = alarms / max(pairs, 1)
    print(f"{pairs} comparisons of {len(runs)} runs: {statuses} statuses changed, {sizes} artifacts of another size")
    print(f"{alarms} of {compared} figures named: {rate:.2f} false alarms for each comparison")
    power = tabulated(found)
    return int(statuses > 0 or rate > MOST or not compared or power < LEAST)


def planted(
    table: pd.DataFrame, shown: pd.DataFrame, chance: np.random.Generator, times: int
) -> Iterator[dict[str, object]]:
    """For each kind of change one series at a time, chosen by chance, and whether it was named."""
    every = list(table["pair"])
    more, less = ranks.more(every), ranks.less(every)
    for (figure, ratio), _ in itertools.product(PLANTED, range(times)):
        rows = np.flatnonzero(table["figure"] == figure)
        # What is below the least change is not to be named.
        rows = [row for row in rows if table["pair"][row].medians[1] * (ratio - 1) > table["pair"][row].effect.floor]
        if not rows:
            continue
        row = int(chance.choice(rows))
        pair = replace(every[row], new=every[row].new * ratio)
        pairs, chances = [*every[:row], pair, *every[row + 1 :]], (more.copy(), less.copy())
        chances[0][row], chances[1][row] = ranks.more([pair])[0], ranks.less([pair])[0]
        judged = figure_changes.decide(table.assign(pair=pd.Series(pairs, dtype=object)), *chances, shown)
        yield {"figure": str(figure), "planted": ratio, "found": judged["change"][row] == "more"}


def enlarged(sizes: pd.DataFrame, chance: np.random.Generator) -> Iterator[dict[str, object]]:
    """The same of the size of an artifact."""
    for ratio in LARGER:
        row = int(chance.integers(len(sizes)))
        larger = sizes.assign(ratio=sizes["ratio"].where(sizes.index != row, sizes["ratio"] * ratio))
        change = figure_changes.judge_sizes(larger)["change"]
        yield {"figure": "size_bytes", "planted": ratio, "found": change[row] == "more"}


def tabulated(found: list[dict[str, object]]) -> float:
    """Print the power by figure and change; return that of loads that became half slower."""
    rows = pd.DataFrame(found)
    rows["found"] = rows["found"].astype(float)
    rows["runs before"] = pd.cut(rows["earlier"], [0, 2, 5, 100], labels=["1-2", "3-5", "6 and more"])
    curve = rows.pivot_table("found", ["figure", "planted"], "runs before", margins=True, observed=True)
    print(f"found, of what was planted (memory of which the growth is more than {MEMORY_FLOOR // 1024} KiB):")
    print(curve.to_string(float_format="{:.0%}".format))
    print(f"planted: {dict(Counter(rows['figure']))}")
    half = rows[(rows["figure"] == Figure.LOAD) & (rows["planted"] == 1.5)]
    return float(half["found"].mean()) if len(half) else 0.0


if __name__ == "__main__":
    sys.exit(main())
