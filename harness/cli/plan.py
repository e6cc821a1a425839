"""`plan`: what would run, and what cannot."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from harness.cli.arguments import MATRIX, RESULTS, JsonOption, MatrixOption, ProfileOption, ThroughOption, console


def plan(
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    resolve: Annotated[bool, typer.Option(help="Ask the package index which environments can be built.")] = True,
    through: ThroughOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a run would do, without doing it.

    Environments that can't be built are listed with the reason.
    """
    from harness.cli.planning import planned
    from harness.environments import availability
    from harness.report import plan as rendering
    from harness.store.pace import pace

    expanded = planned(matrix, profile, resolving=resolve, through=through)
    outlooks = availability.outlooks(expanded.profile.environments, expanded.impossible)
    if as_json:
        print(json.dumps(rendering.as_data(expanded, outlooks), indent=2))
    else:
        rendering.show(expanded, outlooks, console(), pace=pace(RESULTS))
