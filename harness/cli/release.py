"""`release`: what a release changes for stored models."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.answering import answers
from harness.cli.arguments import DEFAULT_PACKAGE, RESULTS, AnsweringRunOption, JsonOption, ResultsOption


def release(
    version: Annotated[str, typer.Argument(help="The release: 1.9 or 1.9.1.")],
    package: Annotated[
        str, typer.Option(metavar="NAME", help="A release of this package: scikit-learn, numpy or onnxruntime.")
    ] = DEFAULT_PACKAGE,
    run: AnsweringRunOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Show what a release changes for stored models.

    It is compared with the release before it. The answer is Markdown, for release notes.
    """
    from harness import analysis  # pandas
    from harness.analysis import release as releases
    from harness.analysis import versions
    from harness.report import release as rendering

    wanted = versions.wanted(version, package)
    # A run of few models says less of a release than one of many, however new it is.
    found = max(
        answers(lambda path: releases.compare_release(analysis.read_run(path), wanted), run, results),
        key=lambda one: one.cells,
    )
    print(json.dumps(rendering.as_data(found), indent=2) if as_json else rendering.render(found).rstrip())
