"""A consumer's measuring turn with a guest of our own making: who is asked when, and what is made of the answers."""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import journal, measuring, plan, tables
from harness.environments import NotReadyError
from harness.measuring import KINDS, MOST_ROUNDS, SHARING_ROUNDS
from harness.model import Artifact, Cell, Figure, Measure

from .conftest import plan_of

OPEN: list[journal.Journal] = []


@pytest.fixture(autouse=True)
def _closing():
    yield
    while OPEN:
        OPEN.pop().close()


READERS = ("pickle", "joblib", "joblib-mmap")


def planned(*, environments: tuple[str, ...] = ("new",), cases: tuple[str, ...] = ("ridge",), **more: object):
    made = plan_of("old", "new")
    measure = Measure(environments=environments, cases=cases, formats=made.profile.formats, **more)  # type: ignore[arg-type]
    return plan.Plan(profile=dataclasses.replace(made.profile, measure=measure))


class Ledger:
    """A run's memory with a journal of its own, in which everything was written and loaded."""

    def __init__(self, path, made: plan.Plan, statuses: dict[str, str] | None = None) -> None:
        self.plan = made
        self.journal = journal.Journal(path)
        OPEN.append(self.journal)
        self.folder = SimpleNamespace(object_path=lambda digest: path.parent / digest)
        self.journal.add("fit", {"fitted_sha256": "f", "inputs_sha256": "i", "methods": ["predict"], "outputs": {}})
        for name in made.environments:
            self.journal.add("environment", {"environment": name, "status": "ok", "reason": None})
            for artifact in made.artifacts(name):
                row = {
                    "artifact_id": artifact.id,
                    "status": "ok",
                    "reason": None,
                    "sha256": "a",
                    "size_bytes": 7_000_000,
                }
                self.journal.add("artifact", {**row, "fitted_sha256": "f"})
            for cell in made.cells(name):
                status = (statuses or {}).get(cell.id, "ok")
                row = {"cell_id": cell.id, "status": status, "reason": "said so", "load_seconds": 0.25}
                self.journal.add("cell", row)

    def measurement(self, cell_id, samples, missing) -> None:
        self.journal.add("measurement", {"cell_id": cell_id, "samples": samples, "missing": missing})

    def seconds_since_start(self) -> float:
        return 1.5

    def tables(self) -> dict[str, list[dict]]:
        """As stored, of Arrow."""
        import pyarrow as pa

        made = tables.Tables(self.plan, self.journal, "run", "cut short")
        return {
            name: pa.Table.from_pylist(list(rows), schema=tables.OF[name]).to_pylist()
            for name, rows in made.each()
            if name in ("cells", "figures", "samples")
        }


GOOD = {
    "speed": {"load_seconds": [0.01, 0.011], "predict_seconds": [0.002], "evicted_load_seconds": [0.02]},
    "memory": {"load_peak_bytes": [2e7], "load_private_bytes": [1e7]},
    "sharing": {"mmap_pss_bytes": [2e7], "mmap_private_bytes": [0]},
    "cold": {"cold_start_seconds": [0.5], "cold_start_peak_bytes": [8e7], "first_load_seconds": [0.1]},
}


def good(task: dict) -> dict:
    answer = {"event": "measured", "figures": GOOD[task["kind"]]}
    return (
        {**answer, "imported": ["sub.module"], "yardsticks": {"processor": 0.001, "memory": 0.002}}
        if task["kind"] == "speed"
        else answer
    )


