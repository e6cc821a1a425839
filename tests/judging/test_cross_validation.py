"""A model that was fitted again is as good as the producer's, or is not."""

from __future__ import annotations

import math

import pytest

from harness.terms import Tolerance
from harness.judging import compare_scores, has_scores

from tests.judging.common import CLOSE, DRIFT, IDENTICAL

PRODUCER = [0.947, 0.96, 0.953]


def judged(scores, reference=PRODUCER, rtol=0.01, atol=0.0):
    return compare_scores(reference, scores, tolerance=lambda *_: Tolerance(rtol=rtol, atol=atol))


def test_equal_scores_are_identical():
    found = judged([0.947, 0.96, 0.953])
    assert found.parity is IDENTICAL and found.sentences == () and found.findings == ()
    assert (found.max_abs_diff, found.tolerance_used) == (0.0, 0.0)
    assert found.compared == ("cross_val_score",)
    assert judged([0.9, None], [0.9, math.nan]).parity is IDENTICAL


def test_a_mean_within_the_range_is_close():
    found = judged([0.96, 0.947, 0.953])  # in another order: not the same models
    assert found.parity is CLOSE and found.tolerance_used == 0.0 and found.findings == ()
    assert found.sentences == ("cross-validation score 0.9533, producer's 0.947 to 0.96",)
    assert judged([0.95, 0.95, 0.95]).max_abs_diff == pytest.approx(2.86 / 3 - 0.95)


@pytest.mark.parametrize(("mean", "used"), [(0.94, 0.7), (0.967, 0.7), (0.937, 1.0), (0.93, 1.7), (0.98, 2.0)])
def test_the_range_is_widened_by_the_tolerance(mean, used):
    found = judged([mean + 1e-12, mean + 1e-12])
    assert found.tolerance_used == pytest.approx(used)
    assert found.parity is (DRIFT if used > 1 else CLOSE)
    assert found.findings == (("score",) if used > 1 else ())
    words = f"{used:.2g} times its tolerance" if used > 1 else f"{used:.0%} of its tolerance".replace("%", " %")
    assert found.sentences[0].endswith(words)


def test_the_tolerance_is_relative_to_the_largest_score_or_one():
    assert judged([0.995], [1.0, 1.0]).parity is CLOSE  # a range of no width
    assert judged([0.985], [1.0, 1.0]).parity is DRIFT
    assert judged([-0.005], [0.0, 0.001]).parity is CLOSE
    assert judged([-201.5], [-200.0, -190.0]).parity is CLOSE
    assert judged([-203.0], [-200.0, -190.0]).parity is DRIFT
    assert judged([0.995], [1.0, 1.0], rtol=0.0, atol=0.01).parity is CLOSE
    assert judged([0.995], [1.0, 1.0], rtol=0.0).tolerance_used == math.inf


def test_the_tolerance_asked_for_is_that_of_cross_validation():
    asked = []
    compare_scores([1.0], [0.5], tolerance=lambda *of: asked.append(of) or Tolerance(rtol=0.0, atol=0.0))
    assert asked == [("cross_val_score", "<f8")]


def test_folds_without_a_score_are_left_out_but_may_not_change():
    assert judged([0.95, math.nan], [math.nan, 0.947, 0.96]).parity is CLOSE
    for scores, reference in (
        ([0.95, math.nan], PRODUCER),
        (PRODUCER, [0.95, math.inf]),
        ([None], PRODUCER),
        ([], PRODUCER),
    ):
        found = judged(scores, reference)
        assert found.parity is DRIFT and found.findings == ("missing",)
        assert found.tolerance_used is None and "have no score" in found.sentences[0]


@pytest.mark.parametrize("scores", ["0.9", [True], ["0.9"], {"a": 1}, 0.9, [[0.9]], [2**70, 0.5, "x"]])
def test_what_are_no_scores_are_errors(scores):
    with pytest.raises(ValueError, match="no list of numbers"):
        judged(scores)


def test_a_number_too_large_for_a_float_is_an_error():
    with pytest.raises(ValueError, match="no float"):
        judged([10**400])


def test_whether_there_is_a_score_at_all():
    assert has_scores([None, 0.5]) and not has_scores([None, math.nan]) and not has_scores([]) and not has_scores(None)
    with pytest.raises(ValueError, match="has no score"):
        judged(PRODUCER, [math.nan])
