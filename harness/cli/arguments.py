"""What the verbs share: their common options, and where they print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.machine import tools

if TYPE_CHECKING:
    from rich.console import Console

MATRIX = tools.ROOT / "matrix.yaml"
RESULTS = tools.ROOT / "results"
DEFAULT_PACKAGE = "scikit-learn"

MatrixOption = Annotated[
    Path, typer.Option("--matrix", help="The matrix.", envvar="HARNESS_MATRIX", show_default="matrix.yaml")
]
ProfileOption = Annotated[str, typer.Option(help="Which profile of the matrix.")]
ThroughOption = Annotated[
    str | None, typer.Option(help="docker: environments of kind rootfs become containers of the same roots.")
]
ResultsOption = Annotated[Path, typer.Option(help="The folder of all runs.", show_default="results")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
_RUN = "A run's id, its beginning, or its folder; the newest if none."
RunArgument = Annotated[str | None, typer.Argument(help=_RUN)]
RunOption = Annotated[str | None, typer.Option("--run", help=_RUN)]
MayFailOption = Annotated[
    list[str] | None, typer.Option("--may-fail", help="Environments that may be missing, by names or patterns.")
]
ExpectationsOption = Annotated[
    Path | None,
    typer.Option(help="Accepted changes and expected outcomes.", show_default="expectations.yaml beside the runs"),
]


def console() -> Console:
    """Standard output; as wide as the terminal, or as COLUMNS says, or wide enough for a table in a log."""
    from rich.console import Console

    out = Console(highlight=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out = Console(highlight=False, width=180)
    return out
