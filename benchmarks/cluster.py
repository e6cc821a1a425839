"""What a second worker brings: `python -m benchmarks.cluster`, on Linux as root, for control groups.

Two workers of half a processor each are held against one such worker, on the same cells; this process and the scheduler
have the rest. It prints how many times as many cells a second that is, and what a second of a worker's costs this process.

Environments are built, and guests started, by a first small run. So the ratio is that of the work.
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

from rich.console import Console

from harness.cli.planning import planned
from harness.engine.cluster import engine
from harness.run import lifecycle

SHARE = 0.5  # of a processor, for each worker
PERIOD = 100_000  # microseconds
_SECOND = os.sysconf("SC_CLK_TCK")


class Group:
    """A control group with a share of a processor, of either version; a worker and all that it starts are in it."""

    def __init__(self, name: str) -> None:
        second = Path("/sys/fs/cgroup/cgroup.controllers")
        self.folder = (second.parent if second.exists() else Path("/sys/fs/cgroup/cpu")) / name
        self.folder.mkdir(exist_ok=True)
        quota = int(SHARE * PERIOD)
        if second.exists():
            (self.folder / "cpu.max").write_text(f"{quota} {PERIOD}")
        else:
            (self.folder / "cpu.cfs_period_us").write_text(str(PERIOD))
            (self.folder / "cpu.cfs_quota_us").write_text(str(quota))

    def seconds(self) -> float:
        """Processor seconds that it has used."""
        if (self.folder / "cpu.stat").exists() and "usage_usec" in (self.folder / "cpu.stat").read_text():
            told = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
            return int(told["usage_usec"]) / 1e6
        return int(Path("/sys/fs/cgroup/cpuacct", self.folder.name, "cpuacct.usage").read_text()) / 1e9

    def close(self) -> None:
        for _ in range(100):
            with contextlib.suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(0.1)


@contextlib.contextmanager
def cluster(workers: int, folder: Path):
    """The address of a scheduler with so many workers of half a processor, and their groups."""
    file = folder / "scheduler.json"
    words = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    started = [subprocess.Popen([*words, "--no-dashboard", "--scheduler-file", file], stderr=subprocess.DEVNULL)]
    while not file.exists():
        time.sleep(0.1)
    groups = [Group(f"persistence-matrix-benchmark-{os.getpid()}-{number}") for number in range(workers)]
    for number, group in enumerate(groups):
        controllers = {group.folder, Path("/sys/fs/cgroup/cpuacct", group.folder.name)}
        for one in controllers:
            if one.parent.exists():
                one.mkdir(exist_ok=True)
        enter = " ".join(f"echo $$ > {one}/cgroup.procs;" for one in sorted(controllers) if one.exists())
        command = f"{enter} exec {sys.executable} -m distributed.cli.dask_worker --scheduler-file {file} --nthreads 1 "
        command += f"--no-dashboard --death-timeout 300 --local-directory {folder / str(number)}"
        started.append(subprocess.Popen(["sh", "-c", command], stderr=subprocess.DEVNULL))
    try:
        import json

        yield json.loads(file.read_text())["address"], groups
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(60)
        for group in groups:
            group.close()


def timed(workers: int, profile: str, matrix: Path, folder: Path) -> tuple[float, float, float]:
    """Wall seconds of a run's passes, this process's processor seconds, and those of the workers."""
    folder.mkdir()
    plan = planned(matrix, profile, resolving=False)
    quiet = Console(quiet=True)
    with cluster(workers, folder) as (address, groups), engine.remote(address, store=None, cell_seconds=None) as dask:
        dask.client.wait_for_workers(workers, timeout=300)
        before, began, spent = os.times(), time.monotonic(), [group.seconds() for group in groups]
        lifecycle.run(plan, results=folder / "results", console=quiet, engine=dask)
        wall, after = time.monotonic() - began, os.times()
        used = sum(group.seconds() for group in groups) - sum(spent)
    return wall, after.user + after.system - before.user - before.system, used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="default")
    parser.add_argument("--matrix", type=Path, default=Path("matrix.yaml"))
    words = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            wall, client, used = found[workers] = timed(
                workers, words.profile, words.matrix, Path(folder) / str(workers)
            )
            print(
                f"{workers} of {SHARE:g} processors: {wall:.1f} s, workers {used:.1f} processor seconds, "
                f"client {client:.1f}, which is {client / used:.2f} for each of a worker",
                flush=True,
            )
    print(f"two workers do {found[1][0] / found[2][0]:.2f} times as much as one")


if __name__ == "__main__":
    main()
