"""Other neighbours at the same distance are no other prediction; other ones elsewhere are."""

from __future__ import annotations

import numpy as np

from tests.judging.common import CLOSE, DRIFT, IDENTICAL, check

DISTANCES = np.array([[0.0, 1.0, 1.0, 2.0]])
INDICES = np.array([[5, 3, 4, 7]])


def of(indices, distances=DISTANCES, method="kneighbors"):
    return check((DISTANCES, INDICES), (distances, np.array([indices])), method=method)


def test_neighbours_in_another_order_are_close_where_they_tie() -> None:
    assert of([5, 3, 4, 7]).parity is IDENTICAL
    found = of([5, 4, 3, 7])
    assert (found.parity, found.findings, found.label_mismatch) == (CLOSE, (), 0.0)
    assert found.sentences == ("kneighbors: 2 of 4 indices differ, all of neighbours at the same distance",)


def test_one_more_may_stand_beyond_the_last() -> None:
    assert of([5, 3, 4, 8]).parity is CLOSE


def test_another_neighbour_is_drift() -> None:
    assert of([6, 3, 4, 7]).parity is DRIFT
    assert of([6, 4, 3, 7]).parity is DRIFT
    assert of([5, 4, 3, 7], distances=DISTANCES + 0.5).parity is DRIFT
    assert of([5, 4, 3, 7], method="predict").parity is DRIFT
