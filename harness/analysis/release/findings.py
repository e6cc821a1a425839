"""What a release changes, by effect and cause, the formats folded. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.analysis import carrying, causes, columns, sides
from harness.analysis.ask.sentence import how
from harness.analysis.compare.status_changes import ChangeKind
from harness.analysis.groups import differs
from harness.analysis.meanings import unusual_rows

if TYPE_CHECKING:
    import pandas as pd


class Effect(StrEnum):
    """What a release does to a stored model, the most serious first."""

    CHANGES = "changes predictions"  # it loads without an error and predicts something else
    BREAKS = "breaks"
    LOST = "not known any more"  # not tried or not comparable: it never counts as passing
    OTHERWISE = "bad or not known before, and bad in another way"
    FIXED = "works again"


_EFFECTS = {
    ChangeKind.DRIFTS: Effect.CHANGES,
    ChangeKind.MISLEADS: Effect.CHANGES,
    ChangeKind.BREAKS: Effect.BREAKS,
    ChangeKind.LOST: Effect.LOST,
    ChangeKind.UNTRIED: Effect.LOST,
    ChangeKind.WORSE: Effect.OTHERWISE,
    ChangeKind.OTHER: Effect.OTHERWISE,
    ChangeKind.TRIED: Effect.OTHERWISE,
    ChangeKind.FIXED: Effect.FIXED,
}
#: With a cause only these are explained: of the others it is the cause of something else, or there is none.
_EXPLAINED = frozenset({Effect.CHANGES, Effect.BREAKS, Effect.OTHERWISE})


@dataclass(frozen=True, kw_only=True)
class Share:
    """One class within a finding.

    Attributes
    ----------
    module : its public module, such as ``sklearn.linear_model``; empty if nobody could fit it
    models, of : how many of its cases are concerned, and were compared
    differs : what differs, in words; empty if it fails
    reason : of the worst cell; empty if it has none
    example : the worst cell's id
    """

    name: str
    module: str
    models: int
    of: int
    differs: str
    reason: str
    example: str


@dataclass(frozen=True, kw_only=True)
class ReleaseFinding:
    """The models that change or fail for one reason.

    Attributes
    ----------
    cause, sentence, helps, since, upstream : see `harness.analysis.causes.Cause`; empty or None where it is not known
    shares : its classes, that with most models first
    models, cells : how many are concerned
    saved_by : the producers in words, such as "1.0 to 1.4"
    formats : those that are concerned; empty if these models were compared in no other that keeps the object
    how : how it fails: "does not load"; empty if it does not
    labels : the largest fraction of labels that differ
    unusual : nothing differs for rows like those of the fit
    failed_before : they failed with an error in the release before
    carriers : other formats that get over what changes or breaks, the cheapest first
    """

    effect: Effect
    cause: str | None
    sentence: str
    helps: str
    since: str | None
    upstream: str | None
    shares: tuple[Share, ...]
    models: int
    cells: int
    saved_by: str
    formats: tuple[str, ...]
    how: str
    labels: float | None
    unusual: bool
    failed_before: bool
    carriers: tuple[carrying.Carrier, ...] = ()

    @property
    def is_known(self) -> bool:
        return bool(self.sentence)


def gather(cells: pd.DataFrame, held: sides.Held) -> tuple[ReleaseFinding, ...]:
    """Group the cells that changed.

    Parameters
    ----------
    cells : see `harness.analysis.release.changes.Changes`.
    held : see `harness.analysis.sides.held_by`.
    """
    names = {str(kind): str(effect) for kind, effect in _EFFECTS.items()}
    effects = cells["kind"].map(names)
    explained = cells["cause"].where(effects.isin([str(one) for one in _EXPLAINED])).fillna(causes.UNKNOWN)
    changed = cells.assign(effect=effects, why=explained)[effects.notna()]
    found = [
        _finding(Effect(str(effect)), str(cause), rows, cells, held)
        for (effect, cause), rows in changed.groupby(["effect", "why"], sort=False)
    ]
    order = {effect: place for place, effect in enumerate(Effect)}
    return tuple(sorted(found, key=lambda one: (order[one.effect], not one.is_known, -one.models, one.cause or "")))


def _finding(effect: Effect, cause: str, rows: pd.DataFrame, cells: pd.DataFrame, held: sides.Held) -> ReleaseFinding:
    known = causes.by_name().get(cause)
    since, upstream = (columns.most(rows[name].dropna()) for name in ("since", "upstream"))
    alike = cells[cells["case"].isin(rows["case"])]
    shares = [_share(str(name), some, cells) for name, some in rows.groupby("estimator", sort=True)]
    labels = float(rows["worst"].max())
    formats = columns.most(rows["format"])
    return ReleaseFinding(
        effect=effect,
        cause=None if known is None else cause,
        sentence=known.sentence if known else "",
        helps=known.helps if known else "",
        since=since[0] if since and known else None,
        upstream=upstream[0] if upstream and known else None,
        shares=tuple(sorted(shares, key=lambda one: (-one.models, one.name))),
        models=int(rows["case"].nunique()),
        cells=len(rows),
        saved_by=saved_by(rows, alike, held),
        formats=() if set(formats) == set(alike.loc[~alike["converts"], "format"]) else tuple(sorted(formats)),
        how=how(rows["now"].dropna()) if effect is Effect.BREAKS else "",
        labels=labels if effect is Effect.CHANGES and labels > 0 else None,
        unusual=effect is Effect.CHANGES and _are_unusual(rows["differing"]),
        carriers=carrying.carriers(carrying.loaded(rows), carrying.loaded(alike)) if effect in _EXPLAINED else (),
        failed_before=bool((rows["kind"] == ChangeKind.MISLEADS).all()),
    )


def _share(name: str, rows: pd.DataFrame, cells: pd.DataFrame) -> Share:
    worst = rows.sort_values(["worst", "cell_id"], ascending=[False, True]).iloc[0]
    return Share(
        name=name,
        module=str(worst["module"]),
        models=int(rows["case"].nunique()),
        of=int(cells.loc[cells["estimator"] == name, "case"].nunique()),
        differs=differs(columns.findings(rows), len(rows)),
        reason=str(worst["reason"]) if isinstance(worst["reason"], str) else "",
        example=str(worst["cell_id"]),
    )


def _are_unusual(differing: pd.Series[Any]) -> bool:
    """Whether nothing differs for rows like those of the fit."""
    lists = [list(names) if np.ndim(names) else [] for names in differing]
    return all(map(unusual_rows, lists))


def saved_by(rows: pd.DataFrame, alike: pd.DataFrame, held: sides.Held) -> str:
    """The producers of some cells in words, such as "1.0 to 1.4".

    Parameters
    ----------
    alike : the cells that could have been among them.
    """
    pairs = set(rows[["producer", "consumer"]].itertuples(index=False, name=None))
    producers, consumers = set(alike["producer"]), set(alike["consumer"])
    tried = {name: packages for name, packages in held.items() if name in producers | consumers}
    return sides.names_of(pairs, producers, consumers, tried)[0]