class Station:
    """Answers as ``answer(task)`` says; keeps the jobs that it was given."""

    def __init__(self, answer=good) -> None:
        self.answer = answer
        self.jobs: list[list[dict]] = []
        self.measures = False

    def measure_from_now_on(self) -> None:
        self.measures = True

    def events(self, verb: str, batches: list[list[dict]], *, seconds: float):
        assert (verb, self.measures) == ("measure", True)
        assert len({batch[0]["id"] for batch in batches}) == len(batches)
        self.jobs.append([task for (task,) in batches])
        for child, (task,) in enumerate(batches, 1):
            event = {"id": task["id"], "child": (0, child), "alone": True, "task": task, **self.answer(task)}
            yield json.loads(json.dumps(event)) | {"task": task, "child": (0, child)}

    def told(self, kind: str) -> list[list[str]]:
        """The readers that were asked for a kind of sample, by round."""
        return [[task["reader"] for task in job if task["kind"] == kind] for job in self.jobs]

    def rounds(self, kind: str, reader: str = "pickle") -> list[int]:
        return [number for number, readers in enumerate(self.told(kind)) if reader in readers]


@pytest.fixture
def measured(tmp_path):
    def measure(answer=good, **more):
        ledger = Ledger(tmp_path / "journal.jsonl", planned(**more))
        station = Station(answer)
        measuring.measure(station, ledger, measuring.owed(ledger, "new"))
        return station, ledger

    return measure


def cell_id(reader: str = "pickle") -> str:
    return f"new/ridge/{reader.partition('-')[0]}>new/{reader}"


def figures_of(ledger: Ledger, reader: str = "pickle") -> dict[str, dict]:
    return {row["figure"]: row for row in ledger.tables()["figures"] if row["cell_id"] == cell_id(reader)}


class TestRounds:
    def test_everybody_comes_in_each_round_and_another_one_first(self, measured) -> None:
        station, _ = measured(rounds=7)
        speed = station.told("speed")
        assert speed[:4] == [[*READERS], [*READERS[1:], "pickle"], ["joblib-mmap", "pickle", "joblib"], [*READERS]]
        assert all(Counter(job) == Counter(READERS) for job in speed[:7])
        assert speed[7:] == [[]]  # of what begins in the second round

    def test_memory_begins_when_it_is_known_what_a_load_imports(self, measured) -> None:
        station, _ = measured(rounds=6, cold_starts=2)
        assert station.rounds("memory") == [1, 2, 3, 4, 5, 6]
        assert station.rounds("sharing") == list(range(1, SHARING_ROUNDS + 1))
        assert station.rounds("cold") == [0, 1]
        given = {(task["kind"], tuple(task["imports"])) for job in station.jobs[1:] for task in job}
        assert {imports for kind, imports in given if kind in ("memory", "sharing")} == {("sub.module",)}

    def test_few_rounds_are_few_of_everything_but_loads_that_are_uncertain(self, measured) -> None:
        station, _ = measured(rounds=2, cold_starts=1)
        assert station.rounds("memory") == station.rounds("sharing") == [1, 2]
        assert station.rounds("cold") == [0]
        assert station.rounds("speed") == [0, 1, 2, 3, 4]  # fewer than five tell nothing of how certain they are

    def test_what_is_not_wanted_is_not_asked_for_and_has_no_rows(self, measured) -> None:
        station, ledger = measured(rounds=5, cold_starts=0, sharing=0)
        assert not any(station.told("cold")[0] + station.told("sharing")[0])
        assert {task["kind"] for job in station.jobs for task in job} == {"speed", "memory"}
        assert set(figures_of(ledger)) == {*GOOD["speed"], *GOOD["memory"]}
        assert {row["mmap_readers"] for row in ledger.tables()["cells"]} == {None}

    def test_it_goes_on_until_the_median_is_known(self, measured) -> None:
        numbers = iter(range(10**6))

        def answer(task):
            if task["kind"] != "speed":
                return good(task)
            n = next(numbers)
            value = 0.01 if n >= 12 else 0.01 * (1 + n % 4)
            return {**good(task), "figures": {**GOOD["speed"], "load_seconds": [value]}}

        station, ledger = measured(answer, rounds=5, precision=0.02, seconds=1000.0, cold_starts=0, sharing=0)
        count = len(station.rounds("speed"))
        assert 5 < count < MOST_ROUNDS
        assert figures_of(ledger)["load_seconds"]["stable"]

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
        station, ledger = measured(self.wild(0.1), rounds=5, precision=0.0, seconds=40.0, cold_starts=0, sharing=0)
        assert 8 <= len(station.rounds("speed")) <= 12  # some four seconds of loading in each
        row = figures_of(ledger)["load_seconds"]
        assert row["stable"] is False and "known to ±" in row["reason"]

    def test_or_until_it_has_had_every_chance(self, measured) -> None:
        station, _ = measured(self.wild(1e-6), rounds=5, precision=0.0, seconds=1000.0, cold_starts=0, sharing=0)
        assert len(station.rounds("speed")) == MOST_ROUNDS

    def test_precise_readers_stop_and_others_go_on(self, measured) -> None:
        wild = self.wild(0.1)
        station, _ = measured(
            lambda task: wild(task) if task["reader"] == "joblib" else good(task),
            rounds=5, precision=0.05, seconds=60.0, cold_starts=0, sharing=0,
        )  # fmt: skip
        assert len(station.rounds("speed")) == 5 < len(station.rounds("speed", "joblib"))

    def test_the_cases_come_one_after_the_other(self, measured) -> None:
        station, ledger = measured(cases=("ridge", "forest"), rounds=5, cold_starts=1)
        cases = [{task["cell"].split("/")[1] for task in job} for job in station.jobs]
        assert all(len(those) == 1 for those in cases)
        assert [*dict.fromkeys(next(iter(those)) for those in cases)] == ["ridge", "forest"]
        assert all(row["rounds"] > 0 for row in ledger.tables()["figures"])


