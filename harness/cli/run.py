"""`run`: the main job."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import extras
from harness.cli.arguments import (
    MATRIX,
    RESULTS,
    CacheOption,
    MatrixOption,
    ProfileOption,
    ResultsOption,
    ThroughOption,
    console,
)
from harness.errors import GateCrossed, InputError
from harness.machine import tools

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.config.plan import Plan
    from harness.run.session import Engine


def run(
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    results: ResultsOption = RESULTS,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the profile's newest unfinished run.")] = False,
    run_id: Annotated[str | None, typer.Option("--run", metavar="RUN", help="Continue this run, or add to it.")] = None,
    locks: Annotated[str | None, typer.Option(metavar="RUN", help="Use exactly the packages of this run.")] = None,
    dump: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only write, and only in this environment.")
    ] = None,
    load: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only load, and only in this environment.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="CELL", help="Run only this cell, named by its id. The result is stored in results/cells."
        ),
    ] = None,
    through: ThroughOption = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Work everything out, also what earlier runs have worked out.")
    ] = False,
    measuring: Annotated[
        bool, typer.Option("--measure/--no-measure", help="Measure what the profile says, or nothing.")
    ] = True,
    cache: CacheOption = None,
    cache_limit: Annotated[
        str, typer.Option("--cache-limit", metavar="SIZE", help="What may be kept there when the run has ended.")
    ] = "20GB",
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Let a cluster of N workers on this machine do it.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Let the cluster of this Dask scheduler do it.")
    ] = None,
    objects: Annotated[
        str | None,
        typer.Option("--store", metavar="URL", help="With a cluster: where artifacts wait that all workers reach."),
    ] = None,
    case: Annotated[
        Path | None, typer.Option("--case", metavar="FILE", help="Run the cases of this file; no matrix is needed.")
    ] = None,
    saved: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="V", help="With --case: the scikit-learn that saves, 1.4.2 or 1.4..1.6."),
    ] = None,
    loaded: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="V", help="With --case: the scikit-learn that loads, 1.9.1 or 1.5..1.9."),
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", metavar="FILE", help="With --case: a further file beside it that it reads."),
    ] = None,
    packages: Annotated[
        list[str] | None, typer.Option("--with", metavar="PACKAGE", help="With --case: a package that it needs.")
    ] = None,
) -> None:
    """Run the matrix: a table and a report.

    Every environment saves its models, and every other loads them. A model that breaks is a result: exit code 0.
    What earlier runs have worked out is reused, and some of it is checked; what is measured is measured anew.
    A figure that changed since the profile's last run is measured twice.
    With --case, --from and --to a file of your own is run between these releases, both ways.
    """
    extras.need("run")
    clustered = _clustered(workers, scheduler, objects)
    if case is not None:
        matrix, profile = _of_case(case, saved or (), loaded or (), data or (), packages or ()), "case"
    elif saved or loaded or data or packages:
        raise InputError("--from, --to, --data and --with of `run` belong to --case FILE")
    from harness import store  # pandas
    from harness.analysis.compare import alarms
    from harness.cli import run_report
    from harness.cli.cache import opened, size
    from harness.cli.planning import planned
    from harness.config import plan as plans
    from harness.run import lifecycle

    plan = planned(matrix, profile, resolving=False, through=through)
    given = None if locks is None else store.find_run(results, locks)
    if only is not None:  # it is no run of the profile: nobody asks it what has changed
        plan, results = plans.only(plan, only), results / "cells"
    if not measuring:
        plan = replace(plan, profile=replace(plan.profile, measure=None))
    _check_known(plan, [*(dump or ()), *(load or ())])
    folder = lifecycle.choose(results, profile, run_id=run_id, resume=resume)
    out = console()
    everyone = dump is None and load is None
    report = run_report.RunReport()
    limit, kept = size(cache_limit), None if clustered or only is not None else opened(cache)
    with _engine(workers, scheduler, objects, results) if clustered else contextlib.nullcontext() as engine:
        done = lifecycle.run(
            plan,
            results=results,
            console=out,
            resume=folder,
            locks=given,
            producers=None if everyone else frozenset(dump or ()),
            consumers=None if everyone else frozenset(load or ()),
            cache=kept,
            fresh=fresh,
            engine=engine,
            alarming=alarms.against_last_run,
            then=report.write,
        )
    if kept is not None:
        kept.prune(limit)
    conclusive = report.show(out)
    # A share of a run may have nothing to load yet.
    if everyone and not conclusive:
        raise GateCrossed(f"{done}: nothing ran: no cell was tried; its rows say why")


def _clustered(workers: int | None, scheduler: str | None, store: str | None) -> bool:
    """Whether a cluster is to do it. Raises InputError, and MachineError where Dask is not installed."""
    if workers is not None and scheduler is not None:
        raise InputError("--workers begins a cluster of its own, and --scheduler names another: give one of them")
    if workers is None and scheduler is None:
        if store is not None:
            raise InputError("--store is for a cluster: give --workers or --scheduler, too")
        return False
    extras.need("dask")
    return True


def _engine(
    workers: int | None, scheduler: str | None, store: str | None, results: Path
) -> contextlib.AbstractContextManager[Engine]:
    """The cluster that does it. Imports Dask, which nothing else needs."""
    from harness.engine.cluster import engine
    from harness.store import pace

    known = pace.pace(results)
    seconds = None if known is None else known.seconds * (known.processors or 1)
    if scheduler is not None:
        return engine.remote(scheduler, store=store, cell_seconds=seconds)
    return engine.local(workers or 0, store=store, cell_seconds=seconds)


def _of_case(
    case: Path, saved: Sequence[str], loaded: Sequence[str], data: Sequence[Path], packages: Sequence[str]
) -> Path:
    """The matrix of a file of cases, which is written."""
    from harness.checking import case_matrix
    from harness.cli.planning import matrix_of

    if not saved and not loaded:
        raise InputError(f"--case {case}: say which releases of scikit-learn: --from 1.4.2 --to 1.9.1")
    return case_matrix.write(case, saved, loaded, known=matrix_of(tools.MATRIX), data=data, packages=packages)


def _check_known(plan: Plan, names: Iterable[str]) -> None:
    for name in names:
        if name not in plan.environments:
            known = ", ".join(plan.environments)
            raise InputError(f"profile {plan.profile.name} has no environment {name}; it has: {known}")
