"""Accepted changes and expected outcomes: how they are written, and what they keep from being reported."""

import datetime as dt

import numpy as np
import pytest

from harness.analysis.compare import compare
from harness.analysis.compare.status_changes import ChangeKind
from harness.analysis.compare.expectations import Accepted, Expectations, Expected, beside, read
from harness.analysis.compare.gates import GateState, parse
from harness.errors import InputError

from tests.analysis.compare.common import BASE, NEW, again, artifact, cell, run_of, sampled

ONE = "old/ridge/pickle>new/pickle"
OTHER = "old/forest/joblib>new/joblib"


def accepted(**entry):
    sound = {"change": "status", "cells": "*", "since": NEW, "reason": "numpy 2 sums in another order"}
    return Expectations(accepted=(("line 2, accepted[0]", Accepted.model_validate({**sound, **entry})),))


def expected(**entry):
    sound = {"cells": "*", "status": "drift", "reason": "issue 12"}
    return Expectations(expected=(("line 2, expected[0]", Expected.model_validate({**sound, **entry})),))


def settle(known, was=ONE, now=ONE, gates=("status",), **facts):
    base, new = (run_of([one] if one else [], **facts) for one in (was, now))
    return compare(base, again(new), expected=known, gates=[parse(gate) for gate in gates])


def test_an_accepted_change_is_counted_and_nothing_else():
    found = settle(accepted(), now=cell(ONE, "drift"))
    assert (found.settled.accepted, found.cells, found.verdicts[0].answer) == (1, (), GateState.HELD)


@pytest.mark.parametrize(
    ("entry", "count"),
    [
        ({"since": BASE}, 0),
        ({"since": "2026-01-01"}, 0),
        ({"since": "2026-01-02"}, 1),
        ({"since": "2026-01-03"}, 0),
        ({"since": "20260101T120000Z"}, 1),
        ({"cells": {"case": "ri*", "format": "pickle"}}, 1),
        ({"cells": {"case": "ri*", "format": "joblib"}}, 0),
        ({"cells": {"family": "linear", "reader": "pickle", "producer": "old", "consumer": "n*"}}, 1),
        ({"cells": "old/ridge/*"}, 1),
        ({"change": "load_seconds"}, 0),
        ({"to": "drift"}, 1),
        ({"to": "crash"}, 0),
    ],
)
def test_a_change_is_accepted_for_its_cells_and_between_its_runs(entry, count):
    found = settle(accepted(**entry), now=cell(ONE, "drift"))
    assert (found.settled.accepted, found.counts[ChangeKind.DRIFTS]) == (count, 1 - count)
    assert found.verdicts[0].answer is (GateState.HELD if count else GateState.CROSSED)


@pytest.mark.parametrize(
    ("entry", "count"), [({}, 1), ({"up_to": 1.5}, 0), ({"up_to": 3.0}, 1), ({"change": "status"}, 0)]
)
def test_a_slower_figure_is_accepted(entry, count):
    values = np.linspace(1.0, 1.02, 10)
    base, new = (run_of([ONE], samples=sampled(ONE, "load_seconds", values * ratio)) for ratio in (1, 2))
    known = accepted(**{"change": "load_seconds", **entry})
    found = compare(base, again(new), expected=known, gates=[parse("load_seconds>1.3x")])
    assert (found.settled.accepted, len(found.figures.changed)) == (count, 1 - count)
    assert found.verdicts[0].answer is (GateState.HELD if count else GateState.CROSSED)


def test_a_larger_artifact_is_accepted_by_its_own_id_or_its_cells():
    base, new = (run_of([ONE], artifacts=[artifact("old/ridge/pickle", size_bytes=size)]) for size in (1000, 2000))
    for cells, count in (
        ("old/ridge/pickle", 1),
        ({"reader": "pickle"}, 1),
        ({"reader": "joblib"}, 0),
        ({"case": "x"}, 0),
    ):
        found = compare(base, again(new), expected=accepted(change="size_bytes", cells=cells))
        assert (found.settled.accepted, len(found.figures.changed)) == (count, 1 - count)


def test_what_is_expected_is_no_news():
    found = settle(expected(), now=cell(ONE, "drift"))
    assert (found.settled.expected, found.cells, found.verdicts[0].answer) == (1, (), GateState.HELD)
    otherwise = settle(expected(), now=cell(ONE, "crash"))
    assert (otherwise.settled.expected, otherwise.counts[ChangeKind.BREAKS]) == (0, 1)


