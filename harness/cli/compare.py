"""`compare`: what changed between two runs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.arguments import RESULTS, ExpectationsOption, JsonOption, ResultsOption, console
from harness.errors import GateCrossed, InputError


def compare(
    base: Annotated[
        str, typer.Argument(help="The run to compare with: its id, the beginning of its id, or its folder.")
    ],
    new: Annotated[str, typer.Argument(help="The run to look at, named the same way.")],
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GATE", help='End with 1 if this gate is crossed: status, drift, gone, or "load_seconds>1.3x".'
        ),
    ] = None,
    allow_unjudged: Annotated[
        bool, typer.Option("--allow-unjudged", help="Pass gates that these runs can't judge.")
    ] = False,
    expectations: ExpectationsOption = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a CI summary.")] = False,
) -> None:
    """Show what changed between two runs.

    First statuses, then speed, memory and size. Changes within the noise are left out.
    """
    from harness import analysis, store  # pandas and scipy
    from harness.analysis import compare as comparing
    from harness.analysis.compare import expectations as expected
    from harness.analysis.compare import gates, past_runs
    from harness.report import compare as rendering

    if as_json and as_markdown:
        raise InputError("--json and --markdown: give one of them")
    wanted = gates.parse_all(fail_on or ())
    known = expected.beside(results) if expectations is None else expected.read(expectations)
    before, after = (analysis.read_run(store.find_run(results, name)) for name in (base, new))
    comparison = comparing.compare(before, after, expected=known, gates=wanted, past=past_runs.before(before, after))
    if as_json:
        print(json.dumps(rendering.as_data(comparison), indent=2))
    elif as_markdown:
        print(rendering.render(comparison))
    else:
        rendering.show(comparison, console())
    crossed = rendering.crossed(comparison, allow_unjudged=allow_unjudged, shown=not as_json)
    if crossed:
        raise GateCrossed("\n".join(crossed))
