"""The verbs that answer what people come with: may I load it there, and what does a release change."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.options import RESULTS, JsonOption, ResultsOption, RunOption, console
from harness.versions import DEFAULT_PACKAGE

app = typer.Typer()


@app.command()
def ask(  # noqa: PLR0917  # typer reads the options from the parameters
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
    from harness import ask as asking  # noqa: PLC0415  # pandas
    from harness import store  # noqa: PLC0415
    from harness.report import ask as rendering  # noqa: PLC0415

    tables = store.read_run(store.find_run(results, run))
    answer = asking.ask(tables, estimator, producers=dumped, consumers=loaded, format_name=format_name, reader=reader)
    if as_json:
        print(json.dumps(rendering.as_data(answer), indent=2))
    else:
        rendering.show(answer, console())


@app.command()
def release(
    version: Annotated[str, typer.Argument(help="The release, such as 1.9 or 1.9.1.")],
    package: Annotated[str, typer.Option(help="Of this package: scikit-learn, numpy, onnxruntime.")] = DEFAULT_PACKAGE,
    run: RunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """What a release changes for stored models against the one before, as Markdown."""
    from harness import release as releases  # noqa: PLC0415  # pandas
    from harness import store, versions  # noqa: PLC0415
    from harness.report import release as rendering  # noqa: PLC0415

    found = releases.of(store.read_run(store.find_run(results, run)), versions.wanted(version, package))
    print(json.dumps(rendering.as_data(found), indent=2) if as_json else rendering.render(found).rstrip())
