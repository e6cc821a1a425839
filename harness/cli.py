"""The verbs; the only place that prints or exits."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from harness import files, interpreters, processes, rootfs_verbs, tools
from harness import matrix as matrices
from harness.environments import NotReadyError, UnsatisfiableError, docker, kinds
from harness.environments.lock import resolve, satisfiable
from harness.errors import GateCrossed, HarnessError, InputError, MachineError
from harness.options import MATRIX, JsonOption, MatrixOption, console
from harness.plan import Plan

if TYPE_CHECKING:
    from harness.model import Environment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Which persisted scikit-learn models load, and still predict the same, where.",
)
app.add_typer(rootfs_verbs.app, name="rootfs")

INTERRUPTED = 130  # what a shell makes of Ctrl-C
#: Refusals of the operating system that are no fault of the harness, wherever they come up.
LACKING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOMEM, errno.EMFILE})

ProfileOption = Annotated[str, typer.Option(help="Which profile of the matrix.")]
ResultsOption = Annotated[Path, typer.Option(help="The folder of all runs.", show_default="results")]
ThroughOption = Annotated[
    str | None, typer.Option(help="docker: environments of kind rootfs become containers of the same roots.")
]
RunArgument = Annotated[
    str | None, typer.Argument(help="A run's id, its beginning, or its folder; the newest if none.")
]

RESULTS = tools.ROOT / "results"


def main() -> None:
    """Run a command; the exit code tells what became of it (see harness.errors)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a CI job that is cancelled ends as Ctrl-C ends it
    try:
        code = app(standalone_mode=False)  # typer may return what became of it, Ctrl-C too, instead of raising it
    except HarnessError as error:
        fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except typer.Exit as leave:
        code = leave.exit_code
    except typer.Abort:
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001  # the last place where a fault of ours gets words and its exit code
        if hasattr(error, "format_message"):  # the arguments, as typer sees them
            fail(error.format_message(), InputError.exit_code)
        if isinstance(error, OSError) and error.errno in LACKING:
            fail(f"{error.filename or 'this machine'}: {error.strerror}", MachineError.exit_code)
        traceback.print_exc()
        told = f"{type(error).__name__}: {error}"
        fail(f"the harness itself failed ({told}): please report it with the traceback above", HarnessError.exit_code)
    if code == INTERRUPTED:
        fail("interrupted; a run that was interrupted goes on with --resume", INTERRUPTED)
    sys.exit(code or 0)


def fail(message: str, code: int) -> None:
    Console(stderr=True).print(escape(message), style="red", highlight=False, soft_wrap=True)
    sys.exit(code)


def planned(matrix: Path, profile: str, *, resolving: bool, through: str | None = None) -> Plan:
    """The plan of a profile; with ``resolving`` it knows which environments no resolver can satisfy.

    With ``through`` "docker" the environments in roots are containers of the same roots.
    """
    if through not in (None, "docker"):
        raise InputError(f'--through {through}: what environments can be run through is "docker"')
    os.environ["HARNESS_MATRIX"] = str(matrix.resolve())  # nox's sessions, which build, are made from the same file
    loaded = matrices.load_matrix(matrix)
    chosen = loaded.profile(profile, satisfiable=satisfiable)
    if through is not None:
        chosen = replace(chosen, environments=tuple(map(docker.through, chosen.environments)))
    impossible: dict[str, str] = {}
    if resolving:
        with processes.workers(4) as pool:
            reasons = list(pool.map(_why_not, chosen.environments))
        impossible = {e.name: why for e, why in zip(chosen.environments, reasons, strict=True) if why is not None}
    return Plan(profile=chosen, impossible=impossible, through=through)


def _why_not(environment: Environment) -> str | None:
    why = kinds.OF[environment.kind].missing(environment)
    if why is not None or environment.source == "debian":  # to know what Debian has, a root would have to be made
        return why
    try:
        resolve(environment)
    except UnsatisfiableError as reason:
        return f"no resolver can satisfy it: {reason}"
    except NotReadyError as reason:
        return str(reason)
    if environment.kind == "local" and not interpreters.obtainable(environment.python or ""):
        return interpreters.missing(environment.python or "")
    return None


