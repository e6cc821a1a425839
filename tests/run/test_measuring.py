"""A consumer's measuring turn with a guest of our own making: who is asked when, and what is made of the answers."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from harness.terms import Artifact, Cell, Figure, Measure
from harness.run import measuring
from harness.run.measuring import KINDS, MOST_ROUNDS, SHARING_ROUNDS
from harness.store import journal, tables

from tests.conftest import plan_of
from tests.run.measured import GOOD, READERS, Recorder, EnvironmentSession, cell_id, figures_of, good, planned


class TestRounds:
    def test_everybody_comes_in_each_round_and_another_one_first(self, measured) -> None:
        session, _ = measured(rounds=7)
        speed = session.readers("speed")
        assert speed[:4] == [[*READERS], [*READERS[1:], "pickle"], ["joblib-mmap", "pickle", "joblib"], [*READERS]]
        assert all(Counter(job) == Counter(READERS) for job in speed[:7])
        assert speed[7:] == [[]]  # of what begins in the second round

    def test_memory_begins_when_it_is_known_what_a_load_imports(self, measured) -> None:
        session, _ = measured(rounds=6, cold_starts=2)
        assert session.rounds("memory") == [1, 2, 3, 4, 5, 6]
        assert session.rounds("sharing") == list(range(1, SHARING_ROUNDS + 1))
        assert session.rounds("cold") == [0, 1]
        given = {(task["kind"], tuple(task["imports"])) for job in session.jobs[1:] for task in job}
        assert {imports for kind, imports in given if kind in ("memory", "sharing")} == {("sub.module",)}

    def test_few_rounds_are_few_of_everything_but_loads_that_are_uncertain(self, measured) -> None:
        session, _ = measured(rounds=2, cold_starts=1)
        assert session.rounds("memory") == session.rounds("sharing") == [1, 2]
        assert session.rounds("cold") == [0]
        assert session.rounds("speed") == [0, 1, 2, 3, 4]  # fewer than five tell nothing of how certain they are

    def test_what_is_not_wanted_is_not_asked_for_and_has_no_rows(self, measured) -> None:
        session, recorder = measured(rounds=5, cold_starts=0, sharing=0)
        assert not any(session.readers("cold")[0] + session.readers("sharing")[0])
        assert {task["kind"] for job in session.jobs for task in job} == {"speed", "memory"}
        assert set(figures_of(recorder)) == {*GOOD["speed"], *GOOD["memory"]}
        assert {row["mmap_readers"] for row in recorder.tables()["cells"]} == {None}

    def test_it_goes_on_until_the_median_is_known(self, measured) -> None:
        numbers = iter(range(10**6))

        def answer(task):
            if task["kind"] != "speed":
                return good(task)
            n = next(numbers)
            value = 0.01 if n >= 12 else 0.01 * (1 + n % 4)
            return {**good(task), "figures": {**GOOD["speed"], "load_seconds": [value]}}

        session, recorder = measured(answer, rounds=5, precision=0.02, seconds=1000.0, cold_starts=0, sharing=0)
        count = len(session.rounds("speed"))
        assert 5 < count < MOST_ROUNDS
        assert figures_of(recorder)["load_seconds"]["stable"]

    def wild(self, scale: float):
        numbers = iter(range(10**6))

        def answer(task):
            value = scale * (1 + next(numbers) % 7)
            figures = {
                **GOOD["speed"],
                "load_seconds": [value] * 10,
                "predict_seconds": [0],
                "evicted_load_seconds": [0],
            }
            return {**good(task), "figures": figures} if task["kind"] == "speed" else good(task)

        return answer

    def test_or_until_its_seconds_are_spent(self, measured) -> None:
        session, recorder = measured(self.wild(0.1), rounds=5, precision=0.0, seconds=40.0, cold_starts=0, sharing=0)
        assert 8 <= len(session.rounds("speed")) <= 12  # some four seconds of loading in each
        row = figures_of(recorder)["load_seconds"]
        assert row["stable"] is False and "known to ±" in row["reason"]

    def test_or_until_it_has_had_every_chance(self, measured) -> None:
        session, _ = measured(self.wild(1e-6), rounds=5, precision=0.0, seconds=1000.0, cold_starts=0, sharing=0)
        assert len(session.rounds("speed")) == MOST_ROUNDS

    def test_precise_readers_stop_and_others_go_on(self, measured) -> None:
        wild = self.wild(0.1)
        session, _ = measured(
            lambda task: wild(task) if task["reader"] == "joblib" else good(task),
            rounds=5, precision=0.05, seconds=60.0, cold_starts=0, sharing=0,
        )  # fmt: skip
        assert len(session.rounds("speed")) == 5 < len(session.rounds("speed", "joblib"))

    def test_the_cases_come_one_after_the_other(self, measured) -> None:
        session, recorder = measured(cases=("ridge", "forest"), rounds=5, cold_starts=1)
        cases = [{task["cell"].split("/")[1] for task in job} for job in session.jobs]
        assert all(len(those) == 1 for those in cases)
        assert [*dict.fromkeys(next(iter(those)) for those in cases)] == ["ridge", "forest"]
        assert all(row["rounds"] > 0 for row in recorder.tables()["figures"])


class TestOwed:
    def test_only_what_has_loaded_is_measured(self, tmp_path) -> None:
        statuses = {cell_id("pickle"): "load-error", cell_id("joblib"): "drift"}
        recorder = Recorder(tmp_path / "journal.jsonl", planned(), statuses)
        (group,) = measuring.owed(recorder, "new")  # type: ignore[arg-type]
        assert [cell.id for cell in group] == [cell_id("joblib"), cell_id("joblib-mmap")]
        measuring.measure(EnvironmentSession(), recorder, [group])  # type: ignore[arg-type]
        assert {row["reason"] for row in figures_of(recorder).values()} == {"load-error: said so"}

    def test_nothing_is_measured_twice_and_a_resumed_run_goes_on(self, tmp_path) -> None:
        path = tmp_path / "journal.jsonl"
        made = planned(cases=("ridge", "forest"), rounds=5)
        recorder = Recorder(path, made)
        first, second = measuring.owed(recorder, "new")  # type: ignore[arg-type]
        measuring.measure(EnvironmentSession(), recorder, [first])  # type: ignore[arg-type]
        waiting = tables.Tables(made, recorder.journal, "run", "cut short")
        rows = list(waiting.figures())
        assert waiting.waiting
        assert {row["reason"] for row in rows if "/forest/" in row["cell_id"]} == {"cut short"}
        recorder.journal.close()

        again = SimpleNamespace(plan=made, journal=journal.Journal(path))
        assert measuring.owed(again, "new") == [second]  # type: ignore[arg-type]
        row = again.journal.measurement(first[0].id)
        assert row is not None
        assert {sample["figure"] for sample in row["samples"]} == set(map(str, Figure))
        again.journal.close()

    def test_a_line_that_a_kill_cut_short_is_measured_again(self, tmp_path) -> None:
        path = tmp_path / "journal.jsonl"
        recorder = Recorder(path, planned(rounds=5))
        groups = measuring.owed(recorder, "new")  # type: ignore[arg-type]
        measuring.measure(EnvironmentSession(), recorder, groups)  # type: ignore[arg-type]
        recorder.journal.close()
        path.write_bytes(path.read_bytes()[:-20])
        again = journal.Journal(path)
        left = measuring.owed(SimpleNamespace(plan=recorder.plan, journal=again), "new")  # type: ignore[arg-type]
        assert left == [groups[0][-1:]]
        again.close()

    def test_when_all_is_measured_nothing_waits(self, measured) -> None:
        _, recorder = measured(rounds=5)
        built = tables.Tables(recorder.plan, recorder.journal, "run", "cut short")
        assert len(list(built.figures())) == 3 * len(Figure)
        assert not built.waiting
        assert measuring.owed(recorder, "new") == []


def test_samples_tell_where_and_when_they_were_taken(measured) -> None:
    _, recorder = measured(rounds=5, cold_starts=1)
    rows = [row for row in recorder.tables()["samples"] if row["cell_id"] == cell_id()]
    assert {(row["guest"], row["at"]) for row in rows} == {(0, 1.5)}
    assert {row["memory_yardstick"] for row in rows if row["figure"] in KINDS["speed"]} == {0.002}
    assert {row["processor_yardstick"] for row in rows if row["figure"] not in KINDS["speed"]} == {None}
    assert [row["values"] for row in rows if row["figure"] == "load_seconds"] == [[0.01, 0.011]] * 5


def test_without_measure_nothing_is_done(tmp_path) -> None:
    recorder = Recorder(tmp_path / "journal.jsonl", plan_of("old", "new"))
    assert measuring.owed(recorder, "new") == []  # type: ignore[arg-type]
    session = EnvironmentSession()
    measuring.measure(session, recorder, [])  # type: ignore[arg-type]
    assert (session.jobs, session.measures) == ([], False)
    assert recorder.tables()["figures"] == []


@pytest.mark.parametrize(("size", "asked"), [(999_999, False), (1_000_000, True)])
def test_of_a_small_artifact_nobody_asks_what_is_shared(size, asked) -> None:
    cell = Cell(artifact=Artifact(producer="new", case="ridge", format="pickle"), consumer="new", reader="pickle")
    measure = Measure(environments=("new",), cases=("ridge",), formats=())
    assert measuring.MeasuredCell(cell, {}, measure, size=size).wants("sharing", 1) is asked
    missing = measuring.MeasuredCell(cell, {}, measure, size=size).missing
    assert set(missing) == (set() if asked else set(KINDS["sharing"]))
