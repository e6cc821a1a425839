"""An answer is never better than the worst cell behind it, and names its breadth: of the kept run, and of random ones."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.analysis import read_run
from harness.analysis.ask import Verdict, ask, several
from harness.analysis.ask.index import Index
from harness.analysis.ask.subjects import models
from harness.analysis.verdicts import BAD, SAFE, crossed
from tests.analysis.ask.runs import MODELS, VERSIONS, stored
from tests.analysis.compare.common import cell, grid

KEPT = Path(__file__).resolve().parents[3] / "results" / "reference"
ORDER = list(Verdict)


def behind(tables) -> dict[tuple[str, str, str, str], Verdict]:
    """The worst verdict by (class, producer's version, consumer's version, format), straight from the tables."""
    versions = dict(zip(tables.environments["environment"], tables.environments["sklearn"], strict=True))
    containing: dict[str, set[str]] = defaultdict(set)
    for (_, case), model in models(tables.artifacts).items():
        containing[case].update(part.name for part in model.parts)
    found: dict[tuple[str, str, str, str], Verdict] = {}
    known = tables.cells.dropna(subset=["verdict"])
    columns = (known[name] for name in ("case", "producer", "consumer", "format", "verdict"))
    for case, producer, consumer, format_name, verdict in zip(*columns, strict=True):
        if not all(isinstance(versions[one], str) for one in (producer, consumer)):
            continue  # a runtime without scikit-learn
        for name in containing[case]:
            key = name, versions[producer], versions[consumer], format_name
            found[key] = min(found.get(key, Verdict(verdict)), Verdict(verdict), key=ORDER.index)
    return found


def check(index: Index, expected: dict[tuple[str, str, str, str], Verdict]) -> None:
    for (name, source, target, format_name), worst in expected.items():
        answer = ask([index], name, producers=[source], consumers=[target], format_name=format_name)
        assert ORDER.index(answer.verdict) <= ORDER.index(worst), (name, source, target, format_name)
        assert answer.verdict not in SAFE or len(answer.breadth.models) >= 3
        words = str(answer.sentence)
        assert "model" in words or answer.verdict in {Verdict.UNKNOWN, *BAD}, words


def check_strips(index: Index, expected: dict[tuple[str, str, str, str], Verdict]) -> None:
    """Of every release at once, of several estimators, and of gates."""
    by_question: dict[tuple[str, str], dict[tuple[str, str], Verdict]] = defaultdict(dict)
    for (name, source, target, format_name), worst in expected.items():
        by_question[source, format_name][name, target.rpartition(".")[0]] = worst
    for (source, format_name), cells in by_question.items():
        names = sorted({name for name, _ in cells})
        answers = [ask([index], name, producers=[source], format_name=format_name) for name in names]
        by_name = dict(zip(names, answers, strict=True))
        for (name, minor), worst in cells.items():
            answer = by_name[name]
            (one,) = [one for one in answer.strip.minors if one.minor == minor]
            alone = ask([index], name, producers=[source], consumers=[minor], format_name=format_name)
            assert one.verdict is alone.verdict, "a release in a strip and by itself"
            assert ORDER.index(one.verdict) <= ORDER.index(worst)
            assert ORDER.index(answer.verdict) <= ORDER.index(one.verdict)
            # A release in which some cell is bad is within nothing that is called safe.
            order = [other.minor for other in answer.strip.minors]
            widest = alone.elsewhere.widest()
            if widest is not None and order.index(widest[0]) <= order.index(minor) <= order.index(widest[1]):
                assert worst in SAFE
        assert several.worst_first(answers)[0].verdict is min((one.verdict for one in answers), key=ORDER.index)
        over = crossed(["changes", "breaks"], several.verdicts(answers))
        assert ("changes" in over) == (Verdict.CHANGES in cells.values())
        assert "breaks" in over or Verdict.BREAKS not in cells.values()  # it may stand behind a change, which is worse


def test_a_gate_sees_what_a_worse_verdict_hides() -> None:
    bad = [
        cell("old/forest/pickle>new/pickle", "drift", parity="drift"),
        cell("old/spam/pickle>new/pickle", "load-error"),
    ]
    answer = ask([Index.from_tables(stored(*bad))], "Forest", producers=["1.2"], consumers=["1.5"])
    assert answer.verdict is Verdict.CHANGES
    assert crossed(["breaks", "not-known"], answer.verdicts) == ["breaks"]
    assert str(answer.sentence) == "changes predictions in 1 of 4 models (breaks in 1 more)"


def test_a_release_that_no_environment_has_is_not_known_beside_others() -> None:
    answer = ask([Index.from_tables(stored())], "Forest", producers=["1.2"], consumers=["1.5", "1.99"])
    assert answer.verdict is Verdict.UNKNOWN
    assert {one.minor: one.verdict for one in answer.strip.minors} == {"1.5": Verdict.SAFE, "1.99": Verdict.UNKNOWN}


def test_of_the_kept_run() -> None:
    tables = read_run(KEPT)
    expected = behind(tables)
    assert len(expected) > 5000
    # Every seventh question, the same ones each time.
    check(Index.from_tables(tables), dict(itertools.islice(expected.items(), 0, None, 7)))


STATUSES = st.sampled_from(
    [
        {"status": "ok", "parity": "identical"},
        {"status": "ok", "parity": "close"},
        {"status": "drift", "parity": "drift"},
        {"status": "load-error", "parity": None},
        {"status": "not-run", "parity": None},
        {"status": "refused", "parity": None},
        {"status": "no-artifact", "parity": None, "reason": "dump-error: no"},
    ]
)
IDS = grid(tuple(VERSIONS), tuple(VERSIONS), tuple(MODELS), ("pickle", "joblib"))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(IDS), STATUSES), max_size=12))
def test_of_random_runs(drawn) -> None:
    special = [{**cell(identifier, facts["status"]), **facts} for identifier, facts in drawn]
    tables = stored(*special, formats=("pickle", "joblib"))
    check(Index.from_tables(tables), behind(tables))
    check_strips(Index.from_tables(tables), behind(tables))


@pytest.mark.parametrize("older", [True, False])
def test_a_second_run_makes_no_answer_better_where_it_has_no_such_cell(older) -> None:
    bad = cell("old/spam/pickle>new/pickle", "drift", parity="drift")
    days = ("2026-11-01", "2026-11-02")
    first, second = reversed(days) if older else days
    full, narrow = (
        stored(bad, started=first),
        stored(cases=("forest", "forest_plain", "forest_entropy"), started=second),
    )
    answer = ask([Index.from_tables(run) for run in (full, narrow)], "Forest", producers=["1.2"], consumers=["1.5"])
    assert answer.verdict == Verdict.CHANGES
