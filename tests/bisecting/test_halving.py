"""Where an answer changes along a line: what is told was tried, whatever the line answers."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from harness.bisecting import halving

ANSWERS = st.sampled_from(["same", "broken", "changed", None])
LINES = st.lists(ANSWERS, max_size=60).flatmap(
    lambda inner: st.sampled_from(["broken", "changed"]).map(lambda last: ["same", *inner, last])
)


def searched(line, at_once=1):
    """The boundary, and the places that were tried."""
    tried: list[int] = []

    def ask(places):
        tried.extend(places)
        return [line[place] for place in places]

    return halving.boundary(line[0], len(line), ask, at_once=at_once), tried


@given(LINES, st.integers(1, 9))
def test_a_boundary_is_a_real_change_between_neighbours_that_were_tried(line, at_once) -> None:
    (low, high), tried = searched(line, at_once)
    known = {0, len(line) - 1, *tried}
    assert {low, high} <= known and low < high
    assert line[low] == line[0] and line[high] not in (line[0], None)
    assert all(line[place] is None and place in known for place in range(low + 1, high)), "nothing untried lies between"


@given(LINES, st.integers(1, 9))
def test_no_place_is_tried_twice_and_the_ends_not_at_all(line, at_once) -> None:
    _, tried = searched(line, at_once)
    assert len(set(tried)) == len(tried) and not {0, len(line) - 1} & set(tried)


@given(st.integers(2, 500), st.data(), st.integers(1, 16))
def test_one_boundary_costs_at_most_twice_the_halvings(count, data, at_once) -> None:
    change = data.draw(st.integers(1, count - 1))
    line = ["same"] * change + ["broken"] * (count - change)
    (low, high), tried = searched(line, at_once)
    assert (low, high) == (change - 1, change)
    assert len(tried) <= 2 * math.log2(count) + 2


@given(st.integers(1, 40), st.integers(1, 9))
def test_points_are_spread_and_each_is_another(count, wanted) -> None:
    found = halving.spread(list(range(count)), wanted)
    assert len(set(found)) == len(found) == min(count, wanted) and found == sorted(found)


def test_of_several_changes_the_nearest_of_those_seen_is_told() -> None:
    line = ["same", "broken", "broken", "same", "same", "broken"]
    (low, high), _ = searched(line)
    assert (low, high) in {(0, 1), (4, 5)} and line[low] == "same" and line[high] == "broken"
