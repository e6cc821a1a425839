"""Of a pair every sign is shown, the most serious first."""

from __future__ import annotations

from harness.analysis.pair_signs import pick_signs
from harness.analysis.summary import PairCounts

NONE = dict.fromkeys(
    ("identical", "close", "warned", "drift", "drift_at_home", "broken", "at_home", "untried", "unwritten"), 0
)


def signs(**counts):
    return [text for _, text in pick_signs(PairCounts(**{**NONE, **counts}))]


def test_no_sign_hides_behind_heavier_ones() -> None:
    everything = {"identical": 9, "drift": 5, "drift_at_home": 2, "broken": 7, "at_home": 3, "untried": 4}
    assert signs(**everything) == ["≠3", "✗4", "(≠2)", "(✗3)", "–4"]


def test_a_pair_that_is_ok_shows_what_is_not() -> None:
    assert signs(identical=2, broken=1, at_home=1, untried=3, unwritten=1) == ["ok", "(✗1)", "–2"]
    assert signs(close=2, warned=1) == ["warn"]
    assert signs(untried=3) == []
