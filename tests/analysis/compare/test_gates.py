"""Gates: how they are written, when they are crossed, and that none passes for want of data."""

import numpy as np
import pytest

from harness.analysis.compare import compare
from harness.analysis.compare.gates import GateState, Gate, parse
from harness.errors import InputError
from harness.report.phrases import verdict

from tests.analysis.compare.common import artifact, cell, grid, run_of, sampled

ONE = "old/ridge/pickle>new/pickle"
OTHER = "old/forest/joblib>new/joblib"
LOAD = "load_seconds"


def test_gates_are_read():
    assert parse("status") == Gate(text="status", name="status")
    scope = "load_seconds[format=joblib, case=random_forest*]>1.3x"
    expected = (("format", "joblib"), ("case", "random_forest*"))
    assert parse(scope) == Gate(text=scope, name=LOAD, scope=expected, ratio=1.3)
    assert parse("status[consumer=sk1.[89]*]").scope == (("consumer", "sk1.[89]*"),)
    assert parse(" size_bytes > 2x ").ratio == 2.0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("load_second>1.3x", 'no gate "load_second"; perhaps "load_seconds"'),
        ("load_seconds", 'a figure needs a ratio above 1, such as "load_seconds>1.3x"'),
        ("load_seconds>1.3", "a figure needs a ratio above 1"),
        ("load_seconds>0.9x", "a figure needs a ratio above 1"),
        ("load_seconds>1x", "a figure needs a ratio above 1"),
        ("load_seconds<1.3x", "write it as"),
        ("status>1.3x", "status takes no ratio"),
        ("status[formt=x]", 'no key "formt"; perhaps "format"'),
        ("status[format]", "format needs a pattern"),
        ("status[format=a,format=b]", "format is given twice"),
        ("status[]", 'no key ""'),
        ("size_bytes[reader=x]>2x", "an artifact has the same size for every reader"),
        ("", "write it as"),
    ],
)
def test_gates_that_cannot_be_read_say_why(text, why):
    with pytest.raises(InputError) as caught:
        parse(text)
    assert why in str(caught.value)
    assert str(caught.value).startswith("--fail-on ")


def judged(gate, base, new):
    (verdict,) = compare(base, new, gates=[parse(gate)]).verdicts
    return verdict


BOTH = run_of([ONE, OTHER])


@pytest.mark.parametrize("status", ["drift", "crash", "not-run", "no-artifact", "refused"])
def test_whatever_was_ok_and_is_not_crosses_status(status):
    found = judged("status", BOTH, run_of([ONE, cell(OTHER, status)]))
    assert (found.answer, found.count, found.judged, found.examples) == (GateState.CROSSED, 1, 2, (OTHER,))
    elsewhere = judged("status[format=pickle]", BOTH, run_of([ONE, cell(OTHER, status)]))
    assert (elsewhere.answer, elsewhere.judged) == (GateState.HELD, 1)


def test_what_was_never_ok_does_not_cross_status():
    base = run_of([ONE, cell(OTHER, "crash")])
    assert judged("status", base, run_of([ONE, cell(OTHER, "drift")])).answer is GateState.HELD
    assert judged("drift", base, run_of([ONE, cell(OTHER, "drift")])).answer is GateState.CROSSED
    assert judged("status", base, run_of([ONE])).answer is GateState.HELD
    assert judged("gone", base, run_of([ONE])).answer is GateState.CROSSED
    assert judged("gone", base, base).answer is GateState.HELD


@pytest.mark.parametrize("new", [run_of(), run_of([cell(ONE, "not-run")]), run_of([cell(ONE, "unsupported")])])
def test_a_run_in_which_nothing_ran_crosses_status(new):
    assert judged("status", run_of([ONE]), new).answer is GateState.CROSSED
    assert judged("status", run_of([cell(ONE, "not-run")]), new).answer is GateState.CROSSED
    assert judged("drift", run_of([ONE]), new).answer is GateState.UNJUDGED


