"""Options that several verbs have, and where they print to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from harness import tools

MATRIX = tools.ROOT / "matrix.yaml"
MatrixOption = Annotated[
    Path, typer.Option("--matrix", help="The matrix.", envvar="HARNESS_MATRIX", show_default="matrix.yaml")
]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def console() -> Console:
    """Standard output; as wide as the terminal, or as COLUMNS says, or wide enough for a table in a log."""
    out = Console(highlight=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out = Console(highlight=False, width=180)
    return out
