"""Why a run must not be trusted: what every report shows first, and what fails a nightly run. Pure.

A model that breaks or drifts is a result, and no problem of the run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from harness.analysis import columns, units
from harness.analysis.summary import summarize
from harness.terms import LOADED, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from harness.analysis.summary import PairCounts, Summary
    from harness.store import RunTables

NAMED = 3  # of a list
#: The cause of cells whose stored file is missing or damaged, see `harness.analysis.causes`.
DAMAGED: Final = "artifact-damaged"


class ProblemKind(StrEnum):
    """The closed list of what can be wrong with a run, the worst first."""

    NOTHING_RAN = "nothing ran"
    INCOMPLETE = "incomplete"
    ENVIRONMENTS_MISSING = "environments missing"
    CELLS_NOT_RUN = "cells not run"
    ARTIFACTS_DAMAGED = "artifacts damaged"
    NOTHING_LOADS = "nothing loads"
    SELF_TEST = "self-test"
    REUSE = "reused outcomes"
    LEFT = "cells left for another run"


#: Of which a run is sound all the same.
_ALLOWED = frozenset({ProblemKind.LEFT})


_SENTENCES = {
    ProblemKind.NOTHING_RAN: "Nothing ran: no cell of this run was tried.",
    ProblemKind.INCOMPLETE: (
        "This run is not complete: it was stopped early, building an environment failed, or shards of it are missing."
    ),
    ProblemKind.ENVIRONMENTS_MISSING: "{count} of {of} environments are missing: {names}.",
    ProblemKind.CELLS_NOT_RUN: "{count} of {of} cells did not run. They never count as passing.",
    ProblemKind.ARTIFACTS_DAMAGED: (
        "Artifacts were damaged: the stored files of {cells} are missing or have changed, such as {names}."
    ),
    ProblemKind.NOTHING_LOADS: "In {names} nothing loads, not even what it wrote itself.",
    ProblemKind.REUSE: (
        "Outcomes of earlier runs are not what they are now: {count} of {of} that were worked out again differ, "
        "such as {names}. Run it again with --fresh."
    ),
    ProblemKind.LEFT: (
        "{count} of {of} cells were left for another run: what gets models over may take a share of the time. "
        "They never count as passing."
    ),
    ProblemKind.SELF_TEST: (
        "Self-test failed: {count} artifacts do not predict the same in their own producer, such as {names}."
    ),
}


@dataclass(frozen=True, kw_only=True)
class RunProblem:
    """One reason why a run is not sound. As text it is one sentence."""

    kind: ProblemKind
    count: int = 0  # of cells, environments or artifacts
    of: int = 0  # how many of them the run has; 0 where that says nothing
    names: tuple[str, ...] = ()  # environments, or ids of examples

    def __str__(self) -> str:
        more = f" and {len(self.names) - NAMED} more" if len(self.names) > NAMED else ""
        return _SENTENCES[self.kind].format(
            count=self.count,
            of=self.of,
            cells=units.counted(self.count, "cell"),
            names=", ".join(self.names[:NAMED]) + more,
        )


def find_problems(summary: Summary) -> tuple[RunProblem, ...]:
    """Find what is wrong with a run itself, the worst first; nothing if all was done."""
    return tuple(_problems(summary))


def _problems(summary: Summary) -> Iterator[RunProblem]:
    if not summary.ran:
        yield RunProblem(kind=ProblemKind.NOTHING_RAN)
    if not summary.run.get("complete", True):
        yield RunProblem(kind=ProblemKind.INCOMPLETE)
    if summary.missing:
        yield _of_environments(ProblemKind.ENVIRONMENTS_MISSING, summary.missing, summary)
    if summary.not_run:
        yield RunProblem(kind=ProblemKind.CELLS_NOT_RUN, count=summary.not_run, of=summary.cells)
    damaged = [group for group in summary.failures if group.cause == DAMAGED]
    if damaged:
        count = sum(group.count for group in damaged)
        yield RunProblem(kind=ProblemKind.ARTIFACTS_DAMAGED, count=count, names=(damaged[0].example,))
    dead = [name for name in summary.environments if _nothing_loads(summary.pairs.get((name, name)))]
    if dead:
        yield _of_environments(ProblemKind.NOTHING_LOADS, dead, summary)
    if summary.diagonal_off:
        count = len(summary.diagonal_off)
        yield RunProblem(kind=ProblemKind.SELF_TEST, count=count, of=summary.diagonal, names=summary.diagonal_off[:1])
    other = summary.reused.disagreeing
    if other:
        yield RunProblem(kind=ProblemKind.REUSE, count=len(other), of=summary.reused.sampled, names=other[:1])
    if summary.left:
        yield RunProblem(kind=ProblemKind.LEFT, count=summary.left, of=summary.cells)


def _of_environments(kind: ProblemKind, names: Collection[str], summary: Summary) -> RunProblem:
    return RunProblem(kind=kind, count=len(names), of=len(summary.environments), names=tuple(names))


def _nothing_loads(home: PairCounts | None) -> bool:
    """Whether the environment is broken, and not just some models."""
    return home is not None and home.broken > 0 and not (home.ok or home.drift or home.incomparable)


def forgiven(tables: RunTables, may_fail: Sequence[str]) -> tuple[str, ...]:
    """List the environments that are missing and may be.

    Parameters
    ----------
    tables : the tables of a run.
    may_fail : patterns of names, such as ``nightly*``.
    """
    lost = tables.environments[tables.environments["status"] != Status.OK]["environment"]
    return tuple(str(name) for name in lost if any(fnmatchcase(str(name), pattern) for pattern in may_fail))


def allowed(summary: Summary) -> tuple[RunProblem, ...]:
    """List what every report shows first of a run, though the run is sound."""
    return tuple(one for one in _problems(summary) if one.kind in _ALLOWED)


def find_run_problems(tables: RunTables, *, may_fail: Sequence[str] = ()) -> tuple[RunProblem, ...]:
    """Find what makes a stored run not sound, apart from environments that may fail.

    Parameters
    ----------
    tables : the tables of a run.
    may_fail : patterns of environments' names. One that fits and is missing is no problem.
    """
    names = forgiven(tables, may_fail)
    if not names:
        return _unsound(summarize(tables))
    cells, artifacts, figures = tables.cells, tables.artifacts, tables.figures
    cells = cells[~cells["producer"].isin(names) & ~cells["consumer"].isin(names)]
    left = replace(
        tables,
        environments=tables.environments[~tables.environments["environment"].isin(names)],
        artifacts=artifacts[~artifacts["producer"].isin(names)],
        cells=cells,
        figures=figures[figures["cell_id"].isin(cells["cell_id"])],
    )
    # If more is missing than what may be, the rows show it. Only this check finds cells that were never measured.
    whole = tables.run.get("complete") or not _never_measured(left)
    return _unsound(summarize(replace(left, run={**tables.run, "complete": whole})))


def _unsound(summary: Summary) -> tuple[RunProblem, ...]:
    return tuple(one for one in _problems(summary) if one.kind not in _ALLOWED)


def _never_measured(tables: RunTables) -> bool:
    """Whether some cell loaded, and all its figures are missing for one and the same reason."""
    loaded = tables.cells.loc[columns.among(tables.cells["status"], LOADED), "cell_id"]
    figures = tables.figures[tables.figures["cell_id"].isin(loaded)].groupby("cell_id")
    return bool(((figures["rounds"].max() == 0) & (figures["reason"].nunique() == 1)).any())
