"""What cancellation allows, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest

from harness.judging import compare
from harness.judging.cancellation import MOST, cancellation_of
from harness.terms import Tolerance

from tests.judging.common import CLOSE, DRIFT, wire

FACT = {"kind": "distance", "norm": 20.0, "terms": 5}  # squares to 1.2e-12
NOISE = (2 * 7 * 2.0**-52) ** 0.5 * 20.0


def judged(old: list[float], new: list[float], fact: object = FACT):
    tolerance = Tolerance(rtol=1e-9, atol=1e-12)
    sent = [{"transform": wire(np.array([one]))} for one in (old, new)]
    return compare(*sent, tolerance=lambda *_: tolerance, conditioning={"transform": fact})


def test_a_distance_of_nearly_nothing_may_be_nothing_but_for_the_noise():
    found = judged([0.0, 5.0], [0.9 * NOISE, 5.0])
    assert found.parity is CLOSE and 0.8 < found.tolerance_used < 1
    assert "or what cancellation allows of distances, whose squares are exact to" in found.sentences[0]
    assert judged([0.0, 5.0], [1.1 * NOISE, 5.0]).parity is DRIFT
    assert judged([0.0, 5.0], [0.9 * NOISE, 5.0], None).parity is DRIFT


def test_far_from_nothing_nothing_is_allowed():
    assert judged([5.0, 1.0], [5.0 + 0.9 * NOISE, 1.0]).parity is DRIFT


def test_means_with_weights_are_within_their_range():
    weighted = {"kind": "weighted", "error": 1e-5, "scale": 100.0}
    assert judged([50.0], [50.0009], weighted).parity is CLOSE
    assert judged([50.0], [50.0011], weighted).parity is DRIFT


def test_no_more_than_a_tenth_of_the_smallest_drift_is_allowed():
    weighted = {"kind": "weighted", "error": 0.5, "scale": 100.0}
    assert judged([50.0], [50.0 + 99 * MOST], weighted).parity is CLOSE
    assert judged([50.0], [50.0 + 101 * MOST], weighted).parity is DRIFT
    assert judged([50.0], [50.0 + 101 * MOST], {**weighted, "kind": "sum"}).parity is DRIFT


def test_a_sum_of_large_terms_says_so():
    found = judged([50.0], [50.0 + 1e-5], {"kind": "sum", "error": 1e-6, "scale": 50.0})
    assert found.parity is CLOSE and "of large terms with a small sum, exact to 5e-05" in found.sentences[0]


@pytest.mark.parametrize(
    "fact",
    [
        None, 7, {}, {"kind": "distance"}, {**FACT, "norm": float("nan")}, {**FACT, "norm": float("inf")},
        {**FACT, "norm": -1.0}, {**FACT, "norm": "1"}, {**FACT, "terms": 10**12}, {**FACT, "terms": 1.5},
        {"kind": "weighted", "error": float("nan"), "scale": 1.0}, {"kind": "weighted", "error": 1e-9, "scale": 1e300},
    ],
)  # fmt: skip
def test_what_makes_no_sense_allows_nothing(fact):
    assert cancellation_of({"transform": fact}, "transform") is None


def test_zeros_with_another_sign_are_close():
    found = judged([0.0, 1.0], [-0.0, 1.0], None)
    assert found.parity is CLOSE and found.tolerance_used == 0
    assert found.sentences == ("transform: 1 of 2 zeros have another sign, first at [0, 0]: 0.0 -> -0.0, values equal",)
