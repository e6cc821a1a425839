"""`check`: does a model file work elsewhere, and does it predict the same?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import extras
from harness.cli.arguments import (
    RESULTS,
    AtOption,
    CodeOption,
    FailOnOption,
    JsonOption,
    RowsOption,
    TrustOption,
    WithOption,
    WriterRequirementsOption,
    console,
)
from harness.errors import GateCrossed, InputError, shown
from harness.files import write_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from harness.analysis.checked import Checked
    from harness.checking import Trial, Unsupplied
    from harness.inspection import Inspection
    from harness.store import RunTables


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model file, or a folder of MLflow.")],
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="TARGET",
            help="1.9, 1.4..1.9, a requirements file, .venv or another Python, or image:NAME. "
            "Default: each later minor release.",
        ),
    ] = None,
    data: RowsOption = None,
    at: AtOption = None,
    supplied: WithOption = None,
    requirements: WriterRequirementsOption = None,
    code: CodeOption = None,
    trust: TrustOption = False,
    keep_data: Annotated[bool, typer.Option("--keep-data", help="Keep model and rows in the run's folder.")] = False,
    fail_on: FailOnOption = None,
    results: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the run is stored.", show_default="the workspace")
    ] = None,
    page: Annotated[Path | None, typer.Option("--report", metavar="FILE.html", help="Write the run's page.")] = None,
    badge: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write where it is safe as a badge of shields.io.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check whether a model file works elsewhere.

    The environment that wrote it is built again, and so is each target. In sandboxes they load the file, and their
    answers are compared: safe, changes predictions, breaks, or not known.
    """
    extras.need("run")
    if page is not None:
        extras.need("site")
    from harness import inspection
    from harness.analysis import verdicts
    from harness.report.console import SafeConsole

    gates = verdicts.gates(fail_on or ())
    for output in (page, badge):
        _need_place(output, (file, data, requirements, code))
    aside = SafeConsole(stderr=True, highlight=False)
    found = None if (file / "run.json").exists() else inspection.inspect(file)
    if found is not None and not as_json:
        _preview(found, aside)  # before the imports that take a second

    from harness import checking
    from harness.cli.check_stream import Stream

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
    hear = checking.silent if as_json else Stream(aside).hear
    trial = checking.tried(ask, found=found, results=results, console=aside, keep_data=keep_data, told=hear)
    from harness.report import check as rendering

    answer, tables = _answered(trial)
    run = None if tables is None else str(tables.path)
    if as_json:
        told = rendering.as_data(answer, written=trial.written, notes=trial.notes, run=run)
        print(json.dumps(told, indent=2))
    else:
        rendering.show(answer, console(), written=trial.written, notes=trial.notes, run=run)
    if page is not None:
        _write_page(tables, page)
    if badge is not None:
        write_output(badge, json.dumps(rendering.badge(answer), indent=2) + "\n")
    over = verdicts.crossed(gates, {one.verdict for one in answer.targets} or {answer.verdict})
    if over:
        raise GateCrossed(f"{file}: {', '.join(over)}")


def _answered(trial: Trial | Unsupplied) -> tuple[Checked, RunTables | None]:
    """The answer of a trial, and the tables of its run; None where nothing could be tried."""
    from harness import checking
    from harness.analysis import cells, checked  # pandas

    if isinstance(trial, checking.Unsupplied):
        return checked.unanswered(trial.releases, writer=trial.writer, why=trial.why), None
    tables = cells.with_meaning(trial.tables)
    return checked.of_attempt(tables, trial), tables


def _write_page(tables: RunTables | None, page: Path) -> None:
    from harness.report import run_pages  # its charts take seconds to import

    if tables is None:
        raise InputError(f"{page}: there is no page of what could not be tried")
    sys.stdout.flush()
    write_output(page, run_pages.write(tables).read_text("utf-8"))


def _need_place(output: Path | None, inputs: Sequence[Path | None]) -> None:
    """Raises InputError where an output would be written over what was given, or is a folder."""
    if output is None:
        return
    if not output.name or output.is_dir():
        raise InputError(f"{shown(output)}: this is no name of a file to write")
    if output.exists() and any(one is not None and one.exists() and output.samefile(one) for one in inputs):
        raise InputError(f"{output}: this is what is checked, and is not written over: give another file")


def _preview(found: Inspection, aside: Console) -> None:
    """What is known at once: what the file tells, and what the stored runs say of models like it."""
    from harness.cli.inspect import reference
    from harness.report import inspect as inspecting

    inspecting.preview(found, aside)
    onwards = reference(found, RESULTS, at_once=True)
    if onwards:
        inspecting.preview_reference(onwards, aside)
