"""The verbs that answer what people come with: may I load it there, and what does a release change."""

from __future__ import annotations

import itertools
import json
from pathlib import Path  # noqa: TC003  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from harness.analysis.versions import DEFAULT_PACKAGE
from harness.cli.arguments import RESULTS, JsonOption, ResultsOption, RunOption, console
from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.store import RunTables

T = TypeVar("T")

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
    from harness.analysis import ask as asking  # noqa: PLC0415  # pandas
    from harness.report import ask as rendering  # noqa: PLC0415

    def of(tables: RunTables) -> asking.Answer:
        return asking.ask(tables, estimator, producers=dumped, consumers=loaded, format_name=format_name, reader=reader)

    # Runs are read until one has two environments like those; where none has, the first says what there is.
    answers = _answers(of, run, results)
    first = next(answers)
    answer = next((one for one in itertools.chain([first], answers) if one.pairs), first)
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
    from harness.analysis import release as releases  # noqa: PLC0415  # pandas
    from harness.analysis import versions  # noqa: PLC0415
    from harness.report import release as rendering  # noqa: PLC0415

    wanted = versions.wanted(version, package)
    # A run of few models says less of a release than one of many, however new it is.
    found = max(_answers(lambda tables: releases.of(tables, wanted), run, results), key=lambda one: one.cells)
    print(json.dumps(rendering.as_data(found), indent=2) if as_json else rendering.render(found).rstrip())


def _answers(of: Callable[[RunTables], T], run: str | None, results: Path) -> Iterator[T]:
    """What the runs say that know of it, the first to be asked first. Raises InputError where none does."""
    from harness import store  # noqa: PLC0415

    nobody, problems = True, []
    for path in store.sources(results) if run is None else [store.find_run(results, run)]:
        try:
            answer = of(store.read_run(path))
        except InputError as error:
            problems.append(f"{path.name}: {error}")
            continue
        nobody = False
        yield answer
    if nobody:
        raise InputError("\n".join(problems))
