"""What became slower or faster, larger or smaller, and what needs more memory or less. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis.compare import between_runs, change_groups, measurements, ranks
from harness.analysis.compare.effects import EFFECTS, SIZE, Comparable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.analysis.compare.change_groups import Members
    from harness.analysis.compare.effects import Numbers
    from harness.analysis.compare.known import Known
    from harness.analysis.compare.suspects import Suspects, Suspicion
    from harness.store import RunTables

#: From this ratio on, the report says that the machine itself became slower or faster.
MACHINE_DRIFT = 1.03
#: With fewer cells a median shows nothing of a whole run.
_MANY = 10
_BY = ("consumer", "producer", "case", "format", "reader")


@dataclass(frozen=True, kw_only=True)
class FigureGroup:
    """Cells, or artifacts, of which one figure changed the same way."""

    figure: str
    word: str  # "slower", "larger", "hungrier", or the reverse
    grew: bool
    by: str  # what they have in common, one of the dimensions of `groups`; empty for what is left over
    count: int
    of: int  # how many of those that were compared have that in common
    members: Members
    confirmed: int | None  # how many changed again when they were measured again; None of sizes, which have no noise
    least: float | None  # ratios, NEW over BASE, of the smallest and the largest change; None from nothing to something
    most: float | None
    example: str  # the id whose change is largest
    was: float
    now: float
    causes: Suspects


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the figures of two runs say."""

    common: Comparable  # what their machines have in common
    measured: int  # (cell, figure) that either run measured
    compared: int
    skipped: dict[str, int]  # the others, by reason
    powerless: int  # of those compared: too few samples to be found if they alone had changed
    past: int  # earlier runs of this machine, which showed how noisy each figure is
    sizes: int  # artifacts compared
    yardsticks: dict[str, float]  # how many times as long fixed pieces of work took in NEW
    shift: float | None  # the median ratio of load_seconds, where it is beyond the least change itself
    dismissed: int  # changes that were gone when they were measured again
    changed: tuple[FigureGroup, ...]  # the larger ones first, then those that shrank
    accepted: int
    judged: pd.DataFrame  # every figure of a cell that was compared: see `judge`
    resized: pd.DataFrame  # every artifact's size: the same columns without consumer and reader
    unjudged: pd.DataFrame  # every figure of a cell that was not compared, with ``why``

    @property
    def machine_drift(self) -> dict[str, float]:
        """The yardsticks that changed beyond `MACHINE_DRIFT`."""
        return {k: ratio for k, ratio in self.yardsticks.items() if not 1 / MACHINE_DRIFT <= ratio <= MACHINE_DRIFT}


def compare_figures(
    base: RunTables, new: RunTables, known: Known, suspicion: Suspicion, past: Sequence[RunTables] = ()
) -> Figures:
    """Compare the figures of two runs. ``past``, older than NEW, shows how noisy each is: see `between_runs`."""
    table = measurements.pair_samples(base, new)
    judged = judge(table[table["why"].isna()].reset_index(drop=True), between_runs.past_ratios(past))
    judged = _settled(judged, base.run["run_id"], new.run.get("alarms") or {})
    resized = judge_sizes(measurements.sizes(base, new))
    for rows in (judged, resized):
        rows["accepted"] = _accepted(rows, known)
    unjudged = table[table["why"].notna()]
    everything = [*_groups(judged, suspicion), *_groups(resized, suspicion)]
    return Figures(
        common=measurements.machines(base.run, new.run),
        measured=len(table),
        compared=len(judged),
        skipped=dict(Counter(unjudged["why"]).most_common()),
        powerless=ranks.powerless(list(judged["pair"])),
        past=len(past),
        sizes=len(resized),
        yardsticks=measurements.yardsticks(base, new)
        if measurements.machines(base.run, new.run) is Comparable.SAME
        else {},
        shift=_shift(judged),
        dismissed=int((judged["again"] == "dismissed").sum()),
        changed=tuple(sorted(everything, key=lambda group: (not group.grew, list(EFFECTS).index(group.figure)))),
        accepted=int(judged["accepted"].sum() + resized["accepted"].sum()),
        judged=judged,
        resized=resized,
        unjudged=unjudged,
    )


