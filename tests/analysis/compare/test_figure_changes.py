"""Seconds and bytes: what is reported, what is not, and how often by chance alone."""

import numpy as np
import pytest

from harness.analysis.compare import compare, figure_changes
from harness.analysis.compare.effects import EFFECTS, SAMPLED
from harness.analysis.compare.ranks import SamplePair
from harness.report import phrases
from harness.terms import Figure

from tests.analysis.compare.common import BASE, NEW, artifact, cell, grid, run_of, sampled

ONE = "old/ridge/pickle>new/pickle"
LOAD = "load_seconds"


@pytest.fixture
def chance():
    return np.random.default_rng(20260101)


def times(chance, middle=1e-3, size=10, spread=0.05):
    return middle * chance.lognormal(0.0, spread, size)


def reported(base, new, figure=LOAD, **facts):
    """The words for what changed of one cell, given its samples."""
    runs = [run_of([ONE], samples=sampled(ONE, figure, values)) for values in (base, new)]
    return [group.word for group in compare(*runs, **facts).figures.changed]


def test_slower_and_faster(chance):
    fast, slow = times(chance), times(chance, 1.5e-3)
    assert reported(fast, slow) == ["slower"]
    assert reported(slow, fast) == ["faster"]
    assert reported(fast, fast) == []


def test_a_certain_change_below_the_least_one_is_not_told():
    base = np.linspace(1.000, 1.001, 20)
    assert reported(base, base * 1.09) == []
    assert reported(base, base * 1.12) == ["slower"]


def test_a_large_change_that_may_be_chance_is_not_told():
    assert reported([1, 1, 1, 1, 5, 5, 5, 5], [1, 1, 1, 5, 5, 5, 5, 5]) == []


def test_memory_has_a_floor_of_its_own():
    pages = np.full(10, 100 * 1024.0)
    assert reported(pages, pages * 2, "load_private_bytes") == []  # 100 KiB more
    assert reported(pages * 100, pages * 130, "load_private_bytes") == ["hungrier"]
    assert reported(pages * 0, pages * 30, "load_private_bytes") == ["hungrier"]  # from nothing: no ratio, and reported


def test_a_sample_is_the_median_of_its_values():
    def run(value):
        return run_of([ONE], samples=[(ONE, LOAD, np.array([value, value, 99.0]), np.nan, np.nan)] * 10)

    (group,) = compare(run(1.0), run(2.0)).figures.changed
    assert (group.was, group.now, group.most) == (1.0, 2.0, 2.0)


def both(chance, *, ratio=2.0, base=None, new=None, figure=LOAD, size=10, **more):
    values = times(chance, size=size)
    first = run_of([ONE], samples=sampled(ONE, figure, values), **(base or {}))
    second = run_of([ONE], samples=sampled(ONE, figure, values * ratio), **(new or {}), **more)
    return compare(first, second).figures


@pytest.mark.parametrize("host", [None, {}, {"fingerprint": None}, {"fingerprint": "f" * 16, "machine": "x86_64"}])
def test_seconds_of_another_machine_are_not_compared(chance, host):
    found = both(chance, new={"host": host})
    assert (found.compared, found.changed) == (0, ())
    assert list(found.skipped) == ["the runs are from different machines"]


def test_memory_is_compared_between_machines_of_one_architecture(chance):
    grown = {"figure": "load_private_bytes", "ratio": 1e12}
    other = {"fingerprint": "f" * 16, "machine": "x86_64"}
    assert both(chance, new={"host": other}, **grown).compared == 1
    assert both(chance, new={"host": {**other, "machine": "aarch64"}}, **grown).compared == 0
    assert both(chance, new={"host": {}}, **grown).compared == 0


@pytest.mark.parametrize(("emulated", "compared"), [((True, True), 0), ((False, True), 0), ((False, False), 1)])
def test_emulated_memory_is_never_compared(chance, emulated, compared):
    runs = [
        run_of([cell(ONE, consumer_emulated=one)], samples=sampled(ONE, "load_peak_bytes", times(chance)))
        for one in emulated
    ]
    assert compare(*runs).figures.compared == compared


