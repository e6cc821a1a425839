"""`compare`: what changed between two runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import extras
from harness.cli.arguments import (
    MATRIX,
    RESULTS,
    ExpectationsOption,
    JsonOption,
    MatrixOption,
    ProfileOption,
    ResultsOption,
    console,
)
from harness.errors import GateCrossed, InputError

if TYPE_CHECKING:
    from pathlib import Path


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
    side_by_side: Annotated[
        bool,
        typer.Option("--side-by-side", help="Measure the packages of both runs anew, in turn, and compare that."),
    ] = False,
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "performance",
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a CI summary.")] = False,
) -> None:
    """Show what changed between two runs.

    First statuses, then speed, memory and size. Changes within the noise are left out.
    With --side-by-side the packages of both runs are installed, and a profile is run with both. --matrix and --profile
    are for that only.
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
    paths = store.find_run(results, base), store.find_run(results, new)
    if side_by_side:
        paths = _side_by_side(paths, matrix, profile, results)
    before, after = map(analysis.read_run, paths)
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


def _side_by_side(locks: tuple[Path, Path], matrix: Path, profile: str, results: Path) -> tuple[Path, Path]:
    """Two runs that measured in turn, with the packages of these."""
    from harness import analysis
    from harness.cli.planning import planned
    from harness.report import run_pages
    from harness.report.console import SafeConsole
    from harness.run import side_by_side

    extras.need("run")
    plan = planned(matrix, profile, resolving=False)
    out = SafeConsole(stderr=True, highlight=False)  # standard output is the comparison's
    made = side_by_side.run(
        plan, locks, results=results, console=out, then=lambda path: run_pages.write(analysis.read_run(path))
    )
    out.print(f"measured side by side: {made[0].name} and {made[1].name}", soft_wrap=True)
    return made