@pytest.mark.parametrize(
    "gate", ["status[case=nothing]", "drift[case=nothing]", "gone[case=nothing]", "size_bytes[case=nothing]>2x"]
)
def test_a_scope_that_fits_nothing_never_holds(gate):
    assert judged(gate, BOTH, BOTH).answer is not GateState.HELD


def test_a_base_in_which_nothing_was_ok_cannot_judge_status():
    assert judged("status", run_of([cell(ONE, "crash")]), run_of([ONE])).answer is GateState.UNJUDGED
    assert judged("status", run_of([ONE]), run_of([OTHER])).answer is GateState.UNJUDGED


def test_an_artifact_that_is_not_written_any_more_crosses_status():
    failing = [cell(ONE, "crash"), OTHER]
    artifacts = [artifact("old/ridge/pickle", "dump-error"), artifact("old/forest/joblib")]
    new = run_of([cell(ONE, "no-artifact"), OTHER], artifacts=artifacts)
    assert judged("status", run_of(failing), new).examples == ("old/ridge/pickle",)


def run_at(ratio, cells=(ONE, OTHER), **more):
    values = np.linspace(1.0, 1.02, 10)
    return run_of(
        cells, samples=[s for c in cells for s in sampled(c, LOAD, values * (ratio if c == ONE else 1))], **more
    )


@pytest.mark.parametrize(
    ("ratio", "answer"), [(1.25, GateState.HELD), (1.29, GateState.HELD), (1.4, GateState.CROSSED)]
)
def test_a_figure_crosses_beyond_its_ratio_only(ratio, answer):
    found = judged("load_seconds>1.3x", run_at(1.0), run_at(ratio))
    assert (found.answer, found.judged) == (answer, 2)


def test_a_gate_may_be_stricter_than_what_is_told():
    assert compare(run_at(1.0), run_at(1.08)).figures.changed == ()
    assert judged("load_seconds>1.05x", run_at(1.0), run_at(1.08)).examples == (ONE,)


def test_the_scope_of_a_figure_counts():
    assert judged("load_seconds[format=joblib]>1.3x", run_at(1.0), run_at(9.0)).answer is GateState.HELD
    assert judged("load_seconds[format=pi*,reader=pickle]>1.3x", run_at(1.0), run_at(9.0)).answer is GateState.CROSSED


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (run_at(9.0, host=None), "the runs are from different machines (2)"),
        (run_of([ONE, OTHER]), "measured in one run only (2)"),
    ],
)
def test_a_figure_that_cannot_be_judged_does_not_hold(new, why):
    found = judged("load_seconds>1.3x", run_at(1.0), new)
    assert (found.answer, found.why) == (GateState.UNJUDGED, why)


def test_a_figure_that_nobody_measured_does_not_hold():
    found = judged("predict_seconds>1.3x", run_at(1.0), run_at(1.0))
    assert (found.answer, found.why) == (GateState.UNJUDGED, "neither run measured predict_seconds of these")


def test_sizes_cross_by_artifact():
    def run(size):
        return run_of(grid(), artifacts=[artifact("old/ridge/pickle", size_bytes=size)])

    assert judged("size_bytes>1.1x", run(1000), run(1101)).examples == ("old/ridge/pickle",)
    assert judged("size_bytes>1.1x", run(1000), run(1099)).answer is GateState.HELD


def test_a_gate_says_how_many_cells_have_too_few_samples_to_cross_it_alone():
    ids = grid(cases=tuple(f"case{i}" for i in range(40)))

    def run(size, slow=1.0):
        values = np.linspace(1.0, 1.02, size)
        return run_of(ids, samples=[s for i in ids for s in sampled(i, LOAD, values * (slow if i == ids[0] else 1.0))])

    weak, strong = (judged("load_seconds>1.3x", run(size), run(size, 9.0)) for size in (6, 10))
    assert (weak.answer, weak.powerless) == (GateState.HELD, len(ids))
    assert "held, judged by 320, of which 320 have too few samples to cross it alone" in verdict(weak)
    assert (strong.answer, strong.powerless) == (GateState.CROSSED, 0)
