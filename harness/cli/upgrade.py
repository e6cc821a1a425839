"""`upgrade`: what breaks, changes or stays when one environment replaces another?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.answering import indexes
from harness.cli.arguments import RESULTS, AnsweringRunOption, FailOnOption, JsonOption, ResultsOption, console
from harness.errors import GateCrossed

_SIDE = "a lock file, image:NAME, .venv, or a version such as 1.3.2"


def upgrade(
    old: Annotated[list[str], typer.Option("--from", metavar="OLD", help=f"The environment before: {_SIDE}.")],
    new: Annotated[list[str], typer.Option("--to", metavar="NEW", help=f"The environment after: {_SIDE}.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="Model files, or folders with model files.")
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="Only this format, such as joblib.")
    ] = None,
    fail_on: FailOnOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show the answer of each estimator, and every cause.")
    ] = False,
    how: Annotated[bool, typer.Option("--how", help="Show the commands that repeat the worst cells.")] = False,
    run: AnsweringRunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Ask what breaks when one environment replaces another.

    The answer comes from all stored runs, for every estimator that they know, and for your files. It takes
    requirements, uv.lock, pylock.toml, what conda exports, images and versions. Files are read, and never loaded. With
    files --fail-on judges these, else every estimator.
    """
    from harness.analysis.upgrade import upgrade as answer_from
    from harness.analysis.verdicts import crossed, gates
    from harness.cli import model_folders, upgrade_sides

    asked = gates(fail_on or ())
    sides = upgrade_sides.read("--from", old), upgrade_sides.read("--to", new)
    found = model_folders.read(files or ())
    answer = answer_from(indexes(run, results), *sides, found.files, format_name=format_name)
    if as_json:
        from harness.report import upgrade_data

        print(json.dumps(upgrade_data.as_data(answer, others=found.others), indent=2))
    else:
        from harness.report import upgrade as rendering

        rendering.show(answer, console(), others=found.others, verbose=verbose, how=how)
    over = crossed(asked, answer.verdicts)
    if over:
        sys.stdout.flush()
        raise GateCrossed(f"--fail-on: {', '.join(over)}")