@pytest.mark.parametrize(("emulated", "compared"), [((True, True), 1), ((False, True), 0), ((True, False), 0)])
def test_seconds_are_compared_with_the_same_emulation_only(chance, emulated, compared):
    runs = [run_of([cell(ONE, producer_emulated=one)], samples=sampled(ONE, LOAD, times(chance))) for one in emulated]
    assert compare(*runs).figures.compared == compared


def test_few_samples_are_counted_and_not_tested(chance):
    assert both(chance, size=4, ratio=9.0).skipped == {"fewer than 5 samples": 1}
    assert both(chance, size=5, ratio=9.0).changed != ()


def test_what_one_run_only_measured_is_counted(chance):
    measured = run_of([ONE], samples=sampled(ONE, LOAD, times(chance)))
    assert compare(measured, run_of([ONE])).figures.skipped == {"measured in one run only": 1}


def test_runs_that_measured_nothing_say_so():
    found = compare(run_of([ONE]), run_of([ONE])).figures
    assert (found.measured, found.compared, found.sizes) == (0, 0, 1)


@pytest.mark.parametrize("what", ["processor", "memory"])
def test_a_machine_that_slowed_down_makes_no_reader_slower(chance, what):
    values = times(chance)

    def run(samples, stick):
        both = {"processor": 0.01, "memory": 0.01, what: stick}
        return run_of([ONE], samples=sampled(ONE, LOAD, samples, **both))

    machine = compare(run(values, 0.01), run(values * 1.5, 0.015)).figures
    assert (machine.changed, machine.machine_drift) == ((), {what: pytest.approx(1.5)})
    reader = compare(run(values, 0.01), run(values * 1.5, 0.01)).figures
    assert [group.word for group in reader.changed] == ["slower"]
    assert not reader.machine_drift
    # A yardstick that shrank makes nothing slower either: it must show as measured, too.
    assert compare(run(values, 0.01), run(values, 0.005)).figures.changed == ()


@pytest.mark.parametrize("ratio, expected", [(1.5, ["slower"]), (1.0, []), (1 / 1.5, ["faster"])])
@pytest.mark.parametrize("disturbed", ["base", "new"])
def test_a_neighbour_that_comes_and_goes_neither_hides_a_change_nor_makes_one(chance, disturbed, ratio, expected):
    """Two thirds of one run's children were at work while a neighbour was: the yardstick tells which."""
    slowed = np.where(np.arange(18) % 3 == 0, 1.0, 1.7)

    def run(name, middle):
        noise = slowed if name == disturbed else np.ones(18)
        samples = times(chance, middle, size=18, spread=0.02) * noise
        return run_of([ONE], samples=sampled(ONE, LOAD, samples, processor=0.01 * noise))

    found = compare(run("base", 1e-3), run("new", 1e-3 * ratio)).figures
    assert [group.word for group in found.changed] == expected
    assert found.judged["ratio"].tolist() == [pytest.approx(ratio, rel=0.05)]


def test_where_hardly_any_child_was_undisturbed_all_count(chance):
    slowed = np.where(np.arange(15) < 4, 1.0, 1.7)

    def run(noise):
        return run_of([ONE], samples=sampled(ONE, LOAD, times(chance, size=15) * noise, processor=0.01 * noise))

    found = compare(run(np.ones(15)), run(slowed)).figures
    assert found.changed == ()
    assert found.judged["ratio"].tolist() == [pytest.approx(1.7, rel=0.1)]


@pytest.mark.parametrize(
    ("figure", "peak", "reported"), [(LOAD, 750_000, True), (LOAD, 20e6, False), ("predict_seconds", 750_000, False)]
)
def test_how_fast_fresh_memory_is_says_nothing_of_a_small_warm_load(chance, figure, peak, reported):
    values = times(chance)

    def run(samples, stick):
        row = cell(ONE, load_peak_bytes=peak)
        return run_of([row], samples=sampled(ONE, figure, samples, processor=0.01, memory=stick))

    changed = compare(run(values, 0.01), run(values * 1.5, 0.016)).figures.changed
    assert bool(changed) is reported