@pytest.mark.parametrize("was", [ONE, cell(ONE, "drift"), cell(ONE, "crash"), None])
def test_what_passes_though_it_is_declared_broken_is_told_and_crosses(was):
    found = settle(expected(), was=was)
    assert found.counts[ChangeKind.PASSES] == 1
    (group,) = found.cells
    assert group.reason == "expected drift, issue 12 (line 2, expected[0])"
    assert found.verdicts[0].answer is GateState.CROSSED


def test_an_expectation_ends_on_its_day():
    still, over = (settle(expected(until=day), now=cell(ONE, "drift")) for day in ("2026-01-02", "2026-01-01"))
    assert (still.settled.expected, still.settled.stale) == (1, ())
    assert (over.settled.expected, over.counts[ChangeKind.DRIFTS]) == (0, 1)
    assert over.settled.stale == ("line 2, expected[0]: it ended on 2026-01-01, and no longer counts",)


def test_an_artifact_that_is_expected_not_to_be_written():
    new = run_of([cell(ONE, "no-artifact")], artifacts=[artifact("old/ridge/pickle", "dump-error")])
    found = compare(run_of([ONE]), again(new), expected=expected(status="dump-error"), gates=[parse("status[case=*]")])
    assert (found.cells, found.artifacts) == ((), ())


def test_entries_that_mean_no_cell_are_stale():
    assert settle(accepted(cells={"case": "rigde"})).settled.stale == (
        "line 2, accepted[0]: it selects no cell of these runs",
    )
    assert settle(expected(cells="old/*", status="crash")).settled.stale == ()


def written(tmp_path, text):
    (tmp_path / "expectations.yaml").write_text(text)
    return beside(tmp_path)


def test_a_file_is_read(tmp_path):
    known = written(tmp_path, """
accepted:
  - {change: load_seconds, cells: {format: joblib*}, since: 2026-01-02, reason: "checked: lz4, on purpose", up_to: 1.4}
expected:
  - cells: "*/knn_imputer/*"
    status: load-error
    reason: "sklearn#1234"
    until: 2026-06-30
""")  # fmt: skip
    (place, first), (other, second) = known.accepted[0], known.expected[0]
    assert (place, other) == ("line 3, accepted[0]", "line 5, expected[0]")
    assert (first.since, first.up_to, first.cells.format) == ("20260102", 1.4, "joblib*")
    assert (second.cells.cell, second.status, second.until) == ("*/knn_imputer/*", "load-error", dt.date(2026, 6, 30))


def test_every_problem_of_a_file_is_told_with_its_line(tmp_path):
    with pytest.raises(InputError) as caught:
        written(tmp_path, """
accepted:
  - {change: load_second, cells: "*", since: 2026-01-02, reason: x}
  - {change: status, cells: {formt: x}, since: yesterday}
  - {change: status, cells: "*", since: 2026-01-02, reason: x, up_to: 2}
  - {change: size_bytes, cells: {}, since: 2026-01-02, reason: x}
expectd: []
expected:
  - {cells: "*", status: ok, reason: ""}
""")  # fmt: skip
    lines = [line.strip() for line in str(caught.value).splitlines()]
    assert lines == [
        f"{tmp_path / 'expectations.yaml'}: 9 problems",
        'line 3, accepted[0].change: no change "load_second"; perhaps "load_seconds"',
        'line 4, accepted[1].cells.formt: no key "formt"; perhaps "format"',
        'line 4, accepted[1].since: "yesterday" is neither a run\'s id nor a day such as 2024-09-11',
        'line 4, accepted[1]: the key "reason" is missing',
        'line 5, accepted[2]: the key "up_to" is for figures',
        'line 6, accepted[3].cells: without a key this means every cell; say so with "*"',
        'line 7, expectd: no key "expectd"; perhaps "expected"',
        'line 9, expected[0].status: no status that can be expected "ok"; there is crash, drift, dump-error, fit-error, '
        "incomparable, load-error, oom, predict-error, refused, timeout, unsupported",
        'line 9, expected[0].reason: "": String should have at least 1 character',
    ]


def test_no_file_beside_the_runs_is_none_and_a_named_one_must_be_there(tmp_path):
    assert beside(tmp_path) == Expectations()
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read(tmp_path / "mine.yaml")
