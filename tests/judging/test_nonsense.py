"""Whatever a process sends costs its own cell, and never the tables of a run."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import messages
from harness.judging import outcome
from harness.store import tables
from harness.store.journal import clean

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=5))
ANY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
ERRORS = ANY | st.fixed_dictionaries({"type": ANY, "message": ANY}, optional={"traceback": ANY, "memory": ANY})
WARNING = st.fixed_dictionaries({"category": ANY, "message": ANY}, optional={"original_sklearn_version": ANY})
KEYS = {
    "step": ANY | st.sampled_from(sorted(messages.STEPS)),
    "error": ERRORS,
    "refused": ANY,
    "unsupported": ANY,
    "warnings": ANY | st.lists(WARNING, max_size=2),
    "observed": ANY | st.fixed_dictionaries({"mapped_arrays": ANY, "mapped_bytes": ANY}),
    "load_seconds": ANY,
    "predict_seconds": ANY,
    "dump_seconds": ANY,
    "sha256": ANY,
    "size_bytes": ANY,
    "outputs": ANY,
    "signal": ANY,
    "exit": ANY,
    "seconds": ANY,
    "what": ANY,
}
NAMES = ("cell", "artifact", "fitted", "measured", "died", "overtime", "fault")
SENT = st.fixed_dictionaries(
    {"event": ANY | st.sampled_from(NAMES), "id": ANY | st.just("a"), "child": ANY | st.just(1)}, optional=KEYS
)


def held(row, schema: pa.Schema) -> None:
    """The row fits into its table, as the journal writes it."""
    row = clean({name: value for name, value in row.items() if name in schema.names and name != "traceback"})
    pa.Table.from_pylist([row], schema=schema)


@settings(max_examples=200, deadline=None)
@given(SENT, st.sampled_from(["dump", "load", "measure"]))
def test_a_message_is_an_event_or_nonsense_with_an_outcome(message, verb) -> None:
    try:
        event = messages.parse(message, verb)
    except ValueError as error:
        event = messages.nonsense(message, str(error))
        assert event is None or (event["child"] is None or 0 <= event["child"] < 2**63)
    if event is None:
        return
    if verb == "load":
        held(outcome.judge_cell(event, {}, lambda *_: None, format_name="pickle"), tables.CELLS)
    if verb == "dump" and event["event"] not in {"fitted", "fault"}:
        try:
            row = outcome.judge_artifact(event)
        except Exception as error:  # noqa: BLE001  # as `harness.run.dumping` does
            row = outcome.judge_nonsense(error)
        held(row, tables.ARTIFACTS)


@pytest.mark.parametrize(
    "said",
    [
        {"error": {"type": 5, "message": "no"}},
        {"error": {"type": "ValueError", "message": ["no"]}},
        {"error": {"type": "a", "message": "b"}, "warnings": [{"category": "c", "message": 5}]},
        {"error": {"type": "a", "message": "b"}, "warnings": [{"category": ["c"], "message": "d"}]},
        {
            "error": {"type": "a", "message": "b"},
            "warnings": [{"category": "c", "message": "d", "original_sklearn_version": {"a": 1}}],
        },
    ],
)
def test_what_no_table_could_hold_is_a_crash_of_its_cell(said) -> None:
    event = {"event": "cell", "id": "a", "child": 1, "step": "load", **said}
    row = outcome.judge_cell(event, {}, lambda *_: None, format_name="pickle")
    held(row, tables.CELLS)
    assert row["status"] == "crash" and "makes no sense" in row["reason"]


@pytest.mark.parametrize("said", [{"size_bytes": 10**30}, {"size_bytes": "5"}, {"size_bytes": -1}, {"sha256": 5}])
def test_an_artifact_of_no_size_makes_no_sense(said) -> None:
    event = {"event": "artifact", "id": "a", "child": 1, "step": "dump", "sha256": "a", "size_bytes": 5, **said}
    with pytest.raises(ValueError, match=r"size_bytes|digest"):
        outcome.judge_artifact(event)


@pytest.mark.parametrize(
    "said",
    [
        {"event": "cell", "child": 10**30},
        {"event": "cell", "child": -1},
        {"event": "overtime", "child": 1, "seconds": 10**400},
        {"event": "overtime", "child": 1, "seconds": float("nan")},
        {"event": "died", "child": 1, "signal": 10**30},
    ],
)
def test_numbers_that_nothing_counts_are_no_event(said) -> None:
    with pytest.raises(ValueError, match="says|child"):
        messages.parse({"id": "a", **said}, "load")
