"""Writes the names of `harness/guest/cases/parameters.py` anew, from the grids: ``python -m tests.config.parameter_names``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

GUEST = Path(__file__).parents[2] / "harness"
FILE = GUEST / "guest" / "cases" / "parameters.py"
BEGIN, END = "BUILT = (\n", ")\n# fmt: on"


def names() -> list[str]:
    """What the grids come to, in order; by a process of its own, in which the guest is a package by itself."""
    code = "import json; from guest.cases import parameter_rules; print(json.dumps(list(parameter_rules.cases())))"
    done = subprocess.run([sys.executable, "-c", code], cwd=GUEST, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def literal(found: list[str]) -> str:
    """The names in lines of 120 characters."""
    lines = [""]
    for name in found:
        piece = f' "{name}",'
        if len(lines[-1]) + len(piece) > 117:
            lines.append("")
        lines[-1] += piece
    return "".join(f"   {line}\n" for line in lines)


if __name__ == "__main__":
    text = FILE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    FILE.write_text(before + BEGIN + literal(names()) + END + rest.partition(END)[2], encoding="utf-8")
