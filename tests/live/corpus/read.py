"""Hold `inspect` against files of many environments, whose content is known; see `write`.

    python -m tests.live.corpus.read PYTHON…

It prints what is wrong, by environment, and how long `inspect` takes beside a `pickle.load` in a fresh process of the same.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness.inspection import Inspection, inspect
from harness.machine.tools import GUEST

LOAD = (
    "import sys, time; t = time.perf_counter(); import pickle; pickle.load(open(sys.argv[1], 'rb')); "
    "print(time.perf_counter() - t)"
)
_LOADED = 8  # files of each environment


def write(python: Path, folder: Path) -> dict:
    """Let an environment write its files; return what is known of them."""
    folder.mkdir(parents=True)
    command = [python, "-W", "ignore", Path(__file__).with_name("write.py"), folder]
    held = {**os.environ, "PYTHONPATH": str(GUEST.parent)}
    subprocess.run(command, check=True, env=held, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads((folder / "truth.json").read_text())


def wrong(found: Inspection, name: str, truth: dict) -> Iterator[str]:
    """What an inspection gets wrong of a file whose content is known."""
    if found.trouble is not None:
        yield f"{found.trouble.kind}: {found.trouble.what}"
    if found.sklearn_versions != (truth["sklearn"],):
        yield f"scikit-learn {found.sklearn_versions}, it is {truth['sklearn']}"
    majors = {one.version for one in found.evidence if one.package == "numpy"}
    right = f"{truth['numpy'].partition('.')[0]}.x"
    names_core = any(name.startswith(("numpy.core.", "numpy._core.")) for name in found.names)
    # joblib and skops write arrays without a name that tells it, and some models have none.
    if majors - {right, "not told"} or (names_core and right not in majors):
        yield f"NumPy {sorted(majors)}, it is {truth['numpy']}"
    classes = {part.class_name for part in found.estimators}
    if classes != set(truth["files"][name]):
        yield f"estimators {sorted(classes ^ set(truth['files'][name]))} on one side only"


def seconds(file: Path) -> float:
    started = time.process_time()
    inspect(file)
    return time.process_time() - started


def main(pythons: list[Path]) -> None:
    times, loads, count = [], [], 0
    for python in pythons:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "files")
            truth = write(python, folder)
            bad = 0
            for name in truth["files"]:
                told = list(wrong(inspect(folder / name), name, truth))
                bad += bool(told)
                if told:
                    print(f"  {name}: {'; '.join(told)}")
                times.append(seconds(folder / name))
            plain = sorted(folder.glob("*.pickle-4"))
            for file in plain[:: max(len(plain) // _LOADED, 1)]:
                done = subprocess.run([python, "-W", "ignore", "-c", LOAD, file], capture_output=True, text=True)
                loads += [float(done.stdout)] if done.returncode == 0 else []
            count += len(truth["files"])
            print(f"{truth['sklearn']}, NumPy {truth['numpy']}: {len(truth['files'])} files, {bad} wrong", flush=True)
    late = sorted(times)[int(0.95 * len(times))]
    print(f"{count} files: {statistics.median(times) * 1e3:.1f} ms in the median, {late * 1e3:.1f} ms at 95 %")
    print(f"a fresh pickle.load: {statistics.median(loads) * 1e3:.0f} ms in the median of {len(loads)}")


if __name__ == "__main__":
    main([Path(one) for one in sys.argv[1:]])
