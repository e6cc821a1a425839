"""Several runs: the newest counts for each cell, and hides nothing that an older one knows."""

from __future__ import annotations

from harness.analysis.ask import Verdict
from tests.analysis.ask.runs import asked, stored
from tests.analysis.compare.common import cell

OLDER, NEWER = "2026-11-01T00:00:00+00:00", "2026-11-02T00:00:00+00:00"
ID = "old/forest/pickle>new/pickle"
BAD = cell(ID, "drift", parity="drift", compared=["predict", "inverse_transform"])


def test_the_newest_cell_counts_in_whatever_order_the_runs_are_given() -> None:
    fine = cell(ID, parity="identical", compared=["predict", "inverse_transform"])
    for older, newer, verdict in ((BAD, fine, Verdict.SAFE), (fine, BAD, Verdict.CHANGES)):
        runs = [stored(older, started=OLDER), stored(newer, started=NEWER)]
        assert asked(*runs).verdict == asked(*reversed(runs)).verdict == verdict


def test_a_narrower_newer_run_hides_no_cells_of_an_older_one() -> None:
    newer = stored(started=NEWER, cases=("ridge", "forest_plain"))
    answer = asked(newer, stored(BAD, started=OLDER))
    assert answer.verdict == Verdict.CHANGES
    assert len(answer.runs) == 2 and answer.worst_way.run.run["started"] == OLDER


def test_what_compared_less_does_not_outweigh_a_difference_that_was_seen() -> None:
    newer = stored(cell(ID, parity="identical", compared=["predict"]), started=NEWER)
    assert asked(newer, stored(BAD, started=OLDER)).verdict == Verdict.CHANGES


def test_what_did_not_run_lately_is_what_it_was() -> None:
    lost = stored(cell(ID, "not-run", parity=None), started=NEWER)
    assert asked(lost, stored(started=OLDER)).verdict == Verdict.SAFE
    assert asked(lost, stored(BAD, started=OLDER)).verdict == Verdict.CHANGES


def test_an_environment_of_the_same_name_that_held_other_versions_is_another() -> None:
    was = {"old": "1.2.2", "new": "1.5.2", "new2": "1.5.2"}
    now = {"old": "1.3.2", "new": "1.5.2", "new2": "1.5.2"}
    runs = [stored(BAD, started=OLDER, versions=was), stored(started=NEWER, versions=now)]
    assert asked(*runs).verdict == Verdict.CHANGES
    assert asked(*runs, producers=("1.3",)).verdict == Verdict.SAFE
