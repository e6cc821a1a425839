"""Summaries and their certainty, held against NumPy and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from harness.store.statistics import LEAST_ROUNDS, UNSTABLE, SampleSummary, summary, uncertainty, why_unstable

VALUES = st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=40)


@given(VALUES)
def test_a_summary_is_what_numpy_says(values) -> None:
    found = summary(values)
    assert found.rounds == len(values)
    assert found.median == pytest.approx(np.median(values))
    assert (found.min, found.max) == (min(values), max(values))
    assert found.mean == pytest.approx(np.mean(values))
    if len(values) > 1:
        assert found.stddev == pytest.approx(np.std(values, ddof=1), rel=1e-6, abs=1e-6 * max(values))
        assert 0 <= found.iqr <= (found.max - found.min) * (1 + 1e-9)


@pytest.mark.parametrize("size", [5, 7, 8, 9, 21, 100])
def test_the_interquartile_range_is_that_of_the_halves(size) -> None:
    """The medians of the lower and the upper half; where there is a middle value, the mean of with and without it."""
    ordered = np.sort(np.random.default_rng(0).random(size))
    ranges = [np.median(ordered[-half:]) - np.median(ordered[:half]) for half in (math.ceil(size / 2), size // 2)]
    assert summary(list(map(float, ordered))).iqr == pytest.approx(np.mean(ranges))


def test_one_value_has_no_spread() -> None:
    assert summary([2.0]) == SampleSummary(rounds=1, median=2.0, min=2.0, max=2.0, mean=2.0, stddev=None, iqr=None)


def test_nothing_has_no_summary() -> None:
    with pytest.raises(Exception, match="."):
        summary([])


@given(VALUES, st.floats(0.01, 100))
def test_certainty_does_not_depend_on_the_unit(values, scale) -> None:
    one, other = uncertainty(summary(values)), uncertainty(summary([value * scale for value in values]))
    assert one == other == math.inf or one == pytest.approx(other, rel=1e-6, abs=1e-9)


@given(VALUES)
def test_few_samples_are_never_certain(values) -> None:
    assert (uncertainty(summary(values)) == math.inf) == (len(values) < LEAST_ROUNDS)
    assert (why_unstable(summary(values)) is None) == (uncertainty(summary(values)) <= UNSTABLE)


@given(st.floats(0, 1e9), st.integers(LEAST_ROUNDS, 30))
def test_what_does_not_vary_is_certain(value, rounds) -> None:
    assert uncertainty(summary([value] * rounds)) == pytest.approx(0.0, abs=1e-12)


def test_more_samples_make_it_more_certain() -> None:
    draws = np.random.default_rng(1).normal(1.0, 0.1, 4000)
    widths = [uncertainty(summary(list(map(float, draws[:count])))) for count in (20, 100, 1000, 4000)]
    assert widths == sorted(widths, reverse=True)


def test_notches_rarely_miss_each_other_by_chance() -> None:
    """The 5 % of McGill, Tukey and Larsen: how often two medians of the same thing are apart by more than their notches."""
    random = np.random.default_rng(2)
    apart, trials = 0, 1000
    for _ in range(trials):
        one, other = (summary(list(random.normal(1.0, 0.05, 25))) for _ in range(2))
        reach = uncertainty(one) * one.median + uncertainty(other) * other.median
        apart += abs(one.median - other.median) > reach
    assert apart / trials < 0.08


def test_a_floor_takes_the_place_of_what_is_next_to_nothing() -> None:
    values = [0.0, 1000.0, 2000.0, 3000.0, 4000.0]
    assert why_unstable(summary(values)) is not None
    assert why_unstable(summary(values), floor=256 * 1024) is None
    assert uncertainty(summary([0.0] * 5)) == 0.0
