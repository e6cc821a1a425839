"""`ask`: may a model that was dumped there be loaded here?"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.answering import answers
from harness.cli.arguments import RESULTS, AnsweringRunOption, JsonOption, ResultsOption, console

if TYPE_CHECKING:
    from pathlib import Path

    from harness.analysis.ask import Answer


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
    run: AnsweringRunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Ask whether a model still works elsewhere.

    The answer comes from a stored run: safe, changes predictions, breaks, or not known. It names its evidence.
    Converted formats (ONNX, PMML, recipe) are left out unless --format names one.
    """
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
