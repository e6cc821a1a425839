"""`keep`: the run that the repository carries."""

from __future__ import annotations

import tempfile
from pathlib import Path

from harness.cli.arguments import RESULTS, ResultsOption, RunArgument
from harness.errors import InputError
from harness.machine import tools


def keep(run: RunArgument = None, results: ResultsOption = RESULTS) -> None:
    """Keep a run in the repository, as results/reference.

    Only a sound run is kept, without its artifacts.
    """
    from harness import store  # pandas

    print(keep_in(results, store.find_run(results, run)))


def keep_in(results: Path, source: Path) -> Path:
    """Keep a run in ``results/reference``, with its pages; return the folder. Raises InputError for an unsound one."""
    from harness import analysis  # pandas
    from harness.analysis import soundness
    from harness.report import run_pages
    from harness.store import reference

    wrong = soundness.of_tables(analysis.read_run(source))
    if wrong:  # what visitors see first must be sound
        raise InputError("\n".join([f"{source}: this run is not sound, and is not kept:", *(f"  {w}" for w in wrong)]))
    folders = {tools.ROOT: ".", tools.workspace(): ".nox", Path.home(): "~", Path(tempfile.gettempdir()): "TMP"}
    target = reference.keep(source, results, folders)
    run_pages.write(analysis.read_run(target))
    return target
