"""`check`: does a model file work elsewhere, and does it predict the same?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import extras
from harness.cli.arguments import FailOnOption, JsonOption, console
from harness.errors import GateCrossed


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model file: pickle, joblib, cloudpickle or skops.")],
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="TARGET",
            help="1.9, 1.4..1.9, a requirements file, .venv or another Python, or image:NAME. "
            "Default: each later minor release.",
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rows to ask it with: .csv, .json, .npy or .parquet.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="PATH", help="The model within the file: ['model'].")] = None,
    supplied: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PACKAGE==V", help="What the file does not tell: scikit-learn==1.2.2."),
    ] = None,
    requirements: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The packages of the environment that wrote it.")
    ] = None,
    code: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Modules of yours that the file needs.")] = None,
    trust: Annotated[bool, typer.Option("--trust", help="Run the model without a sandbox.")] = False,
    keep_data: Annotated[bool, typer.Option("--keep-data", help="Keep model and rows in the run's folder.")] = False,
    fail_on: FailOnOption = None,
    results: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the run is stored.", show_default="the workspace")
    ] = None,
    page: Annotated[Path | None, typer.Option("--report", metavar="FILE.html", help="Write the run's page.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check whether a model file works elsewhere.

    The environment that wrote it is built again, and so is each target. In sandboxes they load the file, and their
    answers are compared: safe, changes predictions, breaks, or not known.
    """
    extras.need("run")
    if page is not None:
        extras.need("site")
    from harness import analysis, checking
    from harness.analysis import checked, verdicts
    from harness.report import check as rendering
    from harness.report import run_pages
    from harness.report.console import SafeConsole

    gates = verdicts.gates(fail_on or ())
    ask = checking.Ask(
        file=file,
        to=tuple(to or ()),
        rows=data,
        at=at,
        packages=tuple(supplied or ()),
        requirements=requirements,
        code=code,
        trusted=trust,
    )
    trial = checking.tried(ask, results=results, console=SafeConsole(stderr=True, highlight=False), keep_data=keep_data)
    tables = analysis.read_run(trial.run)
    if page is not None:
        shutil.copyfile(run_pages.write(tables), page)
    answer = checked.answer(tables, writer=trial.writer, asked=trial.targets, called=trial.called)
    if as_json:
        told = rendering.as_data(answer, written=trial.written, notes=trial.notes, run=str(trial.run))
        print(json.dumps(told, indent=2))
    else:
        rendering.show(answer, console(), written=trial.written, notes=trial.notes, run=str(trial.run))
    over = verdicts.crossed(gates, {one.verdict for one in answer.targets} or {answer.verdict})
    if over:
        raise GateCrossed(f"{file}: {', '.join(over)}")