class TestFailures:
    @pytest.mark.parametrize("kind", list(KINDS))
    def test_a_kind_that_failed_is_not_tried_again_and_has_its_reason(self, measured, kind) -> None:
        def answer(task):
            return {"event": "measured", "unsupported": "not\nhere"} if task["kind"] == kind else good(task)

        station, ledger = measured(answer, rounds=5)
        assert len(station.rounds(kind)) == 1
        rows = figures_of(ledger)
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

        station, ledger = measured(answer, rounds=5)
        assert station.rounds("memory") == station.rounds("sharing") == []
        rows = figures_of(ledger)
        for figure in (*KINDS["memory"], *KINDS["sharing"]):
            assert rows[figure]["rounds"] == 0
            assert rows[figure]["reason"].endswith("is not known: crash: killed by SIGSEGV, while loading")

    def test_one_reader_that_fails_harms_no_other(self, measured) -> None:
        def answer(task):
            failing = {"event": "overtime", "seconds": 9.0, "step": "load"}
            return failing if task["reader"] == "joblib" else good(task)

        _, ledger = measured(answer, rounds=5)
        assert {row["reason"] for row in figures_of(ledger).values()} == {None}
        assert all("timeout: not done within 9 s" in row["reason"] for row in figures_of(ledger, "joblib").values())

    def test_a_failure_after_good_samples_is_told_beside_the_figure(self, measured) -> None:
        numbers = iter(range(10**6))

        def answer(task):
            if task["kind"] == "speed" and task["reader"] == "pickle" and next(numbers) == 6:
                return {"event": "guest-died", "how": "it was killed by signal 9"}
            return good(task)

        station, ledger = measured(answer, rounds=10)
        assert len(station.rounds("speed")) == 7
        row = figures_of(ledger)["load_seconds"]
        assert (row["rounds"], row["stable"], row["median"]) == (6, False, pytest.approx(0.0105))
        assert row["reason"] == "after 6 samples: crash: took the whole guest with it: it was killed by signal 9"
        cell = {row["cell_id"]: row for row in ledger.tables()["cells"]}[cell_id()]
        assert (cell["load_seconds"], cell["load_stable"]) == (pytest.approx(0.0105), False)

    def test_what_the_guest_could_not_do_leaves_the_rest(self, measured) -> None:
        def answer(task):
            if task["kind"] != "speed":
                return good(task)
            figures = {name: values for name, values in GOOD["speed"].items() if name != "evicted_load_seconds"}
            return {**good(task), "figures": figures, "missing": {"evicted_load_seconds": "on\ttmpfs"}}

        station, ledger = measured(answer, rounds=5)
        assert len(station.rounds("speed")) == 5
        rows = figures_of(ledger)
        assert (rows["evicted_load_seconds"]["rounds"], rows["evicted_load_seconds"]["reason"]) == (0, "on tmpfs")
        assert rows["load_seconds"]["rounds"] == 5
        assert {row["evicted_load_seconds"] for row in ledger.tables()["cells"]} == {None}

    def test_an_environment_that_is_given_up_says_so_of_what_is_left(self, tmp_path) -> None:
        ledger = Ledger(tmp_path / "journal.jsonl", planned(cases=("ridge", "forest")))
        groups = measuring.owed(ledger, "new")
        done = Station()
        measuring.measure(done, ledger, groups[:1])  # type: ignore[arg-type]
        measuring.give_up(ledger, groups, "its guest died 40 times")  # type: ignore[arg-type]
        reasons = {row["cell_id"].split("/")[1]: row["reason"] for row in ledger.tables()["figures"]}
        assert reasons == {"ridge": None, "forest": "its guest died 40 times"}
        assert measuring.owed(ledger, "new") == []  # type: ignore[arg-type]

    def test_a_guest_that_is_not_ready_is_not_swallowed(self, tmp_path) -> None:
        def answer(task):
            raise NotReadyError("no")

        ledger = Ledger(tmp_path / "journal.jsonl", planned())
        with pytest.raises(NotReadyError):
            measuring.measure(Station(answer), ledger, measuring.owed(ledger, "new"))  # type: ignore[arg-type]
        assert len(measuring.owed(ledger, "new")[0]) == 3  # type: ignore[arg-type]


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
        station, ledger = measured(lambda task: NONSENSE[name] if task["kind"] == "speed" else good(task), rounds=5)
        assert len(station.rounds("speed")) == 1
        stored = ledger.tables()
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
        _, ledger = measured(lambda _: {"event": "measured", "unsupported": "x" * 10**6}, rounds=5)
        assert max(len(row["reason"]) for row in ledger.tables()["figures"]) < 3000

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
    KEYS = st.sampled_from(["figures", "missing", "imported", "yardsticks", "error", "refused", "unsupported"])
    FIGURES = st.dictionaries(st.sampled_from([*map(str, Figure), "x"]), JSON | st.lists(st.floats(), max_size=3))

    @settings(max_examples=300, deadline=None)
    @given(st.dictionaries(KEYS, JSON | FIGURES), st.sampled_from(list(KINDS)))
    def test_whatever_comes_each_figure_has_a_sample_or_a_reason(self, told, kind) -> None:
        artifact = Artifact(producer="new", case="ridge", format="pickle")
        wanted = planned().profile.measure
        assert wanted is not None
        subject = measuring.Subject(
            Cell(artifact=artifact, consumer="new", reader="pickle"), {}, wanted, size=7_000_000
        )
        subject.take({"event": "measured", **told, "task": {"kind": kind}, "child": (0, 1)}, 1.0)
        there = {sample["figure"] for sample in subject.samples}
        for figure in KINDS[kind]:
            assert (figure in there) != (figure in subject.missing)
        for sample in subject.samples:
            assert sample["figure"] in KINDS[kind]
            assert all(type(value) is float and 0 <= value < math.inf for value in sample["values"])
        assert subject.wants(kind, 1) in {True, False}
        json.dumps([subject.samples, subject.missing], allow_nan=False)


