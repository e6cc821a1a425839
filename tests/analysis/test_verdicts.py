"""The list of answers: closed, ordered, and never safe where nothing is known."""

from __future__ import annotations

from hypothesis import given, strategies as st

from harness.analysis.verdicts import ADVICE, SAFE, Verdict, worst


def test_every_answer_has_its_words() -> None:
    assert set(ADVICE) == set(Verdict)


@given(st.lists(st.sampled_from([None, *Verdict])))
def test_one_bad_cell_is_never_outvoted(verdicts) -> None:
    answer = worst(verdicts)
    assert worst([*verdicts, Verdict.CHANGES]) == Verdict.CHANGES
    assert answer == worst(reversed(verdicts)) == worst([answer, *verdicts])
    if answer in SAFE:
        assert set(verdicts) <= {None, *SAFE} and answer in verdicts
    if not set(verdicts) - {None}:
        assert answer == Verdict.UNKNOWN
