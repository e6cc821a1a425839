"""Why a run must not be taken for a sound one: what stands at the top of every report, and what fails a night. Pure."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from harness.model import UNTRIED, Status
from harness.report import digest as digests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.report.digest import Digest
    from harness.store import RunTables

NAMED = 3  # of a list


def of(digest: Digest) -> tuple[str, ...]:
    """What is wrong with the run itself, the worst first; nothing where all was done. Broken models are no alarm."""
    told = []
    if not any(count for status, count in digest.statuses.items() if Status(status) not in UNTRIED):
        told.append("Nothing ran: no cell of this run was tried.")
    if not digest.run.get("complete", True):
        told.append("This run is not complete: it was cut short, or shards of it are missing.")
    if digest.missing:
        names = list(digest.missing)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        told.append(
            f"{len(names)} of {len(digest.environments)} environments are missing: {', '.join(names[:NAMED])}{more}."
        )
    if digest.not_run:
        told.append(
            f"{digest.not_run} of {digest.cells} cells did not run. They count as nothing, least of all as passing."
        )
    if digest.diagonal_off:
        told.append(
            f"Self-test failed: {len(digest.diagonal_off)} artifacts do not predict identically in their own "
            f"producer, such as {digest.diagonal_off[0]}."
        )
    return tuple(told)


def of_tables(tables: RunTables, *, may_fail: Sequence[str] = ()) -> tuple[str, ...]:
    """The same of a stored run, but for environments that may fail, given by patterns of their names."""
    lost = tables.environments[tables.environments["status"] != Status.OK]["environment"]
    forgiven = {str(name) for name in lost if any(fnmatchcase(str(name), pattern) for pattern in may_fail)}
    if not forgiven:
        return of(digests.of(tables))
    cells, artifacts = tables.cells, tables.artifacts
    left = replace(
        tables,
        run={**tables.run, "complete": True},  # where more is missing than what may be, cells or environments tell
        environments=tables.environments[~tables.environments["environment"].isin(forgiven)],
        artifacts=artifacts[~artifacts["producer"].isin(forgiven)],
        cells=cells[~cells["producer"].isin(forgiven) & ~cells["consumer"].isin(forgiven)],
    )
    return of(digests.of(left))
