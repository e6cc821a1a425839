"""A pair at a glance: few signs, the heaviest first, which the terminal and SUMMARY.md share. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.analysis.summary import Pair


class Sign(StrEnum):
    """What a sign means."""

    DRIFT = "predict differently"
    BROKEN = "fail"
    DRIFT_AT_HOME = "predict differently, and the format alone does it"
    OK = "all that was written loads and predicts the same"
    WARNED = "the same, with a version warning"
    BROKEN_AT_HOME = "fail in their own producer, too"
    LOST = "not run, not possible there, or refused"


#: Of a pair that is not ok, the heaviest.
MOST = 2


def of(pair: Pair | None) -> list[tuple[Sign, str]]:
    """Signs with their text; none where nothing was loaded and nothing failed. Beside ok all are told."""
    if pair is None or not (pair.ok or pair.drift or pair.broken):
        return []
    drift, broken = pair.drift - pair.drift_at_home, pair.broken - pair.at_home
    signs = [
        (Sign.DRIFT, f"≠{drift}", drift),
        (Sign.BROKEN, f"✗{broken}", broken),
        (Sign.DRIFT_AT_HOME, f"(≠{pair.drift_at_home})", pair.drift_at_home),
    ]
    if not any(count for *_, count in signs) and pair.ok:
        signs.append((Sign.WARNED, "warn", 1) if pair.warned else (Sign.OK, "ok", 1))
    signs.append((Sign.BROKEN_AT_HOME, f"(✗{pair.at_home})", pair.at_home))
    signs.append((Sign.LOST, f"–{pair.lost}", pair.lost))
    found = [(sign, text) for sign, text, count in signs if count]
    return found if found[0][0] in {Sign.OK, Sign.WARNED} else found[:MOST]
