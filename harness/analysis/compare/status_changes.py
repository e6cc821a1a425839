"""How each cell or artifact changed between two runs, joined by id. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis import cells
from harness.analysis.meanings import SOUND, Meaning
from harness.analysis.signatures import alike
from harness.terms import Finding

if TYPE_CHECKING:
    from collections.abc import Collection


class ChangeKind(StrEnum):
    """The closed list of changes, the most serious first."""

    DRIFTS = "drifts"  # was ok, and now loads without an error and predicts something else
    BREAKS = "breaks"  # was ok, and fails
    LOST = "lost"  # was ok, and was not tried or not comparable now: it never counts as passing
    PASSES = "passes"  # is ok, though the expectations declare it broken
    MISLEADS = "misleads"  # failed with an error, and now predicts something else without one
    WORSE = "worse"  # drifted, and now in something more serious, or in more labels
    OTHER = "other"  # fails or drifts in another way
    TRIED = "tried"  # was not tried or not comparable, and now fails or drifts
    UNTRIED = "untried"  # failed or drifted, and is not tried any more, or not comparable
    GONE = "gone"  # in BASE only
    FIXED = "fixed"  # failed or drifted, and now is ok
    GAINED = "gained"  # was not tried or not comparable, and now is ok
    NEW = "new"  # in NEW only


#: What crosses the gate "status".
ALARMING = (ChangeKind.DRIFTS, ChangeKind.BREAKS, ChangeKind.LOST, ChangeKind.PASSES)
IDENTITY = ("artifact_id", "producer", "consumer", "case", "family", "format", "reader")
#: By how much the fraction of other labels must grow to be another finding: models that flip a row now and then exist.
_MORE_LABELS = 0.01
_WEIGHT = {str(finding): weight for weight, finding in enumerate(Finding)}


def compare_statuses(base: pd.DataFrame, new: pd.DataFrame, identifier: str = "cell_id") -> pd.DataFrame:
    """Compare the statuses of every row of either table.

    Parameters
    ----------
    base, new : the tables ``cells`` of two runs, or ``artifacts`` with the identifier ``artifact_id``.

    Returns
    -------
    The identifying columns, and:

    ``was``, ``now``: statuses, or null.
    ``kind``: a `ChangeKind`, or null where nothing changed.
    ``reason``: of BASE where the row is ok now, else of NEW.
    ``message``: for failures, the reason without what varies from process to process.
    ``findings``: those of NEW.
    ``worst``: the share of labels that differ, from 0 to 1; -1 where it is not known.
    """
    columns = [identifier, *(name for name in IDENTITY if name in new and name != identifier)]
    joined = pd.concat([new[columns], base[columns]]).drop_duplicates(identifier).reset_index(drop=True)
    before, after = (table.set_index(identifier).reindex(joined[identifier]).reset_index() for table in (base, new))
    was, now = _states(before), _now(after)
    joined["was"], joined["now"] = before["status"], after["status"]
    joined["kind"] = _kinds(was, now, _worse(before, after), _otherwise(before, after))
    was_worse = joined["kind"].isin([str(kind) for kind in (ChangeKind.FIXED, ChangeKind.GAINED)])
    joined["reason"] = before["reason"].astype(object).where(was_worse, after["reason"].astype(object))
    plain = joined["kind"].isna() | joined["kind"].isin([str(kind) for kind in (ChangeKind.NEW, ChangeKind.GONE)])
    plain |= was.where(was_worse, now) == "drift"  # figures of drifts differ from cell to cell
    words = {text: alike(text) for text in joined.loc[~plain, "reason"].dropna().unique()}
    joined["message"] = pd.Series(
        ["" if skip else words.get(text, "") for text, skip in zip(joined["reason"], plain, strict=True)],
        index=joined.index,
        dtype=object,
    )
    joined["findings"] = pd.Series(_findings(after), index=joined.index, dtype=object)
    joined["worst"] = _numbers(after, "label_mismatch").fillna(-1.0)
    return joined


#: What a comparison makes of a meaning.
_STATES = {
    Meaning.CHANGED: "drift",
    **dict.fromkeys(SOUND, "ok"),
    **dict.fromkeys((Meaning.BROKEN, Meaning.REFUSED), "failed"),
    **dict.fromkeys((Meaning.NOT_RUN, Meaning.INCOMPARABLE, Meaning.IMPOSSIBLE, Meaning.UNWRITTEN), "untried"),
}


def _now(table: pd.DataFrame) -> pd.Series[Any]:
    """The same of NEW. What was left for another run is no change: nothing speaks against it."""
    states = _states(table)
    return states.mask(cells.left(table), "left") if "reason" in table else states


def _states(table: pd.DataFrame) -> pd.Series[Any]:
    """Each row as one of "ok", "drift", "failed", "untried", "absent". Artifacts have no meaning but their status."""
    meanings = table["meaning"] if "meaning" in table else cells.meanings_of_statuses(table["status"])
    known = {str(meaning): state for meaning, state in _STATES.items()}
    return pd.Series([known.get(word, "absent") for word in meanings], index=table.index, dtype=object)


def _kinds(was: pd.Series[Any], now: pd.Series[Any], worse: Any, otherwise: Any) -> pd.Series[Any]:
    bad = ("drift", "failed")

    def change(before: Collection[str], after: Collection[str]) -> Any:
        return was.isin(before) & now.isin(after)

    rules = {
        ChangeKind.GONE: now == "absent",
        ChangeKind.NEW: was == "absent",
        ChangeKind.DRIFTS: change(("ok",), ("drift",)),
        ChangeKind.BREAKS: change(("ok",), ("failed",)),
        ChangeKind.LOST: change(("ok",), ("untried",)),
        ChangeKind.MISLEADS: change(("failed",), ("drift",)),
        ChangeKind.WORSE: change(("drift",), ("drift",)) & worse,
        ChangeKind.FIXED: change(bad, ("ok",)),
        ChangeKind.GAINED: change(("untried",), ("ok",)),
        ChangeKind.TRIED: change(("untried",), bad),
        ChangeKind.UNTRIED: change(bad, ("untried",)),
        ChangeKind.OTHER: change(("drift",), ("failed",)) | (change(bad, bad) & otherwise),
    }
    names = np.array([str(kind) for kind in rules], dtype=object)
    found = np.select([np.asarray(rule, dtype=bool) for rule in rules.values()], list(names), default="")
    return pd.Series(found, index=was.index, dtype=object).where(found != "", None)


def _worse(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series[bool]:
    """Whether a drift became more serious, has more findings, or more labels differ. Older runs had no findings."""
    pairs = zip(_findings(before), _findings(after), strict=True)
    heavier = [bool(b and a) and (min(a) < min(b) or a > b) for b, a in ((_weights(b), _weights(a)) for b, a in pairs)]
    labels = _numbers(after, "label_mismatch") > _numbers(before, "label_mismatch").fillna(0.0) + _MORE_LABELS
    return pd.Series(heavier, index=after.index, dtype=bool) | (labels & _numbers(before, "label_mismatch").notna())


def _otherwise(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series[bool]:
    """Whether the status, the error or the findings differ. Messages vary too much to be compared."""
    other = _differ(before["status"], after["status"]) | _differ(before["error_type"], after["error_type"])
    pairs = zip(_findings(before), _findings(after), strict=True)
    return other | pd.Series(
        [bool(b) and bool(a) and set(b) != set(a) for b, a in pairs], index=after.index, dtype=bool
    )


def _differ(before: pd.Series[Any], after: pd.Series[Any]) -> pd.Series[bool]:
    """Where two columns of words differ; null is a value like others."""
    pairs = [column.astype(object).where(column.notna(), "") for column in (before, after)]
    return pairs[0] != pairs[1]


def _weights(findings: Collection[str]) -> set[int]:
    return {_WEIGHT[kind] for kind in findings}


def _findings(table: pd.DataFrame) -> list[Any]:
    """Each row's findings, empty where it has none."""
    if "findings" not in table:
        return [()] * len(table)
    return [() if np.ndim(kinds) == 0 else tuple(kinds) for kinds in table["findings"]]


def _numbers(table: pd.DataFrame, name: str) -> pd.Series[float]:
    if name not in table:
        return pd.Series(np.nan, index=table.index, dtype=float)
    return pd.to_numeric(table[name], errors="coerce").astype(float)
