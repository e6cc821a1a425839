"""Steps of synthetic series: hardly any where there is none, and at the right run where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from harness.analysis.history import steps

SECONDS = 1.10


def series(count: int, runs: int, *, sigma: float = 0.05, seed: int = 0) -> np.ndarray:
    return 1e-3 * np.exp(sigma * np.random.default_rng(seed).standard_normal((count, runs)))


def found(many: np.ndarray) -> list[tuple[steps.Step, ...]]:
    companions = float(np.median([steps.noise(np.log(values)) for values in many]))
    return [steps.find(values, effect=SECONDS, companions=companions) for values in many]


@pytest.mark.parametrize("runs", [6, 10, 20, 60])
@pytest.mark.parametrize("sigma", [0.02, 0.05, 0.2])
def test_flat_noise_has_no_steps(runs, sigma) -> None:
    flagged = sum(bool(each) for each in found(series(400, runs, sigma=sigma)))
    assert flagged <= 4  # 1 %


def test_flat_noise_of_a_history_as_long_as_the_issue_says() -> None:
    for seed in range(5):
        assert sum(bool(each) for each in found(series(200, 60, seed=seed))) <= 2


# Three runs after a step are just enough: where one of them is taken for an outlier, it is found a run later.
@pytest.mark.parametrize(("place", "least"), [(10, 197), (30, 197), (55, 195), (57, 185)])
@pytest.mark.parametrize("ratio", [1.3, 1 / 1.3])
def test_a_step_is_found_at_its_run(place, least, ratio) -> None:
    many = series(200, 60)
    many[:, place:] *= ratio
    right = [each for each in found(many) if len(each) == 1 and abs(each[0].place - place) <= 1]
    assert len(right) >= least
    assert np.median([each[0].ratio for each in right]) == pytest.approx(ratio, rel=0.03)
    assert sum(place in each[0].as_good for each in right) >= 0.98 * len(right)


def test_two_steps_are_two() -> None:
    values = series(1, 60)[0]
    values[20:] *= 1.5
    values[40:] /= 1.5
    first, second = steps.find(values, effect=SECONDS)
    assert (first.place, second.place) == (20, 40)
    assert first.before == pytest.approx(1e-3, rel=0.05)
    assert first.after == second.before == pytest.approx(1.5e-3, rel=0.05)


@pytest.mark.parametrize("places", [[0], [30], [59], [58, 59], [0, 1], [29, 30], [10, 30, 31, 50]])
@pytest.mark.parametrize("factor", [1.5, 10.0, 0.1])
def test_one_run_or_two_that_stand_out_are_no_step(places, factor) -> None:
    many = series(100, 60)
    many[:, places] *= factor
    assert sum(bool(each) for each in found(many)) <= 1


def test_one_run_beside_two_that_stand_out_is_no_segment() -> None:
    many = series(1000, 60)
    many[:, 58:] *= 0.1
    assert sum(bool(each) for each in found(many)) <= 2


def test_three_runs_that_stay_are_a_step() -> None:
    values = series(1, 60)[0]
    values[57:] *= 1.5
    (step,) = steps.find(values, effect=SECONDS)
    assert step.place == 57


def test_a_small_step_is_none_however_sure() -> None:
    values = np.r_[np.full(30, 1.0), np.full(30, 1.09)]
    assert steps.find(values, effect=SECONDS) == ()
    assert [step.place for step in steps.find(np.r_[np.full(30, 1.0), np.full(30, 1.11)], effect=SECONDS)] == [30]


def test_a_size_has_no_noise_and_a_step_of_it_is_exact() -> None:
    sizes = [1000] * 4 + [1030] * 3
    (step,) = steps.find(sizes, effect=1.02)
    assert (step.place, step.as_good) == (4, (4,))
    assert (step.before, step.after) == pytest.approx((1000, 1030))
    assert steps.find([1000] * 4 + [1010] * 3, effect=1.02) == ()


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 5, [1.0, 9.0, 1.0, 9.0, 1.0]])
def test_a_short_series_tells_nothing(values) -> None:
    assert steps.find(values, effect=SECONDS) == ()
    assert steps.noise(np.log(np.asarray(values))) >= 0


def test_a_series_that_looks_quiet_by_accident_is_as_noisy_as_its_companions() -> None:
    values = [1.0, 1.01, 1.0, 1.13, 1.12, 1.13]
    assert steps.find(values, effect=SECONDS)
    assert not steps.find(values, effect=SECONDS, companions=0.1)
