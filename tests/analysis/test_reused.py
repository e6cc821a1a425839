"""How much of a run was reused, in one sentence."""

from __future__ import annotations

from harness.analysis.reused import Reused


def reused(**given: object) -> str:
    sound = {"cells": 1_380, "of": 1_521, "runs": 2, "sampled": 60, "disagreeing": ()}
    return str(Reused(**{**sound, **given}))  # type: ignore[arg-type]


def test_it_says_how_much_and_what_was_tried_again() -> None:
    assert reused() == "1,380 of 1,521 cells reused from 2 earlier runs; of 60 outcomes worked out again, 60 agree"
    assert reused(disagreeing=("a",)).endswith("of 60 outcomes worked out again, 59 agree")
    assert reused(cells=0) == "nothing reused; of 60 outcomes worked out again, 60 agree"


def test_a_run_that_reused_nothing_says_nothing() -> None:
    assert reused(cells=0, sampled=0) == ""
