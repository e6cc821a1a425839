"""How fast `inspect` is: a file beside a fresh `pickle.load` of it, and 100 MB of arrays.

    python -m benchmarks.inspection FILES… [--python ENVIRONMENT/bin/python]

Prints the median and the 95th percentile of seconds per file, and seconds for 100 MB of arrays, plain and in zlib. With an
interpreter that has scikit-learn, some ten of them are loaded in a fresh process there, too.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np

from harness.inspection import inspect

ARRAYS = 100_000_000  # bytes
LOAD = "import pickle, sys, time; t = time.perf_counter(); import joblib; joblib.load(sys.argv[1]); print(time.perf_counter() - t)"


def seconds(path: Path) -> float:
    start = time.perf_counter()
    inspect(path)
    return time.perf_counter() - start


def loaded(python: Path, path: Path) -> float | None:
    """Seconds of a fresh process for imports and load; None where it does not load."""
    done = subprocess.run([python, "-c", LOAD, path], capture_output=True, text=True)
    return float(done.stdout) if done.returncode == 0 else None


def large(folder: Path) -> dict[str, float]:
    """Seconds for arrays that do not compress, and for some that do."""
    numbers = np.random.default_rng(0).random(ARRAYS // 8)
    rounded = np.round(numbers, 2)
    found = {}
    for name, content in {
        "plain": pickle.dumps({"X": numbers}, protocol=4),
        "zlib, noise": zlib.compress(pickle.dumps({"X": numbers}, protocol=4), 1),
        "zlib, rounded": zlib.compress(pickle.dumps({"X": rounded}, protocol=4), 1),
    }.items():
        path = folder / "arrays"
        path.write_bytes(content)
        found[name] = min(seconds(path) for _ in range(3))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--python", type=Path)
    given = parser.parse_args()
    inspect(given.files[0])  # the list of known names is read once
    times = sorted(seconds(path) for path in given.files)
    median, late = statistics.median(times), times[int(0.95 * len(times))]
    print(f"{len(times)} files: {median * 1e3:.2f} ms in the median, {late * 1e3:.2f} ms at the 95th percentile")
    if given.python is not None:
        fresh = [
            one
            for path in given.files[:: max(len(given.files) // 10, 1)]
            if (one := loaded(given.python, path)) is not None
        ]
        print(f"a fresh load: {statistics.median(fresh) * 1e3:.0f} ms in the median of {len(fresh)}")
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in large(Path(folder)).items():
            print(f"{ARRAYS / 1e6:.0f} MB of arrays, {name}: {figure:.2f} s")


if __name__ == "__main__":
    main()