def judge(table: pd.DataFrame, shown: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of `measurements.pair_samples` that can be compared, judged; ``shown`` is of `between_runs.past_ratios`.

    Added are ``was`` and ``now`` (medians), ``ratio``, ``chance``, ``beyond`` (whether it grew by more than runs
    differ) and ``change``: "more", "less" or null. A change is beyond what the samples of one run vary, and beyond
    what runs differ. Growing and shrinking are corrected separately, so that the share of false findings among the
    slower ones does not depend on what became faster.
    """
    pairs = list(table["pair"])
    return decide(table, ranks.more(pairs), ranks.less(pairs), shown)


def decide(table: pd.DataFrame, more: Numbers, less: Numbers, shown: pd.DataFrame | None) -> pd.DataFrame:
    """The same, given the chances of `ranks`: they take long, and each is of its own row."""
    pairs = list(table["pair"])
    was, now = (np.array([pair.medians[side] for pair in pairs], dtype=float) for side in (0, 1))
    noise = between_runs.learn(table, shown)
    ratios = np.array([between_runs.log_ratio(pair) for pair in pairs], dtype=float)
    grown, shrunk = noise.chances(ratios), noise.chances(-ratios)
    beyond, below = between_runs.holm(grown), between_runs.holm(shrunk)
    grew = ranks.discoveries(more) & beyond & np.array([pair.grew() for pair in pairs], dtype=bool)
    shrank = ranks.discoveries(less) & below & np.array([pair.shrank() for pair in pairs], dtype=bool)
    return table.assign(
        was=was,
        now=now,
        ratio=_ratio(was, now),
        chance=np.minimum(np.maximum(more, grown), np.maximum(less, shrunk)),
        beyond=beyond,
        change=_change(grew, shrank),
    )


def judge_sizes(sizes: pd.DataFrame) -> pd.DataFrame:
    """Rows of `measurements.sizes` with ``figure``, ``chance`` and ``change``."""
    bar = EFFECTS[SIZE].ratio
    grew, shrank = (np.asarray(found, dtype=bool) for found in (sizes["ratio"] > bar, sizes["ratio"] < 1 / bar))
    return sizes.assign(figure=SIZE, chance=np.nan, change=_change(grew, shrank))


def _settled(judged: pd.DataFrame, base: str, alarms: Mapping[str, Any]) -> pd.DataFrame:
    """Add ``again``: "confirmed", "dismissed", or null where it was not measured twice. A dismissed change is none."""
    told: dict[tuple[str, ...], str] = {}
    if alarms.get("base") == base:
        told = {tuple(one): word for word in ("confirmed", "dismissed") for one in alarms.get(word, ())}
    keys = zip(judged["cell_id"], judged["figure"], judged["change"], strict=True)
    again = pd.Series([told.get(key) for key in keys], index=judged.index, dtype=object)
    return judged.assign(again=again, change=judged["change"].where(again != "dismissed", None))


def _change(grew: Any, shrank: Any) -> Any:
    change = np.full(len(grew), None, dtype=object)
    change[grew], change[shrank] = "more", "less"
    return change


def _ratio(was: Any, now: Any) -> Any:
    sound = (was > 0) & (now > 0)
    return np.where(sound, now / np.where(sound, was, 1.0), np.nan)


def _accepted(rows: pd.DataFrame, known: Known) -> pd.Series[bool]:
    found = pd.Series(data=False, index=rows.index, dtype=bool)
    for figure in rows["figure"].unique():
        some = rows[(rows["figure"] == figure) & rows["change"].notna()]
        accepted = known.accepted(some, figure, some["ratio"])
        found[accepted[accepted].index] = True
    return found


def _shift(judged: pd.DataFrame) -> float | None:
    ratios = judged.loc[judged["figure"] == "load_seconds", "ratio"].dropna()
    bar = EFFECTS["load_seconds"].ratio
    middle = float(ratios.median()) if len(ratios) >= _MANY else 1.0
    return None if 1 / bar <= middle <= bar else middle


def _groups(rows: pd.DataFrame, suspicion: Suspicion) -> Iterator[FigureGroup]:
    identifier = "cell_id" if "cell_id" in rows else "artifact_id"
    news = rows[rows["change"].notna() & ~rows["accepted"]]
    for (figure, change), some in news.groupby(["figure", "change"], sort=False):
        effect, grew = EFFECTS[str(figure)], change == "more"
        for by, size, group in change_groups.cover(some, rows[rows["figure"] == figure], _BY):
            ordered = group.sort_values("ratio", ascending=not grew, na_position="first")
            first, last = ordered.iloc[0], ordered.iloc[-1]
            yield FigureGroup(
                figure=str(figure),
                word=effect.more if grew else effect.less,
                grew=grew,
                by=by,
                count=len(group),
                of=size,
                members=change_groups.members(group),
                confirmed=int((group["again"] == "confirmed").sum()) if "again" in group else None,
                least=None if pd.isna(last["ratio"]) else float(last["ratio"]),
                most=None if pd.isna(first["ratio"]) else float(first["ratio"]),
                example=str(first[identifier]),
                was=float(first["was"]),
                now=float(first["now"]),
                causes=suspicion.find_suspects(group),
            )
