"""What a cell means: one table of meanings, closed, and never sound where nothing was loaded."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import terms
from harness.analysis.cells import explained, is_in, meanings, sound_at_home, with_meaning
from harness.analysis.meanings import BAD, INCONCLUSIVE, SOUND, VERDICTS, Meaning
from harness.analysis.pair_signs import CELL_WORDS, CellSign, cell_signs
from harness.analysis.verdicts import SAFE, Verdict
from harness.terms import CELL_STATUSES, UNTRIED, Parity, Status
from harness.store import RunTables
from tests.analysis.compare.common import artifact, cell, environment, run_of

STATUSES = st.sampled_from(sorted(CELL_STATUSES))
PARITIES = st.sampled_from([None, *map(str, Parity)])


def meaning_of(status: str, parity: object = None, *, unrun: bool = False) -> str:
    row = pd.DataFrame([{"status": status, "parity": parity, "artifact_id": "a/b/c"}])
    (found,) = meanings(row, {"a/b/c"} if unrun else set())
    return found


def test_every_meaning_is_of_one_kind() -> None:
    assert set(Meaning) == BAD | SOUND | INCONCLUSIVE
    assert len(Meaning) == len(BAD) + len(SOUND) + len(INCONCLUSIVE)
    assert set(CELL_WORDS) == set(CellSign)


@given(STATUSES, PARITIES, st.booleans())
def test_only_what_was_loaded_and_compared_is_safe(status, parity, unrun) -> None:
    meaning = Meaning(meaning_of(status, parity, unrun=unrun))
    verdict = VERDICTS.get(meaning)
    if verdict in SAFE:
        assert status == Status.OK and parity in {Parity.IDENTICAL, Parity.CLOSE}
    if status == Status.INCOMPARABLE:
        assert verdict == Verdict.UNKNOWN
    if status in UNTRIED:
        assert verdict in {None, Verdict.UNKNOWN}
    if status == Status.DRIFT:
        assert verdict == Verdict.CHANGES


def test_an_artifact_that_was_never_come_to_is_not_one_that_cannot_be_written() -> None:
    assert meaning_of("no-artifact") == Meaning.UNWRITTEN
    assert meaning_of("no-artifact", unrun=True) == Meaning.NOT_RUN
    assert VERDICTS[Meaning.NOT_RUN] == Verdict.UNKNOWN
    assert Meaning.UNWRITTEN not in VERDICTS


def rows(*cells, artifacts=None):
    return run_of(cells, artifacts=artifacts).cells.set_index("cell_id")


def test_what_is_bad_at_home_in_the_same_way_is_so() -> None:
    found = rows(
        cell("old/ridge/pickle>old/pickle", "drift", parity="drift"),
        cell("old/ridge/pickle>new/pickle", "drift", parity="drift"),
        cell("old/forest/pickle>old/pickle", "load-error"),
        cell("old/forest/pickle>new/pickle", "drift", parity="drift"),
        cell("old/ridge/joblib>old/joblib", "ok", parity="identical"),
        cell("old/ridge/joblib>new/joblib-mmap", "load-error"),
    )
    assert list(found["also_at_home"]) == [True, True, True, False, False, False]
    assert list(sound_at_home(found.reset_index())) == [False, False, False, False, True, True]


def test_a_format_that_converts_changes_models_by_itself_where_its_producer_cannot_read_it() -> None:
    for home, expected in (("unsupported", True), ("refused", False), ("ok", False)):
        found = rows(
            cell("old/ridge/onnx>old/onnxruntime", home, parity="identical" if home == "ok" else None),
            cell("old/ridge/onnx>new/onnxruntime", "drift", parity="drift"),
        )
        assert found.loc["old/ridge/onnx>new/onnxruntime", "also_at_home"] == expected


def test_a_cell_that_fails_has_a_cause_and_others_have_none() -> None:
    found = rows(
        cell("old/ridge/pickle>old/pickle", "ok", parity="identical"),
        cell("old/ridge/pickle>new/pickle", "load-error", error_message="a thing that no rule knows"),
    )
    assert found["cause"].isna().tolist() == [True, False]
    assert found["cause"].iloc[1] == "unknown"


@settings(deadline=None)  # each example reads the rules of causes
@given(st.lists(st.tuples(STATUSES, PARITIES, st.booleans()), min_size=1, max_size=12))
def test_the_sign_of_a_cell_follows_from_its_meaning(drawn) -> None:
    cells = [
        cell(f"old/c{place}/pickle>{'old' if home else 'new'}/pickle", status, parity=parity)
        for place, (status, parity, home) in enumerate(drawn)
    ]
    artifacts = pd.DataFrame([artifact(one["artifact_id"]) for one in cells])
    environments = pd.DataFrame([environment("old"), environment("new")])
    found = explained(pd.DataFrame(cells), artifacts, environments, converts=terms.converts)
    signs = [list(CellSign)[place] for place in cell_signs(found)]
    for sign, meaning, home in zip(signs, found["meaning"], found["also_at_home"], strict=True):
        assert (sign in {CellSign.DRIFT, CellSign.HOME_DRIFT}) == (meaning == Meaning.CHANGED)
        assert (sign in {CellSign.BROKEN, CellSign.HOME}) == (meaning == Meaning.BROKEN)
        assert (sign in {CellSign.HOME, CellSign.HOME_DRIFT}) == bool(home)
    assert is_in(found["meaning"], set(Meaning)).all()


def test_reasons_of_older_runs_say_as_much_as_those_of_today() -> None:
    run = run_of(
        [
            cell("a/ridge/pickle>b/pickle", "load-error", reason="ValueError: dtype:"),
            cell("a/ridge/joblib>b/joblib", "crash", reason="killed"),
        ]
    )
    run.cells["error_type"], run.cells["error_message"] = ["ValueError", None], ["dtype:\n- got: x", None]
    found = with_meaning(RunTables(path=run.path, run=run.run, environments=run.environments, artifacts=run.artifacts, cells=run.cells))  # fmt: skip
    assert list(found.cells["reason"]) == ["ValueError: dtype: - got: x", "killed"]
