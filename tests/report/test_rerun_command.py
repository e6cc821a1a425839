"""The command that makes one cell again says all that made it what it was."""

import shlex
from pathlib import Path

import pytest

from harness.report import rerun_command


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({}, []),
        ({"matrix": "tests/own.yaml"}, ["--matrix", "tests/own.yaml"]),
        ({"through": None}, []),
        ({"through": "docker"}, ["--through", "docker"]),
    ],
)
def test_a_cell_is_made_again_as_it_was_made(facts, more) -> None:
    cell = "old/ridge/pickle>new/pickle"
    words = shlex.split(rerun_command.command({"profile": "small", **facts}, Path("results/one"), cell))
    assert words[:7] == ["python", "-m", "harness", "run", "--profile", "small", "--only"]
    assert words[7:] == [cell, *more, "--locks", "results/one"]