class TestOwed:
    def test_only_what_has_loaded_is_measured(self, tmp_path) -> None:
        statuses = {cell_id("pickle"): "load-error", cell_id("joblib"): "drift"}
        ledger = Ledger(tmp_path / "journal.jsonl", planned(), statuses)
        (group,) = measuring.owed(ledger, "new")  # type: ignore[arg-type]
        assert [cell.id for cell in group] == [cell_id("joblib"), cell_id("joblib-mmap")]
        measuring.measure(Station(), ledger, [group])  # type: ignore[arg-type]
        assert {row["reason"] for row in figures_of(ledger).values()} == {"load-error: said so"}

    def test_nothing_is_measured_twice_and_a_resumed_run_goes_on(self, tmp_path) -> None:
        path = tmp_path / "journal.jsonl"
        made = planned(cases=("ridge", "forest"), rounds=5)
        ledger = Ledger(path, made)
        first, second = measuring.owed(ledger, "new")  # type: ignore[arg-type]
        measuring.measure(Station(), ledger, [first])  # type: ignore[arg-type]
        waiting = tables.Tables(made, ledger.journal, "run", "cut short")
        rows = list(waiting.figures())
        assert waiting.waiting
        assert {row["reason"] for row in rows if "/forest/" in row["cell_id"]} == {"cut short"}
        ledger.journal.close()

        again = SimpleNamespace(plan=made, journal=journal.Journal(path))
        assert measuring.owed(again, "new") == [second]  # type: ignore[arg-type]
        told = again.journal.measurement(first[0].id)
        assert told is not None
        assert {sample["figure"] for sample in told["samples"]} == set(map(str, Figure))
        again.journal.close()

    def test_a_line_that_a_kill_cut_short_is_measured_again(self, tmp_path) -> None:
        path = tmp_path / "journal.jsonl"
        ledger = Ledger(path, planned(rounds=5))
        groups = measuring.owed(ledger, "new")  # type: ignore[arg-type]
        measuring.measure(Station(), ledger, groups)  # type: ignore[arg-type]
        ledger.journal.close()
        path.write_bytes(path.read_bytes()[:-20])
        again = journal.Journal(path)
        left = measuring.owed(SimpleNamespace(plan=ledger.plan, journal=again), "new")  # type: ignore[arg-type]
        assert left == [groups[0][-1:]]
        again.close()

    def test_when_all_is_measured_nothing_waits(self, measured) -> None:
        _, ledger = measured(rounds=5)
        built = tables.Tables(ledger.plan, ledger.journal, "run", "cut short")
        assert len(list(built.figures())) == 3 * len(Figure)
        assert not built.waiting
        assert measuring.owed(ledger, "new") == []


