"""What cannot be measured says why, and what a guest makes up is no figure."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings, strategies as st

from harness.messages import Reply
from harness.environments import NotReadyError
from harness.terms import Artifact, Cell, Figure
from harness.run import measuring
from harness.run.measuring import KINDS

from tests.run.measured import GOOD, Recorder, EnvironmentSession, cell_id, figures_of, good, planned


class TestFailures:
    @pytest.mark.parametrize("kind", list(KINDS))
    def test_a_kind_that_failed_is_not_tried_again_and_has_its_reason(self, measured, kind) -> None:
        def answer(task):
            return {"event": "measured", "unsupported": "not\nhere"} if task["kind"] == kind else good(task)

        session, recorder = measured(answer, rounds=5)
        assert len(session.rounds(kind)) == 1
        rows = figures_of(recorder)
        for figure in KINDS[kind]:
            row = rows[figure]
            assert (row["rounds"], row["reason"], row["stable"]) == (0, "unsupported: not here", None)
            assert {row[name] for name in ("median", "min", "max", "mean", "stddev", "iqr")} == {None}
        without = {"speed": {"memory", "sharing"}}.get(kind, set()) | {kind}
        for other in set(KINDS) - without:
            assert all(rows[figure]["rounds"] > 0 for figure in KINDS[other])

    def test_memory_is_not_measured_where_nobody_knows_what_a_load_imports(self, measured) -> None:
        """Else the modules would be memory of the model."""

        def answer(task):
            return {"event": "died", "signal": 11, "step": "load"} if task["kind"] == "speed" else good(task)

        session, recorder = measured(answer, rounds=5)
        assert session.rounds("memory") == session.rounds("sharing") == []
        rows = figures_of(recorder)
        for figure in (*KINDS["memory"], *KINDS["sharing"]):
            assert rows[figure]["rounds"] == 0
            assert rows[figure]["reason"].endswith("is not known: crash: killed by SIGSEGV, while loading")

    def test_one_reader_that_fails_harms_no_other(self, measured) -> None:
        def answer(task):
            failing = {"event": "overtime", "seconds": 9.0, "step": "load"}
            return failing if task["reader"] == "joblib" else good(task)

        _, recorder = measured(answer, rounds=5)
        assert {row["reason"] for row in figures_of(recorder).values()} == {None}
        assert all("timeout: not done within 9 s" in row["reason"] for row in figures_of(recorder, "joblib").values())

    def test_a_failure_after_good_samples_is_told_beside_the_figure(self, measured) -> None:
        numbers = iter(range(10**6))

        def answer(task):
            if task["kind"] == "speed" and task["reader"] == "pickle" and next(numbers) == 6:
                return {"event": "guest-died", "how": "it was killed by signal 9"}
            return good(task)

        session, recorder = measured(answer, rounds=10)
        assert len(session.rounds("speed")) == 7
        row = figures_of(recorder)["load_seconds"]
        assert (row["rounds"], row["stable"], row["median"]) == (6, False, pytest.approx(0.0105))
        assert row["reason"] == "after 6 samples: crash: ended the whole guest: it was killed by signal 9"
        cell = {row["cell_id"]: row for row in recorder.tables()["cells"]}[cell_id()]
        assert (cell["load_seconds"], cell["load_stable"]) == (pytest.approx(0.0105), False)

    def test_what_the_guest_could_not_do_leaves_the_rest(self, measured) -> None:
        def answer(task):
            if task["kind"] != "speed":
                return good(task)
            figures = {name: values for name, values in GOOD["speed"].items() if name != "evicted_load_seconds"}
            return {**good(task), "figures": figures, "missing": {"evicted_load_seconds": "on\ttmpfs"}}

        session, recorder = measured(answer, rounds=5)
        assert len(session.rounds("speed")) == 5
        rows = figures_of(recorder)
        assert (rows["evicted_load_seconds"]["rounds"], rows["evicted_load_seconds"]["reason"]) == (0, "on tmpfs")
        assert rows["load_seconds"]["rounds"] == 5
        assert {row["evicted_load_seconds"] for row in recorder.tables()["cells"]} == {None}

    def test_an_environment_that_is_given_up_says_so_of_what_is_left(self, tmp_path) -> None:
        recorder = Recorder(tmp_path / "journal.jsonl", planned(cases=("ridge", "forest")))
        groups = measuring.owed(recorder, "new")
        done = EnvironmentSession()
        measuring.measure(done, recorder, groups[:1])  # type: ignore[arg-type]
        measuring.give_up(recorder, groups, "its guest died 40 times")  # type: ignore[arg-type]
        reasons = {row["cell_id"].split("/")[1]: row["reason"] for row in recorder.tables()["figures"]}
        assert reasons == {"ridge": None, "forest": "its guest died 40 times"}
        assert measuring.owed(recorder, "new") == []  # type: ignore[arg-type]

    def test_a_guest_that_is_not_ready_is_not_swallowed(self, tmp_path) -> None:
        def answer(task):
            raise NotReadyError("no")

        recorder = Recorder(tmp_path / "journal.jsonl", planned())
        with pytest.raises(NotReadyError):
            measuring.measure(EnvironmentSession(answer), recorder, measuring.owed(recorder, "new"))  # type: ignore[arg-type]
        assert len(measuring.owed(recorder, "new")[0]) == 3  # type: ignore[arg-type]


def with_speed(**changes: object) -> dict:
    answer = good({"kind": "speed"})
    return {**answer, **{name: value for name, value in changes.items() if value is not ...}}


def with_load(values: object) -> dict:
    return with_speed(figures={**GOOD["speed"], "load_seconds": values})


NONSENSE = {
    "no figures": {"event": "measured"},
    "nothing": with_speed(figures={}),
    "only a reason for one": with_speed(figures={}, missing={"load_seconds": "no"}),
    "one too few": with_speed(figures={"load_seconds": [0.1]}),
    "a list": with_speed(figures=[]),
    "a number": with_speed(figures=7),
    "unknown": with_speed(figures={**GOOD["speed"], "height": [1]}),
    "of another kind": with_speed(figures={**GOOD["speed"], "mmap_private_bytes": [0]}),
    "there and missing": with_speed(missing={"load_seconds": "no"}),
    "missing what is none": with_speed(missing={"height": "no"}),
    "missing is a list": with_speed(missing=["load_seconds"]),
    "empty": with_load([]),
    "negative": with_load([0.1, -0.1]),
    "not a number": with_load([math.nan]),
    "infinite": with_load([math.inf]),
    "text": with_load("0.1"),
    "texts": with_load(["0.1"]),
    "bare": with_load(0.1),
    "null": with_load(None),
    "nulls": with_load([None]),
    "true": with_load([True]),
    "a mapping": with_load({"0.1": 1}),
    "too many": with_load([0.1] * 100_000),
    "huge": with_load([1e30]),
    "yardstick": with_speed(yardsticks={"processor": "long"}),
    "negative yardstick": with_speed(yardsticks={"memory": -1}),
    "no imports": {"event": "measured", "figures": GOOD["speed"]},
    "imports": with_speed(imported=7),
    "imports of numbers": with_speed(imported=[7]),
    "error without a type": {"event": "measured", "error": {}},
    "error that is a text": {"event": "measured", "error": "bad"},
    "refused is a number": {"event": "measured", "refused": 7},
    "unsupported is null": {"event": "measured", "unsupported": None},
    "died without a word": {"event": "died"},
    "died at an unhashable step": {"event": "died", "signal": 9, "step": ["x"]},
    "overtime without seconds": {"event": "overtime"},
}


class TestNonsense:
    @pytest.mark.parametrize("name", list(NONSENSE))
    def test_nonsense_is_a_reason_and_never_a_figure(self, measured, name) -> None:
        session, recorder = measured(lambda task: NONSENSE[name] if task["kind"] == "speed" else good(task), rounds=5)
        assert len(session.rounds("speed")) == 1
        stored = recorder.tables()
        for row in stored["figures"]:
            if row["figure"] in KINDS["speed"]:
                assert (row["rounds"], row["median"]) == (0, None)
                assert row["reason"].startswith("its answer makes no sense")
        assert not [row for row in stored["samples"] if row["figure"] in KINDS["speed"]]
        measured_cells = [row for row in stored["cells"] if row["cell_id"] == cell_id()]
        assert [(row["load_seconds"], row["load_rounds"], row["load_stable"]) for row in measured_cells] == [
            (0.25, None, None)  # as the correctness pass has observed it
        ]

    def test_a_long_reason_is_cut(self, measured) -> None:
        _, recorder = measured(lambda _: {"event": "measured", "unsupported": "x" * 10**6}, rounds=5)
        assert max(len(row["reason"]) for row in recorder.tables()["figures"]) < 3000

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
    KEYS = st.sampled_from(["figures", "missing", "imported", "yardsticks", "error", "refused", "unsupported"])
    FIGURES = st.dictionaries(st.sampled_from([*map(str, Figure), "x"]), JSON | st.lists(st.floats(), max_size=3))

    @settings(max_examples=300, deadline=None)
    @given(st.dictionaries(KEYS, JSON | FIGURES), st.sampled_from(list(KINDS)))
    def test_whatever_comes_each_figure_has_a_sample_or_a_reason(self, answer, kind) -> None:
        artifact = Artifact(producer="new", case="ridge", format="pickle")
        wanted = planned().profile.measure
        assert wanted is not None
        one = measuring.MeasuredCell(
            Cell(artifact=artifact, consumer="new", reader="pickle"), {}, wanted, size=7_000_000
        )
        event = {"event": "measured", **answer}
        one.take(Reply(event=event, task={"kind": kind}, child=(0, 1), alone=True), 1.0)
        there = {sample["figure"] for sample in one.samples}
        for figure in KINDS[kind]:
            assert (figure in there) != (figure in one.missing)
        for sample in one.samples:
            assert sample["figure"] in KINDS[kind]
            assert all(type(value) is float and 0 <= value < math.inf for value in sample["values"])
        assert one.wants(kind, 1) in {True, False}
        json.dumps([one.samples, one.missing], allow_nan=False)
