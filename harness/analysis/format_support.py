"""Which format can hold which case: it is written, and predicts the same in its own producer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from harness.store import RunTables


#: If there are several readers, the best one counts.
_RANK = {str(status): place for place, status in enumerate((Status.OK, Status.DRIFT))}


@dataclass(frozen=True, kw_only=True)
class CaseSupport:
    """One case in one format, in numbers of producers that were asked for it."""

    asked: int
    written: int
    same: int  # of the written: a reader in the producer itself predicts the same
    drift: int  # of the written: it loads there and predicts otherwise
    reason: str  # why the first one was not written, or is not the same


@dataclass(frozen=True, kw_only=True)
class FormatSupport:
    formats: tuple[str, ...]
    families: Mapping[str, str]  # by case
    held: Mapping[tuple[str, str], CaseSupport]  # by case and format


def tabulate_support(tables: RunTables) -> FormatSupport:
    """Tabulate artifacts, and the cells that are loaded in their own producer."""
    home = tables.cells[tables.cells["producer"] == tables.cells["consumer"]]
    best = home.assign(rank=home["status"].map(_RANK).fillna(len(_RANK))).sort_values("rank", kind="stable")
    best = best.drop_duplicates("artifact_id").set_index("artifact_id")
    best = best[["status", "reason"]].add_suffix("_home")
    if tables.artifacts.empty:  # runtimes only
        return FormatSupport(formats=(), families={}, held={})
    artifacts = tables.artifacts[tables.artifacts["status"] != Status.NOT_RUN]
    return FormatSupport(
        formats=tuple(dict.fromkeys(tables.artifacts["format"])),
        families=dict(sorted(zip(tables.artifacts["case"], tables.artifacts["family"], strict=True))),
        held={
            (str(case), str(name)): _held(group)
            for (case, name), group in artifacts.join(best, on="artifact_id").groupby(["case", "format"], sort=False)
        },
    )


def _held(artifacts: pd.DataFrame) -> CaseSupport:
    written = artifacts["status"] == Status.OK
    at_home = artifacts.loc[written, "status_home"].fillna(str(Status.NOT_RUN))
    reasons = [*artifacts.loc[~written, "reason"]]
    bad = artifacts[written & (artifacts["status_home"] != Status.OK)]
    reasons += [f"{status}: {reason}" for status, reason in zip(bad["status_home"], bad["reason_home"], strict=True)]
    return CaseSupport(
        asked=len(artifacts),
        written=int(written.sum()),
        same=int((at_home == Status.OK).sum()),
        drift=int((at_home == Status.DRIFT).sum()),
        reason=str(reasons[0]) if reasons else "",
    )
