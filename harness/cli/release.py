"""`release`: what a release changes for stored models."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import extras
from harness.cli.answering import answers
from harness.cli.arguments import (
    DEFAULT_PACKAGE,
    RESULTS,
    AnsweringRunOption,
    FailOnOption,
    JsonOption,
    ResultsOption,
    console,
)
from harness.errors import GateCrossed, InputError
from harness.machine import tools

_WHEELS = "wheels"  # a folder of runs within that of the runs, so that no wheel answers for a release


def release(
    version: Annotated[str | None, typer.Argument(help="The release: 1.9 or 1.9.1.")] = None,
    package: Annotated[
        str, typer.Option(metavar="NAME", help="A release of this package: scikit-learn, numpy or onnxruntime.")
    ] = DEFAULT_PACKAGE,
    fail_on: FailOnOption = None,
    run: AnsweringRunOption = None,
    results: ResultsOption = RESULTS,
    wheel: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A wheel of scikit-learn that is not released: it is built, and runs."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="With --wheel: every older minor, all parameters, three formats; hours.")
    ] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a page of Markdown: for users, maintainers and deployers.")
    ] = False,
    as_rst: Annotated[bool, typer.Option("--rst", help="Print a short section for release notes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a release changes for stored models.

    It is compared with the release before it. Of all models in all formats, each cause is told once. What every release
    brings is left out: that models of an older one warn.

    With --wheel, models of the two minor releases before it are saved with pickle, one or more for each estimator. They
    are loaded with the wheel, and with the release before it beside the same packages. It takes some minutes.
    """
    if as_json + as_markdown + as_rst > 1:
        raise InputError("--json, --markdown and --rst: give one of them")
    if (version is None) == (wheel is None):
        raise InputError("name a release, such as 1.9, or give --wheel FILE")
    if wheel is not None and (package != DEFAULT_PACKAGE or run is not None):
        raise InputError("--wheel takes neither --package nor --run")
    if every and wheel is None:
        raise InputError("--all belongs to --wheel FILE")
    from harness import analysis  # pandas
    from harness.analysis import release as releases
    from harness.analysis import versions
    from harness.analysis.verdicts import crossed, gates
    from harness.report import release as rendering
    from harness.report import release_notes

    asked = gates(fail_on or ())
    if wheel is not None:
        folder, version = _ran(wheel, results / _WHEELS, every=every)
        run = str(folder)
    elif run is None and package == DEFAULT_PACKAGE:
        _need_runs(results, str(version))
    wanted = versions.wanted(str(version), package)
    found = releases.joined(
        list(answers(lambda path: releases.changes_of(analysis.read_run(path), wanted), run, results))
    )
    if as_json:
        print(json.dumps(rendering.as_data(found), indent=2))
    elif as_markdown or as_rst:
        print((release_notes.render if as_markdown else release_notes.notes)(found).rstrip())
    else:
        rendering.show(found, console())
    over = crossed(asked, rendering.verdicts(found))
    if over:
        sys.stdout.flush()
        raise GateCrossed(f"--fail-on: {', '.join(over)}")


def _need_runs(results: Path, version: str) -> None:
    """Raise InputError where no run is stored, with the verb that answers from what the program carries."""
    from harness import store
    from harness.report import rerun_command
    from harness.terms import minor_of

    if store.within(results):
        return
    major, _, minor = minor_of(version).partition(".")
    before = f"{major}.{int(minor) - 1}" if minor.isdigit() and int(minor) else "OLD"
    raise InputError(
        f"{results}: no run is stored there, which `release` needs; a clone has one in results/reference. "
        f"From what this program carries, `{rerun_command.program()} upgrade --from {before} --to {version}` answers"
    )


def _ran(wheel: Path, results: Path, *, every: bool) -> tuple[Path, str]:
    """Run the models of older releases with a wheel; return the folder of the run and the wheel's version."""
    extras.need("run")
    from harness.checking import wheel_matrix
    from harness.cli.planning import matrix_of, planned
    from harness.report.console import SafeConsole
    from harness.run import lifecycle

    made = wheel_matrix.write(wheel, known=matrix_of(tools.MATRIX), every=every)
    plan = wheel_matrix.restricted(planned(made.file, wheel_matrix.PROFILE, resolving=False), made)
    folder = lifecycle.run(plan, results=results, console=SafeConsole(stderr=True))
    print(f"the run is {os.path.relpath(folder)}", file=sys.stderr)
    return folder, made.version
