"""Which format can hold which case: written, and the same when its own producer loads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from harness.store import RunTables


@dataclass(frozen=True, kw_only=True)
class Held:
    """One case in one format, over all producers that the run asked for it; numbers of producers."""

    asked: int
    written: int
    same: int  # of the written: some reader of the producer itself predicts the same
    drift: int  # of the written: loaded there and otherwise
    reason: str  # why it was not written, or not the same; of the first


@dataclass(frozen=True, kw_only=True)
class Support:
    formats: tuple[str, ...]
    families: Mapping[str, str]  # by case
    held: Mapping[tuple[str, str], Held]  # by case and format


def of(tables: RunTables) -> Support:
    """Read off the artifacts, and the cells in which producer and consumer are one."""
    home = tables.cells[tables.cells["producer"] == tables.cells["consumer"]]
    best = {str(artifact): _best(group) for artifact, group in home.groupby("artifact_id", sort=False)}
    artifacts = tables.artifacts[tables.artifacts["status"] != Status.NOT_RUN]
    return Support(
        formats=tuple(dict.fromkeys(tables.artifacts["format"])),
        families=dict(sorted(zip(tables.artifacts["case"], tables.artifacts["family"], strict=True))),
        held={
            (str(case), str(name)): _held(group, best)
            for (case, name), group in artifacts.groupby(["case", "format"], sort=False)
        },
    )


def _best(cells: pd.DataFrame) -> tuple[str, str]:
    """The status of the reader that does best, and its reason."""
    order = {str(status): place for place, status in enumerate((Status.OK, Status.DRIFT))}
    ranked = sorted(zip(cells["status"], cells["reason"], strict=True), key=lambda one: order.get(one[0], len(order)))
    status, reason = ranked[0]
    return str(status), str(reason or "")


def _held(artifacts: pd.DataFrame, best: Mapping[str, tuple[str, str]]) -> Held:
    written = artifacts[artifacts["status"] == Status.OK]
    loaded = [best.get(name, (str(Status.NOT_RUN), "")) for name in written["artifact_id"]]
    reasons = [str(reason) for reason in artifacts.loc[artifacts["status"] != Status.OK, "reason"]]
    reasons += [f"{status}: {reason}" for status, reason in loaded if status != Status.OK]
    return Held(
        asked=len(artifacts),
        written=len(written),
        same=sum(status == Status.OK for status, _ in loaded),
        drift=sum(status == Status.DRIFT for status, _ in loaded),
        reason=reasons[0] if reasons else "",
    )
