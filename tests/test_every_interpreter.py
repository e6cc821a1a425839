"""The guest's own tests under every Python that it may meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.machine import interpreters, processes

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("minor", ["3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"])
def test_the_guests_own_tests(minor: str) -> None:
    python = interpreters.find(minor)
    if python is None:
        pytest.skip(interpreters.missing(minor))
    done = processes.run([python, "-I", ROOT / "tests" / "guest" / "run.py"], seconds=240)
    assert done.code == 0, done.stdout + done.stderr
    assert f"Python {minor}." in done.stdout
