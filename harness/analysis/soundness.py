"""Why a run must not be taken for a sound one: what stands at the top of every report, and what fails a night. Pure."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from harness.analysis import columns, units
from harness.analysis import summary as digests
from harness.terms import LOADED, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harness.analysis.summary import Digest, Pair
    from harness.store import RunTables

NAMED = 3  # of a list
#: What the reason of a cell says that was refused because a file of it is not there as it was stored.
_LOST = ("sha256 differs", "No such file or directory")


def of(digest: Digest) -> tuple[str, ...]:
    """What is wrong with the run itself, the worst first; nothing where all was done. Broken models are no alarm."""
    told = []
    if not digest.conclusive:
        told.append("Nothing ran: no cell of this run was tried.")
    if not digest.run.get("complete", True):
        told.append("This run is not complete: it was cut short, or shards of it are missing.")
    if digest.missing:
        told.append(
            f"{len(digest.missing)} of {len(digest.environments)} environments are missing: {_some(digest.missing)}."
        )
    if digest.not_run:
        told.append(
            f"{digest.not_run} of {digest.cells} cells did not run. They count as nothing, least of all as passing."
        )
    lost = [g for g in digest.failures if g.status == Status.REFUSED and any(words in g.message for words in _LOST)]
    if lost:
        count = units.counted(sum(group.count for group in lost), "cell")
        told.append(f"Artifacts were damaged: the files of {count} are not as they were stored, as {lost[0].example}.")
    dead = [name for name in digest.environments if _nothing_loads(digest.pairs.get((name, name)))]
    if dead:
        told.append(f"In {_some(dead)} nothing that it wrote loads.")
    if digest.diagonal_off:
        told.append(
            f"Self-test failed: {len(digest.diagonal_off)} artifacts do not predict identically in their own "
            f"producer, such as {digest.diagonal_off[0]}."
        )
    return tuple(told)


def _some(names: Collection[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(list(names)[:NAMED]) + more


def _nothing_loads(home: Pair | None) -> bool:
    """Whether it is the environment that is broken, and not some models."""
    return home is not None and home.broken > 0 and not home.ok and not home.drift


def forgiven(tables: RunTables, may_fail: Sequence[str]) -> tuple[str, ...]:
    """The environments that are missing and may be, by patterns of their names."""
    lost = tables.environments[tables.environments["status"] != Status.OK]["environment"]
    return tuple(str(name) for name in lost if any(fnmatchcase(str(name), pattern) for pattern in may_fail))


def of_tables(tables: RunTables, *, may_fail: Sequence[str] = ()) -> tuple[str, ...]:
    """The same of a stored run, but for environments that may fail, given by patterns of their names."""
    names = forgiven(tables, may_fail)
    if not names:
        return of(digests.of(tables))
    cells, artifacts, figures = tables.cells, tables.artifacts, tables.figures
    cells = cells[~cells["producer"].isin(names) & ~cells["consumer"].isin(names)]
    left = replace(
        tables,
        environments=tables.environments[~tables.environments["environment"].isin(names)],
        artifacts=artifacts[~artifacts["producer"].isin(names)],
        cells=cells,
        figures=figures[figures["cell_id"].isin(cells["cell_id"])],
    )
    # Where more is missing than what may be, rows tell; of what was never measured, only this does.
    whole = tables.run.get("complete") or not _never_measured(left)
    return of(digests.of(replace(left, run={**tables.run, "complete": whole})))


def _never_measured(tables: RunTables) -> bool:
    """Whether there is a cell that loaded and whose figures all lack for one and the same reason."""
    loaded = tables.cells.loc[columns.among(tables.cells["status"], LOADED), "cell_id"]
    figures = tables.figures[tables.figures["cell_id"].isin(loaded)].groupby("cell_id")
    return bool(((figures["rounds"].max() == 0) & (figures["reason"].nunique() == 1)).any())
