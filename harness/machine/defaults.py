"""The matrix and the folder of runs that a command takes where none is named: the current folder's, else its own."""

from __future__ import annotations

from pathlib import Path

from harness.machine import tools


def matrix() -> Path:
    """``./matrix.yaml`` where there is one, else the default matrix."""
    here = Path.cwd() / "matrix.yaml"
    return here if here.is_file() else tools.MATRIX


def results() -> Path:
    """``./results``; in a checkout, its own folder of runs where the current folder has no runs."""
    here = Path.cwd() / "results"
    has_runs = any(here.glob("*/run.json"))
    return tools.ROOT / "results" if tools.IS_CHECKOUT and not has_runs else here
