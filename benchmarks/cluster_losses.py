"""Does a cluster that loses its parts come to the same table? `python -m benchmarks.cluster_losses --profile default`

Three runs of one profile, nothing measured: one without a cluster, one of two workers of which one is killed (SIGKILL) every
twenty seconds, and one whose scheduler is killed when half of the cells are there, begun again, and resumed. Their tables are
compared cell by cell. Exit code 1 where any cell differs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.analysis import read_run
from tests.live.test_cluster import Cluster, facts

_WORKERS = 2


class Program:
    """The program, over one profile, with results in a folder of its own."""

    def __init__(self, profile: str, matrix: Path, folder: Path) -> None:
        self.results, self.log = folder, folder.with_suffix(".log")
        self.words = ["--matrix", str(matrix), "--profile", profile, "--results", str(folder), "--no-measure"]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "harness", "run", *self.words, "--cache", "none", *words]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def ended(self, process: subprocess.Popen[bytes], code: int = 0) -> None:
        """Wait for it. Raises SystemExit where it ends with another code."""
        if process.wait() != code:
            sys.exit(f"it ended with {process.returncode} instead of {code}:\n{self.log.read_text()[-2000:]}")

    def cells(self) -> int:
        """How many are in the journal of the only run."""
        with contextlib.suppress(OSError, ValueError):
            (path,) = self.results.glob("*/journal.jsonl")
            with path.open("rb") as lines:
                return sum(line.startswith(b'{"kind":"cell"') for line in lines)
        return 0

    def facts(self) -> dict[str, tuple[str, ...]]:
        (path,) = self.results.iterdir()
        tables = read_run(path)
        assert tables.run["complete"], path
        return facts(tables)


@contextlib.contextmanager
def cluster(folder: Path):
    folder.mkdir(parents=True)
    made = Cluster(folder, {**os.environ, "PYTHONPATH": str(Path.cwd())})
    try:
        for _ in range(_WORKERS):
            made.add()
        yield made
    finally:
        made.close()


def with_lost_workers(program: Program, folder: Path, every: float) -> int:
    """Run it while workers are killed; return how many were."""
    killed = 0
    with cluster(folder) as workers:
        process = program.start("--scheduler", workers.address)
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(every)
                program.ended(process)
                return killed
            workers.kill_one(killed)
            killed += 1


def with_a_lost_scheduler(program: Program, folder: Path, half: int) -> int:
    """Run it, kill the scheduler in the midst, resume with another; return how many cells were there by then."""
    with cluster(folder / "first") as workers:
        process = program.start("--scheduler", workers.address)
        while (there := program.cells()) < half:
            if process.poll() is not None:
                program.ended(process, 3)
            time.sleep(0.2)
        workers.scheduler.kill()
        program.ended(process, 3)
    with cluster(folder / "second") as workers:
        program.ended(program.start("--scheduler", workers.address, "--resume"))
    return there


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--profile", default="default")
    parser.add_argument("--matrix", type=Path, default=Path("matrix.yaml"))
    parser.add_argument("--every", type=float, default=20.0, help="seconds from one killed worker to the next")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        one, two, three = (Program(words.profile, words.matrix, folder / name) for name in ("alone", "lost", "resumed"))
        one.ended(one.start())
        expected = one.facts()
        print(f"{len(expected):,} cells without a cluster", flush=True)
        killed = with_lost_workers(two, folder / "workers", words.every)
        different = told(f"{killed} workers killed, one every {words.every:g} s", expected, two.facts())
        there = with_a_lost_scheduler(three, folder / "scheduler", len(expected) // 2)
        different += told(f"the scheduler killed after {there:,} cells, and resumed", expected, three.facts())
    return int(different > 0)


def told(what: str, expected: dict[str, tuple[str, ...]], found: dict[str, tuple[str, ...]]) -> int:
    """Print how many cells differ, and some of them; return the number."""
    different = [name for name in {*expected, *found} if expected.get(name) != found.get(name)]
    print(f"{what}: {len(different)} of {len(expected):,} cells differ", flush=True)
    for name in sorted(different)[:10]:
        print(f"  {name}: {expected.get(name)} and {found.get(name)}", flush=True)
    return len(different)


if __name__ == "__main__":
    sys.exit(main())
