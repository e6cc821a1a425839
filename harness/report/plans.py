"""A plan, before anything runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from harness.environments import kinds
from harness.environments.lock import requirements
from harness.machine import interpreters, platforms

if TYPE_CHECKING:
    from rich.console import Console

    from harness.config.plan import Plan
    from harness.terms import Environment


def as_data(plan: Plan) -> dict[str, Any]:
    """The whole plan as JSON-able data; artifacts and cells as the axes that span them."""
    profile = plan.profile
    return {
        "profile": profile.name,
        "digest": plan.digest,
        "environments": [
            {
                **asdict(e),
                "as_of": str(e.as_of),
                "emulated": platforms.is_emulated(e.platform),
                "requirements": requirements(e),
                "status": "not-run" if (why := _why_not(plan, e)) else "planned",
                "reason": why,
            }
            for e in profile.environments
        ],
        "cases": [{"name": c.name, "family": c.family, "file": c.file} for c in profile.cases],
        "formats": [{"name": f.name, "readers": list(f.readers)} for f in profile.formats],
        "artifacts": [a.id for e in profile.environments for a in plan.artifacts(e.name)],
        "cells": [c.id for e in profile.environments for c in plan.cells(e.name)],
        "measured": [cell.id for e in profile.environments for cells in plan.measured(e.name) for cell in cells],
        "counts": {"artifacts": plan.artifact_count, "cells": plan.cell_count, "measured": plan.measured_count},
        "skips": _skips(plan),
        "limits": asdict(profile.limits),
    }


def show(plan: Plan, console: Console) -> None:
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("environment", "asks for", "as of", "because of", "can it be?"):
        table.add_column(heading, overflow="fold")
    for environment in plan.profile.environments:
        why = _why_not(plan, environment)
        table.add_row(
            escape(environment.name),
            escape(", ".join(_asked(environment))),
            str(environment.as_of),
            escape(environment.origin),
            _yes(environment) if why is None else f"[yellow]no: {escape(why)}[/]",
        )
    console.print(table)
    count = len(plan.profile.environments)
    families: dict[str, list[str]] = {}
    for case in plan.profile.cases:
        families.setdefault(case.family, []).append(case.name)
    for family, names in families.items():
        console.print(f"  {escape(family)}: {escape(', '.join(names))}", soft_wrap=True)
    formats = ", ".join(f"{f.name} ({', '.join(f.readers)})" for f in plan.profile.formats)
    console.print(f"\nformats (readers): {escape(formats)}")
    console.print(
        f"{count} environments, {len(plan.profile.cases)} cases: "
        f"{plan.artifact_count} artifacts to write, {plan.cell_count} cells to read, "
        f"{plan.measured_count} of them measured"
    )
    skipped = _skips(plan)
    if skipped:
        cells = sum(skip["cells"] for skip in skipped)
        console.print(f"[yellow]{len(skipped)} environments cannot be had here: {cells} cells will not run[/]")


def _yes(environment: Environment) -> str:
    return "[green]yes[/], emulated" if platforms.is_emulated(environment.platform) else "[green]yes[/]"


def _asked(environment: Environment) -> list[str]:
    python = [] if environment.python is None else [f"Python {environment.python}"]
    source = ["Debian's own packages"] if environment.source == "debian" else []
    place = [f"in {environment.image or environment.suite}"] if environment.image or environment.suite else []
    return [*python, *requirements(environment), *environment.npm, *source, *place]


def _skips(plan: Plan) -> list[dict[str, Any]]:
    each = plan.cell_count // max(len(plan.profile.environments), 1)
    return [
        {"environment": e.name, "reason": why, "cells": each}
        for e in plan.profile.environments
        if (why := _why_not(plan, e)) is not None
    ]


def _why_not(plan: Plan, environment: Environment) -> str | None:
    why = plan.impossible.get(environment.name) or kinds.OF[environment.kind].missing(environment)
    python = environment.python if environment.kind == "local" else None
    if why is None and python is not None and interpreters.find(python) is None:
        return f"{interpreters.missing(python)} (a run tries to download it)"
    return why
