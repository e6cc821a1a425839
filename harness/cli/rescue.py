"""`rescue`: a file that works elsewhere, with the proof that it predicts the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import extras
from harness.cli.arguments import (
    AtOption,
    CodeOption,
    JsonOption,
    RowsOption,
    TrialResultsOption,
    TrustOption,
    WithOption,
    WriterRequirementsOption,
    console,
    telling,
)
from harness.errors import GateCrossed


def rescue(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model file, or a folder of MLflow.")],
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="TARGET", help="1.9, a requirements file, .venv or another Python, or image:NAME."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", metavar="OUT", help="The file to write: .pkl, .joblib, .skops, .portable, .onnx or .pmml."
        ),
    ],
    data: RowsOption = None,
    at: AtOption = None,
    supplied: WithOption = None,
    requirements: WriterRequirementsOption = None,
    code: CodeOption = None,
    trust: TrustOption = False,
    results: TrialResultsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a file that works in a target, proved there.

    Ways are tried, the cheapest first, in sandboxes: saved again in another format, by a release between, or as plain
    data. What is written was loaded by the target and predicts the same. Otherwise nothing is, and this ends with 1.
    """
    extras.need("run")
    from harness import checking, rescuing
    from harness.analysis.rescued import Ending
    from harness.report import rescue as rendering
    from harness.report.console import SafeConsole

    aside = SafeConsole(stderr=True, highlight=False)
    ask = rescuing.Ask(
        file=checking.Ask(
            file=file,
            rows=data,
            at=at,
            packages=tuple(supplied or ()),
            requirements=requirements,
            code=code,
            trusted=trust,
        ),
        to=to,
        output=output,
    )
    hear = telling(aside, rendering.line, silent=as_json)
    answer = rescuing.rescue(ask, console=aside, results=results, told=hear)
    if as_json:
        print(json.dumps(rendering.as_data(answer), indent=2))
    else:
        rendering.show(answer, console())
    if answer.ending is Ending.NOT_RESCUED:
        sys.stdout.flush()
        raise typer.Exit(GateCrossed.exit_code)