def test_a_shift_of_all_loads_is_told_as_one(chance):
    ids = grid(cases=("ridge", "forest", "svm"))

    def run(ratio):
        return run_of(ids, samples=[s for i in ids for s in sampled(i, LOAD, times(chance, ratio))])

    assert compare(run(1.0), run(1.3)).figures.shift == pytest.approx(1.3, rel=0.05)
    assert compare(run(1.0), run(1.05)).figures.shift is None


def test_one_reader_that_slowed_down_is_one_group(chance):
    ids = grid(producers=("a", "b", "c"), consumers=("a", "b", "c"), cases=tuple("pqrst"))

    def run(slow):
        return run_of(
            ids, samples=[s for i in ids for s in sampled(i, LOAD, times(chance, slow if "joblib" in i else 1.0))]
        )

    (group,) = compare(run(1.0), run(1.5)).figures.changed
    assert (group.by, group.members.formats, group.count, group.of) == ("format", ("joblib",), 45, 45)


@pytest.mark.parametrize(("size", "word"), [(1019, None), (1021, "larger"), (981, None), (979, "smaller")])
def test_sizes_are_compared_whatever_the_machine(size, word):
    new = run_of([ONE], artifacts=[artifact("old/ridge/pickle", size_bytes=size)], host=None)
    assert [group.word for group in compare(run_of([ONE]), new).figures.changed] == ([word] if word else [])


def test_too_few_samples_for_so_many_figures_is_said(chance):
    ids = grid(cases=tuple(f"case{i}" for i in range(40)))

    def run(size):
        return run_of(ids, samples=[s for i in ids for s in sampled(i, LOAD, times(chance, size=size))])

    assert compare(run(6), run(6)).figures.powerless == len(ids)  # 1 / 924 is no rarity among 320
    assert compare(run(10), run(10)).figures.powerless == 0


def judged(base, new):
    import pandas as pd

    pairs = [SamplePair(effect=EFFECTS[LOAD], base=b, new=n) for b, n in zip(base, new)]
    return figure_changes.judge(pd.DataFrame({"pair": pd.Series(pairs, dtype=object)}))["change"]


def run_times(chance, count=300, size=10):
    """What one run measures of many cells: each has its own middle, and the run a shift of its own."""
    middles = np.random.default_rng(0).lognormal(-7, 1.5, count)
    shift = 1 + 0.02 * chance.choice([-1, 1])
    return [middle * shift * chance.lognormal(0.0, 0.05, size) for middle in middles]


def test_nothing_is_told_of_runs_that_differ_by_chance(chance):
    found = [judged(run_times(chance), run_times(chance)).notna().sum() for _ in range(20)]
    assert found == [0] * 20


def test_one_reader_slowed_by_half_is_told_among_hundreds(chance):
    for _ in range(20):
        base, new = run_times(chance, size=15), run_times(chance, size=15)  # as many as by default
        new[17] = new[17] * 1.5
        change = judged(base, new)
        assert (change[17], change.notna().sum()) == ("more", 1)


def test_every_figure_has_a_least_change():
    assert set(SAMPLED) == set(Figure)
    assert all(EFFECTS[figure].unit == figure.unit for figure in Figure)


def with_alarms(chance, **alarms):
    values = times(chance)
    base = run_of([ONE], samples=sampled(ONE, LOAD, values))
    told = {"base": BASE, "confirmed": [], "dismissed": [], **alarms}
    return compare(base, run_of([ONE], samples=sampled(ONE, LOAD, values * 2), run_id=NEW, alarms=told)).figures


def test_an_alarm_that_was_measured_again_is_confirmed_or_gone(chance):
    again = [[ONE, LOAD, "more"]]
    assert [group.confirmed for group in with_alarms(chance, confirmed=again).changed] == [1]
    gone = with_alarms(chance, dismissed=again)
    assert (gone.changed, gone.dismissed) == ((), 1)


def test_an_alarm_that_was_not_measured_again_is_unconfirmed(chance):
    for alarms in ({}, {"base": "another", "dismissed": [[ONE, LOAD, "more"]]}):
        (group,) = with_alarms(chance, **alarms).changed
        assert phrases.confirmed(group) == "unconfirmed"
    assert with_alarms(chance, dismissed=[[ONE, LOAD, "less"]]).changed
