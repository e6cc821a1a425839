"""`release`: what a release changes for stored models."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.answering import answers
from harness.cli.arguments import DEFAULT_PACKAGE, RESULTS, AnsweringRunOption, JsonOption, ResultsOption, console
from harness.errors import InputError


def release(
    version: Annotated[str, typer.Argument(help="The release: 1.9 or 1.9.1.")],
    package: Annotated[
        str, typer.Option(metavar="NAME", help="A release of this package: scikit-learn, numpy or onnxruntime.")
    ] = DEFAULT_PACKAGE,
    run: AnsweringRunOption = None,
    results: ResultsOption = RESULTS,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a page of Markdown: for users, maintainers and deployers.")
    ] = False,
    as_rst: Annotated[bool, typer.Option("--rst", help="Print a short section for release notes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a release changes for stored models.

    It is compared with the release before it. Of all models in all formats, each cause is told once. What every release
    brings is left out: that models of an older one warn.
    """
    if as_json + as_markdown + as_rst > 1:
        raise InputError("--json, --markdown and --rst: give one of them")
    from harness import analysis  # pandas
    from harness.analysis import release as releases
    from harness.analysis import versions
    from harness.report import release as rendering
    from harness.report import release_notes

    wanted = versions.wanted(version, package)
    found = releases.joined(
        list(answers(lambda path: releases.changes_of(analysis.read_run(path), wanted), run, results))
    )
    if as_json:
        print(json.dumps(rendering.as_data(found), indent=2))
    elif as_markdown or as_rst:
        print((release_notes.render if as_markdown else release_notes.notes)(found).rstrip())
    else:
        rendering.show(found, console())
