"""How many tasks a share has."""

from __future__ import annotations

from harness.engine.cluster.sizes import MOST, SECONDS, Batches, Sizes


def test_shares_come_to_take_about_the_wanted_seconds() -> None:
    sizes = Sizes()
    for _ in range(20):
        count = sizes.count("load")
        sizes.learn("load", count, 0.1 * count)
    assert abs(sizes.count("load") * 0.1 - SECONDS) < 1.0


def test_an_earlier_run_tells_at_first() -> None:
    assert Sizes(0.5).count("load") == SECONDS / 0.5
    assert Sizes(0.0).count("load") == MOST
    assert Sizes(1e9).count("load") == 1


def test_batches_are_taken_whole_and_once() -> None:
    batches = Batches([[1, 2], [3, 4], [5], [6]])  # type: ignore[type-var]
    assert batches.take(3) == [[1, 2], [3, 4]]
    assert batches.take(1) == [[5]]
    assert batches.take(None) == [[6]]
    assert batches.take(5) == []
