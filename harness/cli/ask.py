"""`ask`: may a model that was dumped there be loaded here?"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.answering import indexes
from harness.cli.arguments import RESULTS, AnsweringRunOption, JsonOption, ResultsOption, console


def ask(
    estimator: Annotated[str, typer.Argument(help="A class such as RandomForestClassifier, or a case or a family.")],
    dumped: Annotated[
        list[str], typer.Option("--from", metavar="VERSION", help="The scikit-learn that saved it: 1.2. Or numpy=1.26.")
    ],
    loaded: Annotated[
        list[str], typer.Option("--to", metavar="VERSION", help="The scikit-learn that loads it: 1.5. Or numpy=2.1.")
    ],
    format_name: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="Only this format, such as joblib.")
    ] = None,
    reader: Annotated[str | None, typer.Option(metavar="READER", help="Only this reader, such as joblib-mmap.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=VALUE", help="A parameter that your model has: loss=log_loss."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show every pair of environments with its evidence.")
    ] = False,
    run: AnsweringRunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Ask whether a model still works elsewhere.

    The answer comes from all stored runs: safe, no difference seen, changes predictions, breaks, or not known. It names
    what it stands on. A class means every tested model that is one or contains one; --with narrows it.
    Converted formats (ONNX, PMML, recipe) are left out unless --format names one.
    """
    from harness.analysis.ask import ask as answer_from
    from harness.report import ask as rendering

    answer = answer_from(
        indexes(run, results),
        estimator,
        producers=dumped,
        consumers=loaded,
        settings=settings or (),
        format_name=format_name,
        reader=reader,
    )
    if as_json:
        print(json.dumps(rendering.as_data(answer), indent=2))
    else:
        rendering.show(answer, console(), verbose=verbose)
