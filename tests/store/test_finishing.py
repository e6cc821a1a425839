"""What the parts of a run say of outcomes that were worked out again, in one."""

from __future__ import annotations

from harness.store.finishing import reuse_of

ONE = {"sampled": {"old": 3}, "disagreeing": []}
OTHER = {"sampled": {"new": 2}, "disagreeing": ["a/b/c>new/d"]}


def test_parts_are_added_in_any_order_and_however_often_one_is_given() -> None:
    whole = {"sampled": {"new": 2, "old": 3}, "disagreeing": ["a/b/c>new/d"]}
    assert reuse_of([ONE, OTHER]) == reuse_of([OTHER, ONE, OTHER]) == reuse_of([reuse_of([ONE, OTHER]), ONE]) == whole


def test_a_part_that_says_nothing_adds_nothing() -> None:
    assert reuse_of([None, ONE]) == ONE
    assert reuse_of([]) == {"sampled": {}, "disagreeing": []}
