"""The signs of a pair, the most serious first, for terminal and SUMMARY.md; and of each cell, for the page. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.analysis.cells import is_in
from harness.analysis.meanings import INCONCLUSIVE, SOUND, Meaning

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from harness.analysis.summary import PairCounts


class CellSign(StrEnum):
    """What one cell adds to the signs of its pair, the most serious first. The page counts them."""

    DRIFT = "drift"
    BROKEN = "broken"
    HOME_DRIFT = "home-drift"  # also in its own producer
    INCOMPARABLE = "incomparable"  # loads and predicts, and the outputs could not be compared
    NEVER = "never"  # did not run
    LOST = "lost"  # not possible there, or refused
    UNTRIED = "untried"  # not written
    HOME = "home"  # also fails in its own producer
    WARNED = "warned"
    OK = "ok"


#: By sign: its words for one cell, and for several.
CELL_WORDS = {
    CellSign.DRIFT: ("predicts differently", "predict differently"),
    CellSign.BROKEN: ("fails", "fail"),
    CellSign.HOME_DRIFT: (
        "predicts differently, also in its own producer",
        "predict differently, also in their own producer",
    ),
    CellSign.INCOMPARABLE: ("outputs could not be compared", "have outputs that could not be compared"),
    CellSign.NEVER: ("did not run", "did not run"),
    CellSign.LOST: ("not possible there, or refused", "not possible there, or refused"),
    CellSign.UNTRIED: ("not written", "not written"),
    CellSign.HOME: ("also fails in its own producer", "also fail in their own producer"),
    CellSign.WARNED: ("same predictions, with a version warning", "same predictions, with a version warning"),
    CellSign.OK: ("same predictions", "same predictions"),
}


def cell_signs(cells: pd.DataFrame) -> npt.NDArray[np.uint8]:
    """Return for each cell the position of its sign in `CellSign`.

    Parameters
    ----------
    cells : with the columns of `harness.analysis.cells`.
    """
    meaning, home = cells["meaning"], cells["also_at_home"].astype(bool)
    rules: dict[CellSign, pd.Series[Any]] = {
        CellSign.HOME_DRIFT: (meaning == Meaning.CHANGED) & home,
        CellSign.DRIFT: meaning == Meaning.CHANGED,
        CellSign.HOME: (meaning == Meaning.BROKEN) & home,
        CellSign.BROKEN: meaning == Meaning.BROKEN,
        CellSign.INCOMPARABLE: meaning == Meaning.INCOMPARABLE,
        CellSign.NEVER: meaning == Meaning.NOT_RUN,
        CellSign.UNTRIED: meaning == Meaning.UNWRITTEN,
        CellSign.LOST: is_in(meaning, INCONCLUSIVE),
        CellSign.WARNED: is_in(meaning, SOUND) & cells["version_warning"].eq(True),
    }
    order = list(CellSign)
    places = [order.index(sign) for sign in rules]
    conditions = [np.asarray(rule, dtype=bool) for rule in rules.values()]
    return np.select(conditions, places, default=order.index(CellSign.OK)).astype(np.uint8)


class Sign(StrEnum):
    """What a sign means."""

    DRIFT = "predict differently"
    BROKEN = "fail"
    DRIFT_AT_HOME = "predict differently, because of the format alone"
    INCOMPARABLE = "have outputs that could not be compared"
    OK = "all that was written loads and predicts the same"
    WARNED = "the same, with a version warning"
    BROKEN_AT_HOME = "also fail in their own producer"
    LOST = "not run, not possible there, or refused"


def pick_signs(pair: PairCounts | None) -> list[tuple[Sign, str]]:
    """Return all signs of a pair, each with its text.

    There are none if nothing was loaded and nothing failed.
    """
    if pair is None or not (pair.ok or pair.drift or pair.broken or pair.incomparable):
        return []
    drift, broken = pair.drift - pair.drift_at_home, pair.broken - pair.at_home
    signs = [
        (Sign.DRIFT, f"≠{drift}", drift),
        (Sign.BROKEN, f"✗{broken}", broken),
        (Sign.DRIFT_AT_HOME, f"(≠{pair.drift_at_home})", pair.drift_at_home),
        (Sign.INCOMPARABLE, f"?{pair.incomparable}", pair.incomparable),
    ]
    if not any(count for *_, count in signs) and pair.ok:
        signs.append((Sign.WARNED, "warn", 1) if pair.warned else (Sign.OK, "ok", 1))
    signs.append((Sign.BROKEN_AT_HOME, f"(✗{pair.at_home})", pair.at_home))
    signs.append((Sign.LOST, f"–{pair.lost}", pair.lost))
    return [(sign, text) for sign, text, count in signs if count]
