"""`keep`: the run that the repository carries."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.arguments import RESULTS, ResultsOption, RunArgument
from harness.errors import InputError
from harness.machine import tools


def keep(
    run: RunArgument = None,
    results: ResultsOption = RESULTS,
    beside: Annotated[
        str | None, typer.Option("--beside", metavar="NAME", help="Keep it as reference-NAME, beside the other.")
    ] = None,
) -> None:
    """Keep a run in the repository, as results/reference.

    Only a sound run is kept, without its artifacts. One that is kept beside the reference run has no page.
    """
    from harness import store  # pandas

    if beside is not None and not re.fullmatch("[a-z0-9-]{1,40}", beside):
        raise InputError(f"--beside {beside}: a name has small letters, digits and hyphens")
    print(keep_in(results, store.find_run(results, run), beside=beside))


def keep_in(results: Path, source: Path, *, beside: str | None = None) -> Path:
    """Keep a run in ``results/reference``, with its pages; return the folder. Raises InputError for an unsound one."""
    from harness import analysis  # pandas
    from harness.analysis import soundness
    from harness.report import run_pages
    from harness.store import reference

    wrong = soundness.find_run_problems(analysis.read_run(source))
    if wrong:  # what visitors see first must be sound
        raise InputError("\n".join([f"{source}: this run is not sound, and is not kept:", *(f"  {w}" for w in wrong)]))
    folders = {tools.ROOT: ".", tools.workspace(): ".nox", Path.home(): "~", Path(tempfile.gettempdir()): "TMP"}
    target = reference.keep(source, results, folders, beside=beside)
    if beside is None:
        run_pages.write(analysis.read_run(target))
    return target
