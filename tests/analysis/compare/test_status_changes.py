"""What became of cells, each kind of change, and the groups that people see."""

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from harness.analysis.compare import status_changes, compare
from harness.analysis.compare.status_changes import ChangeKind
from harness.terms import CELL_STATUSES, UNTRIED

from tests.analysis.compare.common import artifact, cell, environment, grid, parts, run_of

ONE = "old/ridge/pickle>new/pickle"


def kind(was, now):
    base, new = (run_of([one] if one else []).cells for one in (was, now))
    (found,) = status_changes.compare_statuses(base, new)["kind"]
    return None if pd.isna(found) else found


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("ok", "ok", None),
        ("ok", "drift", ChangeKind.DRIFTS),
        ("ok", "load-error", ChangeKind.BREAKS),
        ("ok", "refused", ChangeKind.BREAKS),
        ("ok", "not-run", ChangeKind.LOST),
        ("ok", "no-artifact", ChangeKind.LOST),
        ("ok", "unsupported", ChangeKind.LOST),
        ("crash", "drift", ChangeKind.MISLEADS),
        ("drift", "drift", None),
        ("drift", "crash", ChangeKind.OTHER),
        ("crash", "timeout", ChangeKind.OTHER),
        ("crash", "crash", None),
        ("not-run", "crash", ChangeKind.TRIED),
        ("not-run", "drift", ChangeKind.TRIED),
        ("drift", "not-run", ChangeKind.UNTRIED),
        ("drift", "incomparable", ChangeKind.UNTRIED),
        ("ok", "incomparable", ChangeKind.LOST),
        ("incomparable", "drift", ChangeKind.TRIED),
        ("not-run", "no-artifact", None),
        ("drift", "ok", ChangeKind.FIXED),
        ("oom", "ok", ChangeKind.FIXED),
        ("unsupported", "ok", ChangeKind.GAINED),
        (None, "ok", ChangeKind.NEW),
        ("ok", None, ChangeKind.GONE),
    ],
)
def test_each_change_has_a_name(was, now, expected):
    assert kind(*(status and cell(ONE, status) for status in (was, now))) == expected


def test_a_drift_is_worse_when_what_differs_weighs_more():
    values, labels = (cell(ONE, "drift", findings=[found]) for found in ("values", "labels"))
    both = cell(ONE, "drift", findings=["labels", "values"])
    unknown = cell(ONE, "drift", findings=[])
    assert kind(values, labels) == kind(values, both) == kind(labels, both) == ChangeKind.WORSE
    assert kind(labels, values) == kind(both, labels) == ChangeKind.OTHER
    assert kind(unknown, labels) is None  # runs of schema 1 had no findings
    few, many = (cell(ONE, "drift", label_mismatch=share) for share in (0.1, 0.4))
    assert (kind(few, many), kind(many, few)) == (ChangeKind.WORSE, None)


def test_another_error_is_another_failure_and_another_address_is_not():
    first = cell(ONE, "load-error", reason="X: <object at 0x7f00>")
    assert kind(first, {**first, "reason": "X: <object at 0x7f01>"}) is None
    assert kind(first, {**first, "error_type": "KeyError"}) == ChangeKind.OTHER


statuses = st.lists(st.sampled_from(sorted(CELL_STATUSES)), min_size=8, max_size=8)
MIRROR = {
    ChangeKind.GONE: {ChangeKind.NEW}, ChangeKind.NEW: {ChangeKind.GONE}, ChangeKind.LOST: {ChangeKind.GAINED}, ChangeKind.GAINED: {ChangeKind.LOST},
    ChangeKind.DRIFTS: {ChangeKind.FIXED}, ChangeKind.BREAKS: {ChangeKind.FIXED}, ChangeKind.FIXED: {ChangeKind.DRIFTS, ChangeKind.BREAKS},
    ChangeKind.TRIED: {ChangeKind.UNTRIED}, ChangeKind.UNTRIED: {ChangeKind.TRIED}, ChangeKind.OTHER: {ChangeKind.OTHER, ChangeKind.MISLEADS, ChangeKind.WORSE},
    ChangeKind.MISLEADS: {ChangeKind.OTHER}, ChangeKind.WORSE: {ChangeKind.OTHER},
}  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(statuses, statuses)
def test_swapping_the_runs_mirrors_what_changed(was, now):
    ids = grid(cases=("ridge",))
    base, new = (run_of([cell(i, s) for i, s in zip(ids, some)]).cells for some in (was, now))
    there = status_changes.compare_statuses(base, new).set_index("cell_id")["kind"]
    back = status_changes.compare_statuses(new, base).set_index("cell_id")["kind"]
    for one in ids:
        assert pd.isna(there[one]) == pd.isna(back[one])
        assert pd.isna(there[one]) or back[one] in MIRROR[ChangeKind(there[one])]


