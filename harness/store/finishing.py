"""Ends a run, whether it is complete or was cut short: writes its tables and ``run.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.store import tables
from harness.store.reading import RunTables
from harness.terms import Status, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.config.plan import Plan
    from harness.store import RunFolder


def finish(plan: Plan, folder: RunFolder, *, cut_short: str, reasons: Mapping[str, str] | None = None) -> None:
    """Write what the journal holds as tables, then ``run.json``; close the folder, which has no pages yet.

    Parameters
    ----------
    cut_short, reasons : the reason of rows that nothing was tried for; see `harness.store.tables.Tables`.
    """
    built = tables.Tables(plan, folder.journal, folder.run["run_id"], cut_short, reasons)
    folder.write_tables(built)
    usable = any(row["status"] == Status.OK for row in built.environments.values())
    troubles = {name: row.get("trouble") for name, row in folder.journal.environments.items()}
    folder.run["complete"] = usable and not built.waiting and Trouble.TRY not in troubles.values()
    folder.run["retry"] = sorted(name for name, trouble in troubles.items() if trouble)
    hosts = measured_on(plan, folder)
    if hosts:
        # What is compared between runs are figures: where several machines measured, nobody can say on which it was.
        folder.run |= {"hosts": hosts, "host": common_facts(hosts.values())}
    folder.save_run()
    folder.close()


def so_far(plan: Plan, folder: RunFolder) -> RunTables:
    """The tables of a run that goes on, in memory: what nothing is known of yet is ``not-run``."""
    import pyarrow as pa  # noqa: PLC0415  # as in `harness.store.folder`

    built = tables.Tables(plan, folder.journal, folder.run["run_id"], "not begun yet")
    frames = {
        name: pa.Table.from_pylist(list(rows), schema=tables.SCHEMAS[name]).to_pandas() for name, rows in built.each()
    }
    return RunTables(path=folder.path, run=folder.run, **frames)


def measured_so_far(plan: Plan, folder: RunFolder) -> RunTables:
    """The same of what is measured alone, as `harness.store.reading.read_measured` has it."""
    import pyarrow as pa  # noqa: PLC0415  # as in `harness.store.folder`

    built = tables.Tables(plan, folder.journal, folder.run["run_id"], "not begun yet")
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "environments": built.environments.values(),
        "artifacts": (),
        "cells": built.measured_cells(),
        "samples": built.samples(),
    }
    frames = {
        name: pa.Table.from_pylist(list(some), schema=tables.SCHEMAS[name]).to_pandas() for name, some in rows.items()
    }
    return RunTables(path=folder.path, run=folder.run, **frames)


def measured_on(plan: Plan, folder: RunFolder) -> dict[str, dict[str, Any]]:
    """Facts of the machine that measured each environment, by name; only environments with samples."""
    found: dict[str, dict[str, Any]] = {}
    for name in plan.environments:
        rows = (folder.journal.measurement(cell.id) for cells in plan.measured(name) for cell in cells)
        hosts = [row.get("host") or folder.run["host"] for row in rows if row is not None and row["samples"]]
        if hosts:
            found[name] = common_facts(hosts)
    return found


def common_facts(hosts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The facts that several machines share; None for those that differ or are not known."""
    every = list(hosts)
    names = sorted({name for host in every for name in host})
    first = every[0] if every else {}
    return {
        name: first.get(name) if all(host.get(name) == first.get(name) for host in every) else None for name in names
    }


def reuse_of(told: Iterable[Mapping[str, Any] | None]) -> dict[str, Any]:
    """What parts of one run say of the outcomes that they worked out again, together."""
    every = [one for one in told if one]
    names = sorted({name for one in every for name in one["sampled"]})
    return {
        # By environment, so that a part that is given twice counts once.
        "sampled": {name: max(one["sampled"].get(name, 0) for one in every) for name in names},
        "disagreeing": sorted({name for one in every for name in one["disagreeing"]}),
    }
