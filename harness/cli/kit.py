"""`kit`: a zipapp for environments that can be neither reached nor rebuilt."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.arguments import (
    RESULTS,
    AtOption,
    CodeOption,
    JsonOption,
    ResultsOption,
    RowsOption,
    TrustOption,
    WithOption,
    WriterRequirementsOption,
    console,
)
from harness.errors import InputError

if TYPE_CHECKING:
    from harness.engine.kit import Made


def kit(
    run: Annotated[
        str | None,
        typer.Argument(
            help="A run: its id, the beginning of its id, or its folder; or a model file. Default: the newest run."
        ),
    ] = None,
    output: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the kit.")] = Path("kit.pyz"),
    producer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only models of this environment: a name or pattern.")
    ] = None,
    case: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this case: a name or pattern.")] = None,
    format_name: Annotated[
        list[str] | None, typer.Option("--format", metavar="NAME", help="Only this format: a name or pattern.")
    ] = None,
    include_data: Annotated[
        bool, typer.Option("--include-data", help="Rows of yours may be in the kit, and leave this machine.")
    ] = False,
    data: RowsOption = None,
    at: AtOption = None,
    supplied: WithOption = None,
    requirements: WriterRequirementsOption = None,
    code: CodeOption = None,
    trust: TrustOption = False,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Make a kit: stored models as a program for a Python that cannot be reached.

    Take it there and run it: python kit.pyz --output facts.json. Bring the facts back: merge RUN facts.json. Of a model
    file the environment that wrote it is built first, and answers in a sandbox; the options from --data on are of it.
    """
    from harness import analysis, checking, store  # pandas
    from harness.engine import kit as making
    from harness.report.console import SafeConsole

    if run is not None and Path(run).is_file():
        ask = checking.Ask(
            file=Path(run),
            rows=data,
            at=at,
            packages=tuple(supplied or ()),
            requirements=requirements,
            code=code,
            trusted=trust,
            alone=True,
        )
        trial = checking.tried(ask, console=SafeConsole(stderr=True, highlight=False), keep_data=True)
        if isinstance(trial, checking.Unsupplied):
            raise InputError(f"{run}: {trial.why}")
        folder = trial.run
    else:
        folder = store.find_run(results, run)
    chosen = making.Chosen(producers=tuple(producer or ()), cases=tuple(case or ()), formats=tuple(format_name or ()))
    made = making.make(analysis.read_run(folder), output, chosen, include_data=include_data)
    if as_json:
        print(json.dumps({**asdict(made), "run": str(folder)}, indent=2, default=str))
    else:
        _show(made, folder)


def _show(made: Made, folder: Path) -> None:
    from rich.markup import escape

    from harness.analysis.units import counted

    out = console()

    def line(text: str) -> None:
        out.print(escape(text), soft_wrap=True)

    models, cells = counted(made.artifacts, "model"), counted(made.cells, "cell")
    line(f"{made.path}: {models}, {cells}, {made.size_bytes / 1e6:.1f} MB")
    if made.private:
        line("  it holds models of yours: whoever has it can use them")
    line(f"  there: python {made.path.name} --output facts.json")
    line(f"  then:  persistence-matrix merge {folder} facts.json")