@app.command()
def run(  # noqa: PLR0917  # typer reads the options from the parameters
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    results: ResultsOption = RESULTS,
    resume: Annotated[bool, typer.Option("--resume", help="Finish the newest unfinished run of the profile.")] = False,
    run_id: Annotated[str | None, typer.Option("--run", help="Finish, or add to, this run.")] = None,
    locks: Annotated[str | None, typer.Option(help="Use the exact packages of this run.")] = None,
    dump: Annotated[list[str] | None, typer.Option(help="Only dump, and only in this environment.")] = None,
    load: Annotated[list[str] | None, typer.Option(help="Only load, and only in this environment.")] = None,
    through: ThroughOption = None,
) -> None:
    """Dump in every environment and load in every other: a results table and a report."""
    from harness import running, store  # noqa: PLC0415  # pandas
    from harness.report import terminal  # noqa: PLC0415

    plan = planned(matrix, profile, resolving=False, through=through)
    for name in [*(dump or ()), *(load or ())]:
        if name not in plan.environments:
            raise InputError(f"profile {profile} has no environment {name}; it has: {', '.join(plan.environments)}")
    folder = running.choose(results, profile, run_id=run_id, resume=resume)
    out = console()
    chosen = None if dump is None and load is None else (frozenset(dump or ()), frozenset(load or ()))
    done = running.run(
        plan,
        results=results,
        console=out,
        resume=folder,
        locks=None if locks is None else store.find_run(results, locks),
        producers=None if chosen is None else chosen[0],
        consumers=None if chosen is None else chosen[1],
    )
    terminal.show(store.read_run(done), out)


@app.command()
def plan(
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    resolve: Annotated[bool, typer.Option(help="Ask the resolver which environments cannot be had.")] = True,
    through: ThroughOption = None,
    as_json: JsonOption = False,
) -> None:
    """What would run: environments, artifacts, cells, and what cannot be, with reasons."""
    from harness.report import plans  # noqa: PLC0415

    expanded = planned(matrix, profile, resolving=resolve, through=through)
    if as_json:
        print(json.dumps(plans.as_data(expanded), indent=2))
    else:
        plans.show(expanded, console())


