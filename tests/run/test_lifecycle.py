"""A run that goes wrong from within: its tables are there all the same. No environment is built."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console

from dataclasses import replace

import typer

from harness import store
from harness.cli import program
from harness.run import lifecycle
from harness.environments import LackingError, NotReadyError, UnreachableError, UnsatisfiableError
from harness.errors import InputError, MachineError
from harness.machine import tools
from harness.config.plan import Plan
from harness.terms import Given, Measure
from harness.report import rerun_command
from harness.run import dumping
from harness.run.environment_session import EnvironmentSession

from tests.conftest import plan_of


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "workspace"))
    return tmp_path / "results"


def run(results, plan, **given):
    return lifecycle.run(plan, results=results, console=Console(quiet=True), **given)


def cut_short(results) -> set[str]:
    tables = store.read_run(store.find_run(results, None))
    assert not tables.run["complete"]
    assert tables.run["finished"]
    assert set(tables.cells.status) | set(tables.artifacts.status) <= {"not-run", "no-artifact"}
    return set(tables.artifacts.reason)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("who"), "cut short: KeyError: 'who'"),
        (MachineError("no space"), "cut short: no space"),
        (KeyboardInterrupt(), "the run was interrupted before this began"),
    ],
    ids=["a fault of ours", "the machine's", "Ctrl-C"],
)
def test_whatever_ends_a_worker_leaves_the_tables(results, plan, monkeypatch, error, reason) -> None:
    def fail(*_) -> None:
        raise error

    monkeypatch.setattr(dumping, "owed", fail)
    with pytest.raises(type(error)):
        run(results, plan)
    assert cut_short(results) == {reason}
    monkeypatch.setattr(dumping, "owed", lambda *_: [])
    run(
        results, plan, resume=lifecycle.choose(results, "small", run_id=None, resume=True)
    )  # nothing is locked any more


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MachineError("no space")], ids=["Ctrl-C", "the machine's"])
def test_a_users_own_model_does_not_stay_in_a_run_that_was_ended(results, plan, monkeypatch, error) -> None:
    item = plan.profile.formats[0]
    case = replace(plan.profile.cases[0], given=Given(file="model.pkl", sha256="0", format=item))
    private = Plan(profile=replace(plan.profile, cases=(case,), formats=(item,)))

    def fail(recorder, _) -> None:
        recorder.folder.keep_object(b"the model")
        raise error

    monkeypatch.setattr(dumping, "owed", fail)
    with pytest.raises(type(error)):
        run(results, private)
    assert not (store.find_run(results, None) / "objects").exists()


def test_where_nothing_could_be_had_the_run_is_not_complete(results, plan, monkeypatch) -> None:
    def fail(self):
        raise NotReadyError("no network")

    monkeypatch.setattr(EnvironmentSession, "open", fail)
    with pytest.raises(MachineError, match="no environment could be built.*\n.*no network"):
        run(results, plan)
    assert cut_short(results) == {"no network"}
    assert lifecycle.choose(results, "small", run_id=None, resume=True) == store.find_run(results, None)


def test_another_plan_is_not_finished_into_the_same_table(results, plan, monkeypatch) -> None:
    monkeypatch.setattr(dumping, "owed", lambda *_: [])
    folder = run(results, plan)
    with pytest.raises(InputError, match="have changed since"):
        run(results, plan_of("old"), resume=folder)


@pytest.mark.parametrize(
    ("key", "odd"),
    [
        *((key, odd) for key in ("run_id", "profile", "matrix_digest", "host") for odd in (..., 5, None)),
        *(("started", odd) for odd in (..., 5, "soon", "2026-11-21T20:30:00")),
        ("seconds", "long"),
    ],
)
def test_a_run_that_lacks_what_it_needs_is_not_continued(results, plan, monkeypatch, key, odd) -> None:
    monkeypatch.setattr(dumping, "owed", lambda *_: [])
    folder = run(results, plan)
    told = {**json.loads((folder / "run.json").read_text()), key: odd}
    (folder / "run.json").write_text(json.dumps({name: value for name, value in told.items() if value is not ...}))
    with pytest.raises(InputError, match=rf"run\.json: {key} is missing, or of another kind"):
        run(results, plan, resume=folder)


def test_an_environment_is_not_measured_on_two_machines(results, plan, monkeypatch) -> None:
    monkeypatch.setattr(dumping, "owed", lambda *_: [])
    measure = Measure(environments=("old", "new"), cases=("ridge",), formats=plan.profile.formats[:1])
    measuring = dataclasses.replace(plan, profile=dataclasses.replace(plan.profile, measure=measure))
    folder = run(results, measuring)
    begun = store.RunFolder.reopen(folder)
    samples = [{"figure": "load_seconds", "values": [0.1]}]
    row = {"samples": samples, "missing": {}, "host": {"fingerprint": "another", "machine": "x86_64"}}
    begun.journal.add("measurement", {"cell_id": "old/ridge/pickle>old/pickle", **row})
    begun.close()
    with pytest.raises(InputError, match="old was measured on other hardware"):
        run(results, measuring, resume=folder)
    run(results, measuring, resume=folder, consumers=frozenset({"new"}))  # what was not measured there may go on here
    stored = store.read_run(folder).run
    assert stored["hosts"]["old"] == stored["host"] == {"fingerprint": "another", "machine": "x86_64"}


def test_locks_that_are_not_there_leave_no_run_behind(results, plan, tmp_path) -> None:
    with pytest.raises(InputError, match="no locks are stored there"):
        run(results, plan, locks=tmp_path)
    assert not results.exists()


def finished(results, plan, monkeypatch) -> Path:
    """A run that has nothing left to do, with its page."""
    monkeypatch.setattr(dumping, "owed", lambda *_: [])
    folder = run(results, plan, then=lambda path: store.within(path))
    stored = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**stored, "complete": True, "retry": []}))
    (folder / "report").mkdir(exist_ok=True)
    (folder / "report/index.html").touch()
    return folder


def resumed(results) -> Path | None:
    return lifecycle.choose(results, "small", run_id=None, resume=True)


def test_what_this_machine_could_not_have_is_taken_up_again(results, plan, monkeypatch) -> None:
    folder = finished(results, plan, monkeypatch)
    with pytest.raises(InputError, match="no unfinished run of the profile small"):
        resumed(results)
    stored = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**stored, "retry": ["old"]}))
    assert resumed(results) == folder


def test_a_run_that_was_ended_while_its_page_was_written_goes_on(results, plan, monkeypatch) -> None:
    folder = finished(results, plan, monkeypatch)
    (folder / "report/index.html").unlink()
    assert resumed(results) == folder


@pytest.mark.parametrize(
    ("error", "complete", "retry"),
    [
        (NotReadyError("uv was killed"), False, ["old"]),
        (UnreachableError("no network"), False, ["old"]),
        (LackingError("no Python 3.12"), True, ["old"]),
        (UnsatisfiableError("no wheels"), True, []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_run_is_complete_unless_a_further_try_may_have_what_it_lacks(
    results, plan, monkeypatch, error, complete, retry
) -> None:
    def some(self):
        if self.name == "old":
            raise error
        self._recorder.environment(self.name, {"status": "ok", "reason": None})

    monkeypatch.setattr(EnvironmentSession, "open", some)
    monkeypatch.setattr(dumping, "dump", lambda *_: None)
    monkeypatch.setattr(
        "harness.store.tables.Tables._unwritten",
        lambda self, one: {"artifact_id": one.id, "status": "not-run", "reason": "x"},
    )
    stored = store.read_run_json(run(results, plan))
    assert (stored["complete"], stored["retry"]) == (complete, retry)


@pytest.mark.parametrize(
    "line",
    ["--index-url https://elsewhere.invalid/simple", "-r other.txt", "a @ https://elsewhere.invalid/a.whl", "-e .",
     "a==1 --config-settings x=y", "./a.whl", "a==1 ; python_version > '3' --index-url https://elsewhere.invalid"],
)  # fmt: skip
def test_of_foreign_locks_only_pins_and_hashes_are_taken(results, plan, tmp_path, line) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/old.txt").write_text(f"# fine\na==1 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")
    with pytest.raises(InputError, match=r"old\.txt, line 4: .* is neither a pinned package nor its hash"):
        run(results, plan, locks=tmp_path)
    assert not results.exists()


def test_the_holder_of_the_lock_is_named(results) -> None:
    with lifecycle.alone(results):
        holder = json.loads((results.parent / "workspace/.harness/running.json").read_text())
        assert holder["results"] == str(results)
        with (
            pytest.raises(MachineError, match=f"process {holder['pid']}, writing under {results}"),
            lifecycle.alone(results),
        ):
            pass
    with lifecycle.alone(results):
        pass


def test_whoever_would_wait_says_for_whom_and_works_when_the_other_has_ended(results) -> None:
    told, order = io.StringIO(), []

    def second() -> None:
        with lifecycle.alone(results, Console(file=told)):
            order.append("second")

    with lifecycle.alone(results):
        waiting = threading.Thread(target=second)
        waiting.start()
        while "waits" not in told.getvalue() and waiting.is_alive():
            time.sleep(0.01)
        assert waiting.is_alive() and f"process {os.getpid()}" in told.getvalue()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


class TestExitCodes:
    @pytest.fixture
    def ended(self, monkeypatch, capsys):
        monkeypatch.setattr(program.signal, "signal", lambda *_: None)

        def end(outcome) -> tuple[int, str]:
            def app(**_):
                if isinstance(outcome, BaseException):
                    raise outcome
                return outcome

            monkeypatch.setattr(program, "app", app)
            with pytest.raises(SystemExit) as caught:
                program.main()
            return caught.value.code, capsys.readouterr().err

        return end

    def test_a_fault_of_ours(self, ended) -> None:
        code, text = ended(KeyError("who"))
        assert code == 4
        assert "Traceback" in text
        assert "the harness itself failed (KeyError: 'who')" in text

    @pytest.mark.parametrize(
        ("outcome", "code", "text"),
        [
            (None, 0, ""),
            (InputError("line 3"), 2, "line 3"),
            (MachineError("no space"), 3, "no space"),
            (OSError(28, "No space left on device", "/workspace"), 3, "/workspace: No space left on device"),
            (KeyboardInterrupt(), 130, "--resume"),
            (130, 130, "--resume"),  # what newer typers make of Ctrl-C
            (typer.Abort(), 130, "--resume"),
            (typer.Exit(1), 1, ""),
        ],
    )
    def test_each_outcome_has_its_code(self, ended, outcome, code, text) -> None:
        found, said = ended(outcome)
        assert found == code
        assert text in said
        assert "Traceback" not in said


def test_an_environment_without_a_lock_in_the_other_run_is_not_run(results, tmp_path) -> None:
    plan = plan_of("old", "new")
    only = lifecycle.only_locked(plan, {"old.txt": "numpy==1.0\n"}, tmp_path / "20200101T000000Z-default-0000")
    assert only.impossible == {"new": "20200101T000000Z-default-0000 has no lock for it"}
    assert only.digest == plan.digest


def test_what_makes_a_cell_again_names_the_matrix_where_it_is_not_the_checkouts_own(tmp_path) -> None:
    def command(matrix: Path | None) -> str:
        folder = lifecycle.begin(replace(plan_of("old"), matrix=matrix), tmp_path)
        folder.close()
        assert str(tools.ROOT) not in (folder.path / "run.json").read_text()
        return rerun_command.command(folder.run, folder.path, "CELL")

    assert "--matrix" not in command(None)
    assert "--matrix" not in command(tools.ROOT / "matrix.yaml")
    assert "--matrix tests/own.yaml " in command(tools.ROOT / "tests" / "own.yaml")
    assert "--matrix own.yaml " in command(tmp_path / "own.yaml")
