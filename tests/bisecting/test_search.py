"""From two ends to the changes between them, in a made-up world: what is told was tried."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from harness.analysis.bisected import Bisected
from harness.bisecting import search
from harness.bisecting.search import Ask, Ends
from harness.environments import index

from tests.bisecting.world import BROKEN, CHANGED, LINE, MUTE, RELEASES, SAME, World, newest, release

DAY = dt.date(2024, 1, 1)


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "newest", newest)
    monkeypatch.setattr(index, "day", lambda *_: DAY)
    monkeypatch.setattr(search.releases, "line", lambda *_: LINE)
    monkeypatch.setattr(search.subjects, "known_matrix", lambda: None)
    monkeypatch.setattr(search.wanted, "known", lambda _: None)


def bisected(rule, good="1.2.2", bad="1.9.1", *, every=False) -> tuple[Bisected, World]:
    world = World(release(good), rule)
    ends = Ends(trials=world, good=release(good), bad=release(bad))
    return search.answer(Ask(word="model.pkl", every=every), ends), world


def since(package, version, verdict=BROKEN):
    return lambda held: verdict if Version(held[package]) >= Version(version) else SAME


def told(answer):
    return [(one.package, one.before, one.after, one.later.verdict) for one in answer.changes]


@pytest.mark.parametrize("first", ["1.3.0", "1.3.1", "1.4.0", "1.5.1", "1.8.0", "1.9.1"])
def test_the_release_of_scikit_learn_is_found(first) -> None:
    answer, _ = bisected(since("scikit-learn", first))
    before = list(RELEASES)[list(RELEASES).index(first) - 1]
    assert told(answer) == [("scikit-learn", before, first, BROKEN)] and answer.changes[0].day == DAY
    assert len(answer.tried) <= 2 * math.log2(answer.between + 2) + 4


def test_another_package_is_found_with_its_own_release() -> None:
    """NumPy 2.0.0 came between 1.5.0 and 1.5.1 of scikit-learn, which changes nothing here."""
    answer, _ = bisected(since("numpy", "2.0.0"))
    assert told(answer) == [("numpy", "1.26.4", "2.0.0", BROKEN)]
    alone = {one.package: one.verdict for one in answer.changes[0].alone}
    assert alone["scikit-learn"] is SAME and alone["numpy"] is BROKEN
    answer, _ = bisected(since("scipy", "1.17.0", CHANGED))
    assert told(answer) == [("scipy", "1.16.3", "1.17.0", CHANGED)], "no environment of scikit-learn's days has 1.17"


def test_the_way_may_lead_down() -> None:
    answer, _ = bisected(lambda held: SAME if Version(held["numpy"]) >= Version("2.0.2") else BROKEN, "1.7.2", "1.2.2")
    assert told(answer) == [("numpy", "2.0.2", "2.0.0", BROKEN)]


def test_what_two_packages_do_together_is_not_laid_on_one() -> None:
    def rule(held):
        pair = Version(held["scikit-learn"]) >= Version("1.5.1"), Version(held["numpy"]) >= Version("2.0.0")
        return BROKEN if all(pair) else SAME

    answer, _ = bisected(rule)
    (change,) = answer.changes
    # Put back alone, either one mends it: the first that does is told, with all that was tried.
    assert change.package == "scikit-learn" and [one.back for one in change.alone][-1]

    def either(held):
        return BROKEN if Version(held["scikit-learn"]) >= Version("1.5.1") or held["numpy"] == "2.0.0" else SAME

    assert bisected(either)[0].changes[0].package == "scikit-learn"


def test_what_cannot_be_judged_is_stepped_over_and_named() -> None:
    def rule(held):
        return MUTE if held["scikit-learn"] in {"1.3.0", "1.3.1", "1.6.1"} else since("scikit-learn", "1.3.0")(held)

    answer, _ = bisected(rule)
    (change,) = answer.changes
    assert (change.before, change.after) == ("1.2.2", "1.3.2")
    assert set(change.stepped_over) == {"sk1.3.0-py3.12", "sk1.3.1-py3.12"}


def test_every_change_is_told_and_breakage_is_not_monotone() -> None:
    """As a forest of 1.3: it fails loudly in 1.4 to 1.8 and silently in 1.9."""

    def rule(held):
        version = Version(held["scikit-learn"])
        return SAME if version < Version("1.4") else BROKEN if version < Version("1.9") else CHANGED

    answer, _ = bisected(rule, "1.3.2", every=True)
    assert told(answer) == [
        ("scikit-learn", "1.3.2", "1.4.0", BROKEN),
        ("scikit-learn", "1.8.0", "1.9.1", CHANGED),
    ]
    assert told(bisected(rule, "1.3.2")[0]) == told(answer)[:1]


def test_ends_that_answer_alike_have_no_change_between_them_unless_every_one_is_asked_for() -> None:
    def rule(held):
        return BROKEN if held["scikit-learn"].startswith("1.4.") else SAME

    assert not bisected(rule)[0].changes
    assert [one[2] for one in told(bisected(rule, every=True)[0])] == ["1.4.0", "1.5.0"]


@pytest.mark.parametrize("mute", ["1.2.2", "1.9.1"])
def test_an_end_that_cannot_be_judged_gives_no_change(mute) -> None:
    answer, _ = bisected(lambda held: MUTE if held["scikit-learn"] == mute else since("scikit-learn", "1.5.0")(held))
    assert not answer.changes


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=200
)
@given(st.dictionaries(st.sampled_from(list(RELEASES)), st.sampled_from([SAME, BROKEN, CHANGED, MUTE])), st.booleans())
def test_every_change_that_is_told_was_tried_whatever_the_releases_answer(answers, every) -> None:
    answers |= {"1.2.2": SAME}

    def rule(held):
        return answers.get(held["scikit-learn"], SAME)

    answer, world = bisected(rule, every=every)
    for change in answer.changes:
        for one in (change.earlier, change.later):
            assert world.known(release(one.versions["scikit-learn"])) is one
        assert change.earlier.answer != change.later.answer and None not in {change.earlier.answer, change.later.answer}
        assert (change.before, change.after) == tuple(
            one.versions["scikit-learn"] for one in (change.earlier, change.later)
        )
        order = list(RELEASES)
        between = order[order.index(change.before) + 1 : order.index(change.after)]
        assert {f"sk{one}-py3.12" for one in between} == set(change.stepped_over), "nothing untried lies between"
    if every:
        for one, other in zip(answer.changes, answer.changes[1:], strict=False):
            assert Version(one.after) <= Version(other.before)


def test_of_the_minor_of_the_bad_end_no_other_release_is_tried_before_it_is_narrowed_down() -> None:
    answer, _ = bisected(since("scikit-learn", "1.3.0"), bad="1.4.2")
    assert told(answer)[0][2] == "1.3.0" and "sk1.4.0-py3.12" not in {one.name for one in answer.tried}
