"""What small commands cost from start to end: seconds of processor, of a fresh interpreter each."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from .conftest import ROOT

COMMANDS = {
    "help": ["--help"],
    "ask": ["ask", "RandomForestClassifier", "--from", "1.3", "--to", "1.9", "--run", "results/reference"],
    "release": ["release", "1.9", "--run", "results/reference"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command(name, benchmark) -> None:
    argv = [sys.executable, "-m", "harness", *COMMANDS[name]]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)  # bytecode, and the index of the run

    def call() -> None:
        subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)

    before = os.times()
    benchmark.pedantic(call, rounds=5)
    after = os.times()
    spent = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    benchmark.extra_info["processor_seconds"] = round(spent / 5, 3)
