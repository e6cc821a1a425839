"""A run after another: what was worked out is not worked out again, and a sample of it must agree. No guest is started."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from typing import Any

import pytest
from rich.console import Console

from harness import analysis
from harness.analysis import soundness
from harness.config.plan import Plan
from harness.errors import MachineError
from harness.machine import hardware
from harness.run import dumping, ingredients, lifecycle, loading, sampling, schedule
from harness.run.environment_session import EnvironmentSession
from harness.run.reusing import Reuse
from harness.run.session import CutShortError
from harness.store.outcome_cache import OutcomeCache
from harness.terms import Given, Limits, Measure, Tolerance

from tests.conftest import plan_of

FACTS = {
    "status": "ok", "reason": None, "python": "3.12.1", "implementation": "CPython", "packages": "{}", "lock_sha256": "l",
}  # fmt: skip


class World:
    """Environments whose guests answer at once: what each is asked for is noted, and tests may change what it says."""

    def __init__(self, folder) -> None:
        self.results, self.cache = folder / "results", OutcomeCache(str(folder / "cache"))
        self.dumped: list[str] = []
        self.loaded: list[str] = []
        self.opened: list[str] = []
        self.locks: dict[str, str] = {}
        self.patches: dict[str, str] = {}  # of installed packages
        self.threads = "1"
        self.unknown: set[str] = set()  # environments of which not everything is known
        self.prediction = "1.0"  # of every model that is fitted
        self.status: dict[str, str] = {}  # of cells

    def run(self, plan: Plan, **given: Any):
        self.dumped, self.loaded, self.opened = [], [], []
        given = {"cache": self.cache, **given}
        path = lifecycle.run(plan, results=self.results, console=Console(quiet=True), **given)
        return analysis.read_run(path)


@pytest.fixture
def world(tmp_path, monkeypatch):
    made = World(tmp_path)
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "workspace"))
    monkeypatch.setattr(sampling, "LEAST", 0)  # no sample, unless a test wants one
    monkeypatch.setattr(sampling, "ONE_IN", 10**9)
    monkeypatch.setattr(sampling.Sample, "of_day", classmethod(lambda cls, plan, day, everything=False: cls(
        consumer=None, cases=frozenset(), everything=everything)))  # fmt: skip
    monkeypatch.setattr(schedule, "unchanged_files", lambda profile: {})

    def holding(self):
        if self.name in made.unknown:
            return None
        return {
            "lock": made.locks.get(self.name, self.name),
            "stage": "s",
            "held": {"files": made.patches.get(self.name)},
            "variables": {"OMP_NUM_THREADS": made.threads},
            "emulated": False,
        }

    def opened(self):
        made.opened.append(self.name)
        if self.name not in self._recorder.journal.environments:
            self._recorder.environment(self.name, dict(FACTS))

    def fitted(recorder, case: str) -> dict[str, Any]:
        event = {name: {} for name in ("inputs", "data", "code", "outputs", "conditioning", "input", "not_compared")}
        event |= {"event": "fitted", "id": case, "child": 1, "methods": ["predict"], "probes": [], "written": []}
        event |= {
            "warnings": [],
            "estimator": "Ridge()",
            "parameters": {},
            "parts": [],
            "score_kind": None,
            "truth": None,
        }
        event |= {"cv_scores": None, "fit_seconds": 0.5, "fitted_at": 1.0, "n_samples": 60, "n_features": 2}
        return event | {"data_stored": True, "train_sha256": "t", "reference": {"predict": made.prediction}}

    def dump(session, recorder, artifacts) -> None:
        for artifact in artifacts:
            made.dumped.append(artifact.id)
            digest = recorder.keep_fitted(fitted(recorder, artifact.case), {"module": "m", "function": artifact.case})
            data = f"{artifact.id} {made.prediction}".encode()
            row = {"status": "ok", "reason": None, "dump_seconds": 0.1, "size_bytes": len(data)}
            row["sha256"] = recorder.folder.keep_object(data)
            recorder.artifact(artifact.id, {**row, "warnings": []}, None, digest)

    def tried(session, recorder, artifacts):
        for artifact in artifacts:
            session.open()
            made.dumped.append(artifact.id)
            fit, _ = dumping.fit_of(fitted(recorder, artifact.case), {})
            row = {"status": "ok", "reason": None, "warnings": []}
            yield artifact.id, row, dumping.reference_digest(fit)

    def load(session, recorder, cells) -> None:
        session.open()
        for cell in cells:
            made.loaded.append(cell.id)
            status = made.status.get(cell.id, "ok")
            row = {"status": status, "reason": None, "parity": "identical", "load_seconds": 0.2, "predict_seconds": 0.1}
            if status == "load-error":
                row = {
                    "status": status,
                    "reason": "gone",
                    "error_type": "KeyError",
                    "traceback_text": "Traceback: gone",
                }
            recorder.cell(cell.id, {**row, "warnings": []})

    monkeypatch.setattr(EnvironmentSession, "holding", holding)
    monkeypatch.setattr(EnvironmentSession, "open", opened)
    monkeypatch.setattr(dumping, "dump", dump)
    monkeypatch.setattr(dumping, "tried", tried)
    monkeypatch.setattr(loading, "load", load)
    return made


PLAN = plan_of("old", "new")
FIGURES = ["load_seconds", "predict_seconds"]


def without_figures(tables):
    cells = tables.cells.drop(columns=[*FIGURES, "run_id", "reused_from", "first_load_seconds"])
    artifacts = tables.artifacts.drop(columns=["fit_seconds", "dump_seconds", "run_id", "reused_from"])
    return cells, artifacts


def test_a_second_run_starts_no_guest_and_has_the_same_tables_without_figures(world) -> None:
    world.status = {"old/ridge/pickle>new/pickle": "load-error"}
    first = world.run(PLAN)
    assert first.cells["reused_from"].isna().all() and len(world.loaded) == PLAN.cell_count
    second = world.run(PLAN)
    assert (world.dumped, world.loaded, world.opened) == ([], [], [])
    for one, other in zip(without_figures(first), without_figures(second), strict=True):
        assert one.to_json() == other.to_json()
    assert set(second.cells["reused_from"]) == set(second.artifacts["reused_from"]) == {first.run["run_id"]}
    assert second.cells[FIGURES].isna().all(axis=None)
    assert second.artifacts[["fit_seconds", "dump_seconds"]].isna().all(axis=None)
    assert set(second.environments["status"]) == {"ok"} and second.run["complete"]
    assert "Traceback: gone" in (second.path / "logs/tracebacks.jsonl").read_text()
    assert f"{PLAN.cell_count} of {PLAN.cell_count} cells reused from 1 earlier run" in str(
        soundness.summarize(second).reused
    )


def test_what_a_reused_artifact_needs_is_in_the_run_that_reuses_it(world) -> None:
    world.run(PLAN)
    second = world.run(PLAN)
    for row in second.artifacts.to_dict("records"):
        manifest = json.loads(row["manifest"])
        for digest in (row["sha256"], manifest["fitted_sha256"], manifest["data"]["inputs_sha256"]):
            data = (second.path / "objects" / digest[:2] / digest).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest


def test_a_third_run_names_the_run_that_worked_it_out(world) -> None:
    first = world.run(PLAN)
    world.run(PLAN)
    assert set(world.run(PLAN).cells["reused_from"]) == {first.run["run_id"]}


def test_one_environment_more_costs_its_own_pairs_only(world) -> None:
    world.run(PLAN)
    plan = plan_of("old", "new", "newest")
    world.run(plan)
    assert set(world.dumped) == {one.id for one in plan.artifacts("newest")}
    own = {cell.id for name in plan.environments for cell in plan.cells(name)}
    assert sorted(world.loaded) == sorted(one for one in own if "newest" in one)


def test_one_case_more_costs_its_own_cells_only(world) -> None:
    world.run(PLAN)
    world.run(plan_of("old", "new", cases=("ridge", "forest", "svc")))
    assert {one.split("/")[1] for one in (*world.dumped, *world.loaded)} == {"svc"}
    assert len(world.loaded) == PLAN.cell_count / 2


def test_another_lock_works_out_all_that_it_writes_and_loads(world) -> None:
    world.run(PLAN)
    world.locks["new"] = "a patch of a package"
    world.prediction = "2.0"  # and so it writes other bytes
    world.run(PLAN)
    assert all(one.startswith("new/") for one in world.dumped)
    assert sorted(world.loaded) == sorted(
        cell.id
        for name in PLAN.environments
        for cell in PLAN.cells(name)
        if "new" in (cell.consumer, cell.artifact.producer)
    )


def all_but(profile: str, **changed: object) -> Plan:
    """The plan with something else in its profile, its first case or its first format."""
    whole = PLAN.profile
    if profile != "profile":
        first, *rest = getattr(whole, profile)
        changed = {profile: (dataclasses.replace(first, **changed), *rest)}
    return Plan(profile=dataclasses.replace(whole, **changed))


def cells_of(word: str) -> set[str]:
    """The cells whose ids have it."""
    return {cell.id for name in PLAN.environments for cell in PLAN.cells(name) if word in cell.id}


def artifacts_of(word: str) -> set[str]:
    return {one.id for name in PLAN.environments for one in PLAN.artifacts(name) if word in f"/{one.id}"}


def another_code(world: World, monkeypatch) -> Plan:
    monkeypatch.setattr(ingredients, "guest_digest", lambda: "of another reader")
    return PLAN


def another_processor(world: World, monkeypatch) -> Plan:
    facts = hardware.computing()
    monkeypatch.setattr(hardware, "computing", lambda: {**facts, "cpu": "another"})
    return PLAN


def a_patch(world: World, monkeypatch) -> Plan:
    world.patches["new"] = "a file has another size"
    return PLAN


def more_threads(world: World, monkeypatch) -> Plan:
    world.threads = "2"
    return PLAN


@pytest.mark.parametrize(
    ("change", "dumped", "loaded"),
    [
        (a_patch, artifacts_of("/new/"), cells_of(">new/")),
        (lambda *_: all_but("cases", digest="of another helper"), artifacts_of("/ridge/"), cells_of("/ridge/")),
        (lambda *_: all_but("profile", tolerances=(Tolerance(rtol=0.1, atol=0.0),)), set(), cells_of("/")),
        (lambda *_: all_but("profile", limits=Limits(seconds=1.0)), artifacts_of("/"), cells_of("/")),
        (another_code, artifacts_of("/"), cells_of("/")),
        (more_threads, artifacts_of("/"), cells_of("/")),
        (another_processor, artifacts_of("/"), cells_of("/")),
    ],
    ids=["a package's patch", "a helper", "a tolerance", "a limit", "a reader's code", "threads", "the processor"],
)  # fmt: skip
def test_whatever_is_changed_its_cells_are_worked_out_anew(world, monkeypatch, change, dumped, loaded) -> None:
    """What is written anew has the same bytes here, so that nothing is loaded anew for that."""
    world.run(PLAN)
    assert not world.run(PLAN).cells["reused_from"].isna().any()
    found = world.run(change(world, monkeypatch))
    assert (set(world.dumped), set(world.loaded)) == (dumped, loaded)
    assert set(found.cells.loc[found.cells["reused_from"].isna(), "cell_id"]) == loaded


def test_what_is_not_wholly_known_is_neither_kept_nor_reused(world) -> None:
    world.unknown = {"new"}
    world.run(PLAN)
    second = world.run(PLAN)
    assert set(world.dumped) == {one.id for one in PLAN.artifacts("new")}
    assert set(world.loaded) == {cell.id for cell in PLAN.cells("new")}  # of the others the bytes are the same
    assert second.cells.loc[second.cells["consumer"] == "old", "reused_from"].notna().all()


def test_fresh_works_everything_out_and_keeps_the_run_that_was_first(world) -> None:
    first = world.run(PLAN)
    fresh = world.run(PLAN, fresh=True)
    assert len(world.loaded) == PLAN.cell_count and fresh.cells["reused_from"].isna().all()
    assert not soundness.find_run_problems(fresh)
    assert set(world.run(PLAN).cells["reused_from"]) == {first.run["run_id"]}


def test_without_a_cache_nothing_is_kept(world) -> None:
    world.run(PLAN, cache=None)
    world.run(PLAN)
    assert len(world.loaded) == PLAN.cell_count


@pytest.fixture
def sampled(world, monkeypatch):
    """A sample of all that `new` loads and writes of the case ridge."""
    monkeypatch.setattr(sampling.Sample, "of_day", classmethod(lambda cls, plan, day, everything=False: cls(
        consumer="new", cases=frozenset({"ridge"}), everything=everything)))  # fmt: skip
    return world


def test_a_sample_that_agrees_is_said_and_nothing_else_is_tried(sampled) -> None:
    sampled.run(PLAN)
    second = sampled.run(PLAN)
    assert sampled.opened and set(sampled.opened) == {"new"}
    assert {one.split("/")[1] for one in sampled.dumped + sampled.loaded} == {"ridge"}
    assert all(">new/" in one for one in sampled.loaded)
    assert second.run["reuse"]["disagreeing"] == []
    assert sum(second.run["reuse"]["sampled"].values()) == len(sampled.dumped) + len(sampled.loaded)
    assert second.artifacts["reused_from"].notna().all()  # whose bytes may differ: nobody has to load others
    assert not soundness.find_run_problems(second)


def test_a_cell_that_is_not_what_was_kept_makes_the_run_unsound_and_everything_is_loaded_anew(sampled) -> None:
    sampled.run(PLAN)
    other = "old/ridge/pickle>new/pickle"
    sampled.status[other] = "load-error"
    second = sampled.run(PLAN)
    assert second.run["reuse"]["disagreeing"] == [other]
    (problem,) = soundness.find_run_problems(second)
    assert problem.kind is soundness.ProblemKind.REUSE and other in str(problem)
    assert second.cells.set_index("cell_id").loc[other, "status"] == "load-error"
    assert second.cells.loc[second.cells["consumer"] == "new", "reused_from"].isna().all()
    third = sampled.run(PLAN)  # what was wrong is kept no more
    assert not soundness.find_run_problems(third)


def test_a_model_that_is_fitted_otherwise_makes_the_run_unsound_and_all_is_written_anew(sampled) -> None:
    sampled.run(PLAN)
    sampled.prediction = "2.0"
    second = sampled.run(PLAN)
    assert second.run["reuse"]["disagreeing"] == sorted(one.id for one in PLAN.artifacts("new") if one.case == "ridge")
    assert second.artifacts.loc[second.artifacts["producer"] == "new", "reused_from"].isna().all()


def test_outcomes_of_the_machine_are_worked_out_each_time(world) -> None:
    slow = "old/ridge/pickle>new/pickle"
    world.status[slow] = "timeout"
    for _ in range(2):
        world.run(PLAN)
        assert slow in world.loaded


def test_a_model_that_drifts_at_home_is_worked_out_each_time(world) -> None:
    own = "new/ridge/pickle>new/pickle"
    world.status[own] = "drift"
    for _ in range(2):
        world.run(PLAN)
        assert own in world.loaded


def test_what_is_measured_is_worked_out_each_time(world, monkeypatch) -> None:
    measure = Measure(environments=("new",), cases=("ridge",), formats=PLAN.profile.formats)
    plan = Plan(profile=dataclasses.replace(PLAN.profile, measure=measure))
    monkeypatch.setattr(schedule, "_measuring_pass", lambda sessions, recorder: None)
    for _ in range(2):
        world.run(plan)
    assert sorted(world.loaded) == sorted(cell.id for cells in plan.measured("new") for cell in cells)
    assert sorted(set(world.dumped)) == sorted({cell.artifact.id for cells in plan.measured("new") for cell in cells})


def test_a_damaged_object_costs_its_artifact_only(world, tmp_path) -> None:
    first = world.run(PLAN)
    row = first.artifacts.iloc[0]
    kept = tmp_path / "cache/objects" / row["sha256"][:2] / row["sha256"]
    kept.unlink()
    kept.write_bytes(b"damaged")
    world.run(PLAN)
    assert world.dumped == [row["artifact_id"]]


def test_a_run_that_was_cut_short_has_kept_what_it_did(world, monkeypatch) -> None:
    whole = loading.load

    def load(session, recorder, cells) -> None:
        if session.name == "old":
            raise KeyboardInterrupt
        whole(session, recorder, cells)

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(loading, "load", load)
        world.run(PLAN)
    world.run(PLAN)
    assert world.dumped == []
    resumed = lifecycle.choose(world.results, "small", run_id=None, resume=True)
    assert resumed is not None


def stopped_at_its_first_cell(world, monkeypatch, reason: BaseException) -> None:
    whole = loading.load

    def load(session, recorder, cells) -> None:
        whole(session, recorder, cells[:1])
        raise reason

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt, MachineError):
        patched.setattr(loading, "load", load)
        world.run(PLAN)
    assert world.loaded


@pytest.mark.parametrize("reason", [KeyboardInterrupt(), CutShortError("at night")], ids=["stopped", "cut short"])
def test_what_an_environment_did_before_it_was_stopped_is_kept(world, monkeypatch, reason) -> None:
    stopped_at_its_first_cell(world, monkeypatch, reason)
    known = world.loaded
    world.run(PLAN)
    assert world.dumped == [] and set(known).isdisjoint(world.loaded)


def test_what_a_killed_run_did_is_kept_when_it_is_continued(world, monkeypatch) -> None:
    """A run that is killed has kept nothing of the environments that were at work."""
    with monkeypatch.context() as killed:
        killed.setattr(Reuse, "keep_cells", lambda self, session, cells: True)
        stopped_at_its_first_cell(world, monkeypatch, KeyboardInterrupt())
    continued = world.run(PLAN, resume=lifecycle.choose(world.results, "small", run_id=None, resume=True))
    again = world.run(PLAN)
    assert (world.dumped, world.loaded) == ([], [])
    assert set(again.cells["reused_from"]) == {continued.run["run_id"]}


def test_a_users_own_file_is_never_kept(world) -> None:
    given = Given(file="model.pkl", sha256="0", format=PLAN.profile.formats[0])
    case = dataclasses.replace(PLAN.profile.cases[0], given=given)
    plan = Plan(profile=dataclasses.replace(PLAN.profile, cases=(case,)))
    for _ in range(2):
        world.run(plan)
        assert len(world.loaded) == plan.cell_count and len(world.dumped) == plan.artifact_count
