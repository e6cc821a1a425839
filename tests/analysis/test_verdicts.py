"""The one table of answers: closed, ordered, and never safe where nothing is known."""

from __future__ import annotations

import json

from hypothesis import given, strategies as st

from harness.analysis.verdicts import ADVICE, OF_STATUS, Verdict, as_data, of_cell, worst
from harness.terms import CELL_STATUSES, UNTRIED, Parity, Status

SAFE = {Verdict.SAFE, Verdict.TOLERABLE}
STATUSES = st.sampled_from(sorted(CELL_STATUSES))
PARITIES = st.sampled_from([None, float("nan"), *Parity])


def test_every_status_of_a_cell_has_an_answer_and_every_answer_its_words() -> None:
    assert set(OF_STATUS) == CELL_STATUSES
    assert set(ADVICE) == set(Verdict)


@given(STATUSES, PARITIES, st.booleans())
def test_only_what_was_loaded_and_compared_is_safe(status, parity, never) -> None:
    answer = of_cell(status, parity, never_tried=never)
    if answer in SAFE:
        assert status == Status.OK and parity in {Parity.IDENTICAL, Parity.CLOSE} and not never
    if status in UNTRIED:
        assert answer in {None, Verdict.UNKNOWN}


@given(st.lists(st.sampled_from([None, *Verdict])))
def test_one_bad_cell_is_never_outvoted(verdicts) -> None:
    answer = worst(verdicts)
    assert worst([*verdicts, Verdict.CHANGES]) == Verdict.CHANGES
    assert answer == worst(reversed(verdicts)) == worst([answer, *verdicts])
    if answer in SAFE:
        assert set(verdicts) <= {None, *SAFE} and answer in verdicts
    if not set(verdicts) - {None}:
        assert answer == Verdict.UNKNOWN


def test_a_page_gets_the_same_table() -> None:
    data = json.loads(json.dumps(as_data()))
    assert data["order"] == [str(verdict) for verdict in Verdict]
    assert data["of_status"]["drift"] == data["order"][0] == "changes predictions"
    assert data["of_parity"] == {"identical": "safe", "close": "safe (within tolerance)"}
    assert {answer for answer in data["of_status"].values() if answer} <= set(data["order"])
