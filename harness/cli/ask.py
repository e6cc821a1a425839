"""`ask`: may a model that was dumped there be loaded here?"""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from harness.cli.answering import indexes
from harness.cli.arguments import RESULTS, AnsweringRunOption, FailOnOption, JsonOption, ResultsOption, console
from harness.errors import GateCrossed


def ask(
    estimators: Annotated[
        list[str],
        typer.Argument(metavar="ESTIMATOR...", help="A class such as RandomForestClassifier, or a case or a family."),
    ],
    dumped: Annotated[
        list[str], typer.Option("--from", metavar="VERSION", help="The scikit-learn that saved it: 1.2. Or numpy=1.26.")
    ],
    loaded: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="VERSION", help="The scikit-learn that loads it: 1.5. Or numpy=2.1. Default: every release."
        ),
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="Only this format, such as joblib.")
    ] = None,
    reader: Annotated[str | None, typer.Option(metavar="READER", help="Only this reader, such as joblib-mmap.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="NAME=VALUE", help="A parameter that your model has: loss=log_loss."),
    ] = None,
    fail_on: FailOnOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show what was compared, and every pair of environments.")
    ] = False,
    how: Annotated[bool, typer.Option("--how", help="Show the command that repeats the worst cell.")] = False,
    run: AnsweringRunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Ask whether a model still works elsewhere.

    The answer comes from all stored runs: safe, no difference seen, changes predictions, breaks, or not known. Without
    --to it is of every release. Of several estimators the worst comes first. A class means every tested model that is
    one or contains one; --with narrows it. Converted formats (ONNX, PMML, recipe) and portable are left out unless
    --format names one.
    """
    from harness.analysis.ask import ask as answer_from
    from harness.analysis.ask import several
    from harness.analysis.verdicts import crossed, gates

    asked, stored = gates(fail_on or ()), indexes(run, results)
    answers = [
        answer_from(
            stored,
            estimator,
            producers=dumped,
            consumers=loaded or (),
            settings=settings or (),
            format_name=format_name,
            reader=reader,
        )
        for estimator in dict.fromkeys(estimators)
    ]
    if as_json:
        from harness.report import ask_data

        print(json.dumps(ask_data.as_data(answers), indent=2))
    else:
        from harness.report import ask as rendering

        rendering.show(answers, console(), verbose=verbose, how=how)
    over = crossed(asked, several.verdicts(answers))
    if over:
        sys.stdout.flush()
        raise GateCrossed(f"--fail-on: {', '.join(over)}")