@settings(deadline=None, max_examples=30)
@given(statuses)
def test_a_run_compared_with_itself_has_no_news(found):
    run = run_of([cell(i, s) for i, s in zip(grid(cases=("ridge",)), found)])
    changes = compare(run, run)
    assert not any(changes.counts.values())
    assert changes.cells == changes.artifacts == changes.figures.changed == ()
    assert changes.changes.empty


@settings(deadline=None, max_examples=30)
@given(statuses)
def test_every_cell_that_was_ok_and_was_not_tried_is_lost(found):
    ids = grid(cases=("ridge",))
    changes = compare(run_of(ids), run_of([cell(i, s) for i, s in zip(ids, found)]))
    assert changes.counts[ChangeKind.LOST] == sum(status in UNTRIED | {"incomparable"} for status in found)
    assert sum(group.count for group in changes.cells) == sum(changes.counts.values())


def test_what_changed_in_one_consumer_is_one_group_with_its_packages():
    ids = grid(cases=("ridge", "forest", "svm"))
    new = run_of(
        [cell(i, "drift" if ">new/" in i else "ok", reason=f"differs in {i}") for i in ids],
        environments=[environment("old", numpy="2.1.0"), environment("new", numpy="2.1.1", joblib="1.5")],
    )
    changes = compare(run_of(ids), new)
    (group,) = changes.cells
    assert (group.kind, group.by, group.count, group.of) == (ChangeKind.DRIFTS, "consumer", 12, 12)
    assert group.members.consumers == ("new",)
    assert set(group.members.producers) == {"old", "new"}
    assert [[str(change) for change in changed] for changed in group.causes.packages] == [
        ["numpy 2.1.0 → 2.1.1"], ["joblib none → 1.5"]
    ]  # fmt: skip
    assert list(changes.packages) == ["new"]


def test_two_causes_are_two_groups_and_the_same_message_is_one():
    ids = grid(producers=("a", "b", "c", "d"), consumers=("a", "b", "c", "d"), cases=("one", "two", "three", "four"))
    rows = []
    for one in ids:
        if ">a/" in one:
            rows.append(cell(one, "load-error", reason=f"no module in {one}"))
        elif "/two/" in one:
            rows.append(cell(one, "load-error", reason=f"line {len(rows)}: bad"))
        else:
            rows.append(cell(one))
    first, second = compare(run_of(ids), run_of(rows)).cells
    assert (first.by, first.members.consumers, first.count) == ("consumer", ("a",), 32)
    assert (second.by, second.members.cases, second.count, second.of) == ("case", ("two",), 24, 32)


def test_artifacts_that_are_not_written_any_more_are_told():
    new = run_of([cell(ONE, "no-artifact")], artifacts=[artifact(ONE.partition(">")[0], "dump-error", reason="why")])
    changes = compare(run_of([ONE]), new)
    (group,) = changes.artifacts
    assert (group.kind, group.example, group.reason) == (ChangeKind.BREAKS, "old/ridge/pickle", "why")
    assert changes.counts[ChangeKind.LOST] == 1


def test_an_environment_that_cannot_be_had_any_more_is_told():
    lost = [environment("old", numpy="2.1.0"), {**environment("new", "not-run"), "reason": "no Python"}]
    (one,) = compare(run_of([ONE]), run_of([cell(ONE, "not-run")], environments=lost)).environments
    assert (one.name, one.was, one.now, one.reason) == ("new", "ok", "not-run", "no Python")


def test_a_case_whose_code_changed_is_suspected():
    def written(digest):
        return [artifact(ONE.partition(">")[0], manifest='{"code": {"sha256": "%s"}}' % digest)]

    changes = compare(run_of([ONE], artifacts=written("a")), run_of([cell(ONE, "crash")], artifacts=written("b")))
    assert changes.recoded == changes.cells[0].causes.recoded == ("ridge",)
    same = compare(run_of([ONE], artifacts=written("a")), run_of([cell(ONE, "crash")], artifacts=written("a")))
    assert same.recoded == ()


def test_runs_without_any_cell_can_be_compared():
    assert compare(run_of(), run_of()).common == 0
    assert compare(run_of([ONE]), run_of()).counts[ChangeKind.GONE] == 1


def test_what_changed_everywhere_is_one_group():
    ids = grid(cases=("ridge", "forest", "svm"))
    (group,) = compare(run_of(ids), run_of([cell(i, "crash", reason=i) for i in ids])).cells
    assert (group.by, group.count, group.of) == ("all", 24, 24)


def test_drifts_of_one_consumer_are_one_group_though_most_of_its_cells_are_as_they_were():
    ids = grid(producers=("p", "q", "r"), consumers=("p", "q", "r"), cases=tuple("abcdefghij"))
    rows = [cell(i, "drift" if ">q/" in i and parts(i)["case"] < "d" else "ok", reason=i) for i in ids]
    (group,) = compare(run_of(ids), run_of(rows)).cells
    assert (group.by, group.count, group.of) == ("consumer", 18, 60)
