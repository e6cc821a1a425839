"""`ask`: may a model that was dumped there be loaded here?"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.answering import answers
from harness.cli.arguments import RESULTS, JsonOption, ResultsOption, RunOption, console

if TYPE_CHECKING:
    from pathlib import Path

    from harness.analysis.ask import Answer


def ask(
    estimator: Annotated[str, typer.Argument(help="A class, a case or a family: RandomForestClassifier.")],
    dumped: Annotated[
        list[str], typer.Option("--from", help="Dumped by this scikit-learn, such as 1.2; or by numpy=1.26.")
    ],
    loaded: Annotated[
        list[str], typer.Option("--to", help="Loaded by this scikit-learn, such as 1.5; or by numpy=2.1.")
    ],
    format_name: Annotated[str | None, typer.Option("--format", help="Only this format, such as joblib.")] = None,
    reader: Annotated[str | None, typer.Option(help="Only this reader, such as joblib-mmap.")] = None,
    run: RunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Whether a model may be loaded elsewhere: safe, changes predictions, breaks, or not known; with the evidence."""
    from harness.analysis.ask import ask as answer_from
    from harness.analysis.ask.index import Index
    from harness.report import ask as rendering

    def question(path: Path) -> Answer:
        index = Index.from_run(path)
        return answer_from(index, estimator, producers=dumped, consumers=loaded, format_name=format_name, reader=reader)

    # Runs are asked until one has two environments like those; where none has, the first says what there is.
    found = answers(question, run, results)
    first = next(found)
    answer = next((one for one in itertools.chain([first], found) if one.pairs), first)
    if as_json:
        print(json.dumps(rendering.as_data(answer), indent=2))
    else:
        rendering.show(answer, console())