@app.command()
def report(
    run: RunArgument = None,
    results: ResultsOption = RESULTS,
    svg: Annotated[Path | None, typer.Option(help="Write what the terminal shows as a picture, too.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The report of a stored run; runs nothing."""
    from harness import store  # noqa: PLC0415
    from harness.report import digest, summary, terminal  # noqa: PLC0415

    folder = store.find_run(results, run)
    tables = store.read_run(folder)
    if as_json:
        print(json.dumps(digest.as_data(digest.of(tables)), indent=2))
        return
    summary.write(folder)
    if svg is not None:
        files.replace_text(svg, terminal.picture(tables))
    terminal.show(tables, console())


@app.command()
def show(
    artifact: Annotated[str, typer.Argument(help="An artifact's id: PRODUCER/CASE/FORMAT.")],
    run: Annotated[
        str | None, typer.Option(help="A run's id, its beginning, or its folder; the newest if none.")
    ] = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """One artifact's provenance: data, code, parameters, packages, scores; and how to make the model again."""
    from harness import store  # noqa: PLC0415
    from harness.environments.stage import stage  # noqa: PLC0415
    from harness.report import artifacts  # noqa: PLC0415

    tables = store.read_run(store.find_run(results, run))
    row = artifacts.find(tables, artifact.partition(">")[0])  # a cell's id begins with its artifact's
    rebuilt = row["manifest"] is not None and row["status"] == "ok"
    commands = artifacts.rebuild_commands(tables, row, stage([])) if rebuilt else []
    if as_json:
        print(json.dumps({**row, "rebuild": commands}, indent=2, default=str))
    else:
        artifacts.show(row, commands, console())


@app.command()
def claims(run: RunArgument = None, results: ResultsOption = RESULTS, as_json: JsonOption = False) -> None:
    """What scikit-learn's documentation says of persistence, held against a stored run."""
    from harness import claims as statements  # noqa: PLC0415
    from harness import store  # noqa: PLC0415
    from harness.report import claims as rendering  # noqa: PLC0415

    judgement = statements.judge(store.read_run(store.find_run(results, run)))
    if as_json:
        print(json.dumps(statements.as_data(judgement), indent=2))
    else:
        rendering.show(judgement, console())


@app.command()
def compare(  # noqa: PLR0917  # typer reads the options from the parameters
    base: Annotated[str, typer.Argument(help="The run to compare with: its id, its beginning, or its folder.")],
    new: Annotated[str, typer.Argument(help="The run that is compared, likewise.")],
    fail_on: Annotated[
        list[str] | None,
        typer.Option(help='A gate: status, drift, gone, or a figure such as "load_seconds[format=joblib]>1.3x".'),
    ] = None,
    allow_unjudged: Annotated[
        bool, typer.Option("--allow-unjudged", help="Pass gates for which these runs have nothing to judge by.")
    ] = False,
    expectations: Annotated[
        Path | None,
        typer.Option(help="Accepted changes and expected outcomes.", show_default="expectations.yaml beside the runs"),
    ] = None,
    results: ResultsOption = RESULTS,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, for a CI job's summary.")] = False,
) -> None:
    """What changed between two runs; exit code 1 when a gate is crossed."""
    from harness import compare as comparing  # noqa: PLC0415  # pandas and scipy
    from harness import store  # noqa: PLC0415
    from harness.compare import expectations as written  # noqa: PLC0415
    from harness.compare import gates  # noqa: PLC0415
    from harness.report import changes  # noqa: PLC0415

    if as_json and as_markdown:
        raise InputError("--json and --markdown: give one of them")
    wanted = gates.parse_all(fail_on or ())
    known = written.beside(results) if expectations is None else written.read(expectations)
    before, after = (store.read_run(store.find_run(results, name)) for name in (base, new))
    comparison = comparing.compare(before, after, expected=known, gates=wanted)
    if as_json:
        print(json.dumps(changes.as_data(comparison), indent=2))
    elif as_markdown:
        print(changes.render(comparison))
    else:
        changes.show(comparison, console())
    crossed = changes.crossed(comparison, allow_unjudged=allow_unjudged)
    if crossed:
        raise GateCrossed("\n".join(crossed))


@app.command()
def export(
    run: RunArgument = None,
    to: Annotated[str, typer.Option(help="csv, json or pytest-benchmark.")] = "csv",
    table: Annotated[
        str, typer.Option(help="For csv and json: cells, artifacts, environments, figures or samples.")
    ] = "cells",
    output: Annotated[Path | None, typer.Option(help="A file, instead of standard output.")] = None,
    results: ResultsOption = RESULTS,
) -> None:
    """A table, or the measurements, for other tools."""
    from harness import export as exporting  # noqa: PLC0415
    from harness import store  # noqa: PLC0415

    text = exporting.export(store.read_run(store.find_run(results, run)), to, table)
    if output is None:
        print(text, end="")
    else:
        files.replace_text(output, text)


@app.command()
def history(
    source: Annotated[
        str | None, typer.Option("--from", help="A folder of runs, or an fsspec URL.", show_default="results")
    ] = None,
    figure: Annotated[
        list[str] | None, typer.Option(help="Only this figure, such as load_seconds, size_bytes or status.")
    ] = None,
    cells: Annotated[
        list[str] | None, typer.Option(help="Only cells whose id fits the pattern; with ! before it, only others.")
    ] = None,
    expectations: Annotated[
        Path | None, typer.Option(help="Accepted changes.", show_default="expectations.yaml in results")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What changed over all stored runs: at which run, and which packages changed there."""
    from harness import history as histories  # noqa: PLC0415
    from harness.compare import expectations as written  # noqa: PLC0415
    from harness.report import history as rendering  # noqa: PLC0415

    known = written.beside(RESULTS) if expectations is None else written.read(expectations)
    found = histories.of(source or RESULTS, figures=figure or (), patterns=cells or (), expectations=known)
    if as_json:
        print(json.dumps(rendering.as_data(found), indent=2))
    else:
        rendering.show(found, console())


@app.command()
def schema() -> None:
    """The JSON Schema of matrix.yaml, for editors."""
    print(json.dumps(matrices.json_schema(), indent=2))
