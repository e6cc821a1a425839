"""A run of ``pairs: upgrades`` does not have every pair: what it has not tried is not known."""

from __future__ import annotations

import pytest

from harness.analysis.ask import Verdict
from harness.config.pairs import producers
from harness.terms import Pairs

from tests.analysis.ask.runs import asked, stored
from tests.conftest import environment

VERSIONS = {"old": "1.2.0", "old2": "1.2.2", "new": "1.3.0", "new2": "1.3.2"}


@pytest.fixture(scope="module")
def run():
    """All of it is safe, as far as it goes."""
    made = stored(names=tuple(VERSIONS), versions=VERSIONS)
    environments = [environment(name, scikit_learn=release) for name, release in VERSIONS.items()]
    loaded = producers(environments, environments, Pairs.UPGRADES)
    tried = [p in loaded[c] for p, c in zip(made.cells.producer, made.cells.consumer, strict=True)]
    made.cells = made.cells[tried].reset_index(drop=True)
    return made


@pytest.mark.parametrize(("saved", "loads"), [("1.3", "1.2"), ("1.3.2", "1.2.2"), ("1.2", "1.3.0"), ("1.2.2", "1.3.0")])
def test_what_is_no_pair_is_not_known(run, saved, loads) -> None:
    answer = asked(run, producers=(saved,), consumers=(loads,))
    assert (answer.verdict, answer.pairs) == (Verdict.UNKNOWN, ())
    assert answer.nothing == "no stored run has loaded such a model from there to there"


@pytest.mark.parametrize(
    ("saved", "loads", "consumer"), [("1.2", "1.3", "new2"), ("1.2.0", "1.2.2", "old2"), ("1.3.2", "1.3.0", "new")]
)
def test_what_was_tried_is_known(run, saved, loads, consumer) -> None:
    answer = asked(run, producers=(saved,), consumers=(loads,))
    assert answer.verdict is Verdict.SAFE
    assert {pair.consumer for pair in answer.pairs} == {consumer}


def test_no_range_reaches_over_what_was_not_tried(run) -> None:
    """Nobody loaded models of 1.3 with 1.2, so it is in no strip."""
    assert [one.minor for one in asked(run, producers=("1.3",), consumers=()).strip.minors] == ["1.3"]
    assert asked(run, producers=("1.3",), consumers=("1.2",)).elsewhere.widest() == ("1.3", "1.3")
