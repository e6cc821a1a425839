"""A plan, before anything runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from harness.analysis.units import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from harness.config.plan import Plan
    from harness.store.pace import Pace
    from harness.terms import Environment, Outlook

_HOURS_FROM = 120  # minutes


def as_data(plan: Plan, outlooks: Mapping[str, Outlook]) -> dict[str, Any]:
    """Return a plan as data for JSON."""
    profile = plan.profile
    return {
        "profile": profile.name,
        "digest": plan.digest,
        "environments": [
            {
                **asdict(e),
                "as_of": str(e.as_of),
                "days": {name: str(day) for name, day in e.days},
                "options": dict(e.options),
                "emulated": outlooks[e.name].emulated,
                "requirements": list(outlooks[e.name].requirements),
                "status": "not-run" if outlooks[e.name].reason else "planned",
                "reason": outlooks[e.name].reason,
            }
            for e in profile.environments
        ],
        "cases": [{"name": c.name, "family": c.family, "file": c.file} for c in profile.cases],
        "formats": [{"name": f.name, "readers": list(f.readers)} for f in profile.formats],
        "artifacts": [a.id for e in profile.environments for a in plan.artifacts(e.name)],
        "cells": [c.id for e in profile.environments for c in plan.cells(e.name)],
        "measured": [cell.id for e in profile.environments for cells in plan.measured(e.name) for cell in cells],
        "counts": {"artifacts": plan.artifact_count, "cells": plan.cell_count, "measured": plan.measured_count},
        "skips": _skips(plan, outlooks),
        "limits": asdict(profile.limits),
    }


def show(plan: Plan, outlooks: Mapping[str, Outlook], console: Console, *, pace: Pace | None = None) -> None:
    """Print the environments, what they will do, and what it costs at the pace of a stored run."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("environment", "asks for", "as of", "because of", "possible here?"):
        table.add_column(heading, overflow="fold")
    for environment in plan.profile.environments:
        outlook = outlooks[environment.name]
        table.add_row(
            escape(environment.name),
            escape(", ".join(_asked(environment, outlook))),
            str(environment.as_of),
            escape(environment.origin),
            _answer(outlook),
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
        f"{counted(count, 'environment')}, {counted(len(plan.profile.cases), 'case')}: "
        f"{counted(plan.artifact_count, 'artifact')} to write, {counted(plan.cell_count, 'cell')} to read, "
        f"{plan.measured_count} of them measured"
    )
    skipped = _skips(plan, outlooks)
    tried = plan.cell_count - sum(skip["cells"] for skip in skipped)
    if pace is not None and tried:
        on = "" if pace.processors is None else f" on {counted(pace.processors, 'processor')}"
        console.print(f"about {_duration(pace.of(tried))}{on}, at the pace of the run {escape(pace.run)}")
    if skipped:
        cells = sum(skip["cells"] for skip in skipped)
        console.print(
            f"[yellow]{counted(len(skipped), 'environment')} cannot be built here: "
            f"{counted(cells, 'cell')} will not run[/]"
        )


def _duration(seconds: float) -> str:
    """Roughly: minutes, or hours."""
    minutes = max(round(seconds / 60), 1)
    return counted(minutes, "minute") if minutes < _HOURS_FROM else counted(round(minutes / 60), "hour")


def _answer(outlook: Outlook) -> str:
    if outlook.reason is not None:
        return f"[yellow]no: {escape(outlook.reason)}[/]"
    return "[green]yes[/], emulated" if outlook.emulated else "[green]yes[/]"


def _asked(environment: Environment, outlook: Outlook) -> list[str]:
    python = [] if environment.python is None else [f"Python {environment.python}"]
    return [*python, *outlook.requirements, *outlook.details]


def _skips(plan: Plan, outlooks: Mapping[str, Outlook]) -> list[dict[str, Any]]:
    return [
        {"environment": name, "reason": outlook.reason, "cells": plan.cell_count_in([name])}
        for name, outlook in outlooks.items()
        if outlook.reason is not None
    ]
