"""What the verbs share: their common options, and where they print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.machine import defaults, tools

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.text import Text

MATRIX = defaults.matrix()
RESULTS = defaults.results()
DEFAULT_PACKAGE = "scikit-learn"

MatrixOption = Annotated[
    Path,
    typer.Option(
        "--matrix",
        metavar="FILE",
        help="The matrix to use.",
        envvar="HARNESS_MATRIX",
        show_default="./matrix.yaml, else the default one",
    ),
]
ProfileOption = Annotated[str, typer.Option(metavar="NAME", help="The profile of the matrix.")]
ThroughOption = Annotated[
    str | None, typer.Option(metavar="docker", help="Run environments of kind rootfs in containers.")
]
ResultsOption = Annotated[
    Path, typer.Option(metavar="FOLDER", help="The folder that holds the runs.", show_default="./results")
]
CacheOption = Annotated[
    str | None,
    typer.Option(
        "--cache",
        metavar="URL",
        help="The folder or bucket in which outcomes are kept for later runs; `none`: nothing is kept or reused.",
        envvar=tools.OUTCOMES_VARIABLE,
        show_default="in the user's cache",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
_NAMED = "A run: its id, the beginning of its id, or its folder."
_RUN = f"{_NAMED} Default: the newest run."
RunArgument = Annotated[str | None, typer.Argument(help=_RUN)]
RunOption = Annotated[str | None, typer.Option("--run", metavar="RUN", help=_RUN)]
AnsweringRunOption = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help=f"{_NAMED} Default: the newest run that can answer.")
]
FailOnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="VERDICT",
        help="End with 1 if one answer is: changes, breaks, not-known, not-seen.",
    ),
]
#: What verbs take beside a model file.
RowsOption = Annotated[
    Path | None, typer.Option("--data", metavar="FILE", help="Rows to ask it with: .csv, .json, .npy or .parquet.")
]
AtOption = Annotated[str | None, typer.Option("--at", metavar="PATH", help="The model within the file: ['model'].")]
WriterRequirementsOption = Annotated[
    Path | None,
    typer.Option("--requirements", metavar="FILE", help="The packages of the environment that wrote it."),
]
CodeOption = Annotated[
    Path | None, typer.Option("--code", metavar="FOLDER", help="Modules of yours that the file needs.")
]
WithOption = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="PACKAGE==V", help="What the file does not tell: scikit-learn==1.2.2."),
]
TrustOption = Annotated[bool, typer.Option("--trust", help="Run the model without a sandbox.")]
TrialResultsOption = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Where the runs are stored.", show_default="the workspace")
]
MayFailOption = Annotated[
    list[str] | None,
    typer.Option("--may-fail", metavar="PATTERN", help="Environments that may be missing: a name or pattern."),
]
ExpectationsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The file of accepted changes and expected outcomes.",
        show_default="expectations.yaml beside the runs",
    ),
]


def telling(aside: Console, line: Callable[[Any], Text], *, silent: bool) -> Callable[[Any], None]:
    """What hears of each step of a search: it prints a line of it on a console, or nothing."""
    if silent:
        return lambda _: None
    return lambda one: aside.print(line(one), no_wrap=True, overflow="ellipsis")


def console() -> Console:
    """Standard output; as wide as the terminal, or as COLUMNS says, or wide enough for a table in a log."""
    from harness.report.console import SafeConsole

    out = SafeConsole(highlight=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out = SafeConsole(highlight=False, width=180)
    return out
