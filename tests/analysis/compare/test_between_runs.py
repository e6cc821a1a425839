"""How noisy a series is from run to run: learnt from stored runs, borrowed from others, and never too small."""

import numpy as np
import pandas as pd
import pytest

from harness.analysis.compare import between_runs, compare
from harness.analysis.compare.effects import EFFECTS
from harness.analysis.compare.ranks import SamplePair

from tests.analysis.compare.common import HOST, grid, run_of, sampled

LOAD = "load_seconds"
IDS = grid(cases=("ridge", "forest", "svm"))
NOISY = IDS[0]


@pytest.fixture
def chance():
    return np.random.default_rng(20260101)


def a_run(chance, number, *, noise, own=(), lock="a", ratio=1.0):
    """One of a history: each series has a shift of its own in each run, ``own`` those of the noisy one."""
    samples = []
    for one in IDS:
        shift = own[number] if len(own) and one == NOISY else chance.normal(0, noise)
        middle = 1e-3 * np.exp(shift) * (ratio if one == NOISY else 1.0)
        samples += sampled(one, LOAD, middle * chance.lognormal(0, 0.01, 12))
    found = run_of(IDS, samples=samples, run_id=f"202601{number + 1:02d}T000000Z-default-0000", host=HOST)
    found.environments["lock_sha256"] = lock
    return found


def alarms(runs, past):
    judged = compare(*runs, past=past).figures.judged
    return set(judged.loc[judged["change"].notna(), "cell_id"])


def test_what_a_series_does_anyway_is_no_alarm(chance):
    """It moves to and fro by a third: the ranks of its samples are certain each time, and mean nothing."""
    to_and_fro = [0.3 * (number % 2) for number in range(9)]
    runs = [a_run(chance, number, noise=0.01, own=to_and_fro) for number in range(9)]
    assert alarms(runs[-2:], past=()) == {NOISY}
    assert alarms(runs[-2:], past=runs[:-1]) == set()


def test_a_steady_series_is_an_alarm_at_the_same_change(chance):
    runs = [a_run(chance, number, noise=0.01) for number in range(8)]
    slow = a_run(chance, 8, noise=0.01, ratio=1.3)
    assert alarms([runs[-1], slow], past=runs) == {NOISY}


def test_a_run_in_which_packages_changed_shows_no_noise(chance):
    to_and_fro = [0.3 * (number % 2) for number in range(9)]
    runs = [a_run(chance, number, noise=0.01, own=to_and_fro, lock=str(number)) for number in range(9)]
    assert between_runs.past_ratios(runs[:-1]).empty
    assert len(between_runs.past_ratios([runs[0], runs[0]])) == len(IDS)


def test_no_false_alarm_among_runs_that_differ_as_they_do(chance):
    """What decides: with ranks alone each of these comparisons has alarms."""
    runs = [a_run(chance, number, noise=0.08) for number in range(12)]
    told = [len(alarms([runs[at - 1], runs[at]], past=runs[:at])) for at in range(1, 12)]
    assert sum(told) <= 1


def test_a_noisy_night_is_seen_in_all_series(chance):
    calm = [a_run(chance, number, noise=0.005) for number in range(8)]
    night = a_run(chance, 8, noise=0.15)
    assert alarms([calm[-1], night], past=calm) == set()


def test_all_series_that_grow_together_are_no_noise(chance):
    fast, slow = (
        run_of(IDS, samples=[s for one in IDS for s in sampled(one, LOAD, ratio * np.linspace(1, 1.02, 10))])
        for ratio in (1.0, 1.5)
    )
    assert alarms([fast, slow], past=()) == set(IDS)


def test_what_runs_differ_by_is_shared_out_among_all_series():
    chances = np.array([0.02, 0.001, 0.0001, 0.5])
    assert between_runs.holm(chances, 0.03).tolist() == [False, True, True, False]
    assert between_runs.holm(np.array([0.02]), 0.03).tolist() == [True]
    assert between_runs.holm(np.array([])).tolist() == []


def test_a_series_with_few_runs_borrows_from_the_others():
    """A variance that two runs show is nearly that of all; one that many runs show is its own."""
    runs = pd.DataFrame({"cell_id": ["a"] + ["b"] * 30 + list("cdefghij"), "ratio": [0.5] + [0.5] * 30 + [0.05] * 8})
    variance, freedom = between_runs._of_series(runs.groupby("cell_id")["ratio"], pd.Series(["a", "b", "new"]))
    assert 0.05**2 < variance[0] < variance[1] < 0.5**2
    assert variance[2] < variance[0]
    assert freedom[2] < freedom[0] < freedom[1] == 10


def test_the_ratio_is_the_one_nearest_to_none():
    def ratio(base_stick, new_stick):
        pair = SamplePair(
            effect=EFFECTS[LOAD],
            base=np.full(5, 1.0),
            new=np.full(5, 1.5),
            yardsticks=((np.full(5, base_stick), np.full(5, new_stick)),),
        )
        return between_runs.log_ratio(pair)

    assert ratio(1.0, 1.0) == pytest.approx(np.log(1.5))
    assert ratio(1.0, 1.5) == pytest.approx(0.0)
    assert ratio(1.0, 2.0) == 0.0  # slower than before, but less so than the machine
    assert ratio(2.0, 1.0) == pytest.approx(np.log(1.5))