def test_samples_tell_where_and_when_they_were_taken(measured) -> None:
    _, ledger = measured(rounds=5, cold_starts=1)
    rows = [row for row in ledger.tables()["samples"] if row["cell_id"] == cell_id()]
    assert {(row["guest"], row["at"]) for row in rows} == {(0, 1.5)}
    assert {row["memory_yardstick"] for row in rows if row["figure"] in KINDS["speed"]} == {0.002}
    assert {row["processor_yardstick"] for row in rows if row["figure"] not in KINDS["speed"]} == {None}
    assert [row["values"] for row in rows if row["figure"] == "load_seconds"] == [[0.01, 0.011]] * 5


def test_without_measure_nothing_is_done(tmp_path) -> None:
    ledger = Ledger(tmp_path / "journal.jsonl", plan_of("old", "new"))
    assert measuring.owed(ledger, "new") == []  # type: ignore[arg-type]
    station = Station()
    measuring.measure(station, ledger, [])  # type: ignore[arg-type]
    assert (station.jobs, station.measures) == ([], False)
    assert ledger.tables()["figures"] == []


@pytest.mark.parametrize(("size", "asked"), [(999_999, False), (1_000_000, True)])
def test_of_a_small_artifact_nobody_asks_what_is_shared(size, asked) -> None:
    cell = Cell(artifact=Artifact(producer="new", case="ridge", format="pickle"), consumer="new", reader="pickle")
    measure = Measure(environments=("new",), cases=("ridge",), formats=())
    assert measuring.Subject(cell, {}, measure, size=size).wants("sharing", 1) is asked
    told = measuring.Subject(cell, {}, measure, size=size).missing
    assert set(told) == (set() if asked else set(KINDS["sharing"]))
