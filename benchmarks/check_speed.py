"""How long a user waits for `check`: until the first line, the first measured answer, and the end; and processor seconds.

    python -m benchmarks.check_speed FILE [--to 1.9]… [--rounds 3]

The environments are built in a round that does not count. On a quiet machine the first line is to come within 1 s, the first
answer within 6 s, one target within 5 s and nine within 25 s. Nothing is asserted: the machine may be busy.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from statistics import median

#: A target's line, as soon as it is measured: "  1.9 ✓ safe".
_ANSWER = re.compile(r"  \S+ [✓≈·?≠✗] ")


def once(words: Sequence[str]) -> dict[str, float]:
    """Seconds of one call, by what they were waited for; ``processor`` is of the command and of all that it ran."""
    found: dict[str, float] = {}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        command = [sys.executable, "-m", "harness", "check", *words, "--results", folder]
        held = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=held
        ) as running:
            assert running.stderr is not None
            for line in running.stderr:
                found.setdefault("first line", time.perf_counter() - started)
                if _ANSWER.match(line):
                    found.setdefault("first answer", time.perf_counter() - started)
        found["end"] = time.perf_counter() - started
    if running.returncode:
        sys.exit(f"check ended with {running.returncode}")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["processor"] = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return found


def main() -> None:
    """Print the median of each over some rounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file")
    parser.add_argument("--to", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    words = [given.file, *(word for one in given.to for word in ("--to", one))]
    once(words)
    rounds = [once(words) for _ in range(given.rounds)]
    for name in rounds[0]:
        print(f"{name:<13} {median(one.get(name, float('nan')) for one in rounds):6.2f} s")


if __name__ == "__main__":
    main()
