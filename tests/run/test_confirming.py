"""A run measures again what it would raise an alarm of."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from harness.environments import NotReadyError
from harness.run import confirming
from harness.store import finishing
from harness.store.reading import RunTables

from tests.run.measured import EnvironmentSession, Recorder, cell_id, planned

SLOW, OTHER = (cell_id("pickle"), "load_seconds", "more"), (cell_id("joblib"), "load_seconds", "more")


class Session(EnvironmentSession):
    name = "new"

    def close(self) -> None:
        pass


class Dead(Session):
    def replies(self, verb, batches, *, seconds):
        raise NotReadyError("its guest died 40 times")
        yield


def confirmed(tmp_path, monkeypatch, *answers, session=None, run=None):
    """What is written into a run whose alarms are ``answers``, one after the other; the session; what was asked."""
    recorder = Recorder(tmp_path / "journal.jsonl", planned(cold_starts=0, sharing=0))
    recorder.folder.run = {} if run is None else run
    first = pd.DataFrame({"cell_id": [SLOW[0], OTHER[0]], "figure": "load_seconds", "values": [[9.0], [9.0]]})
    tables = RunTables(
        path=tmp_path, run={}, environments=first, artifacts=first, cells=first, figures=first, samples=first
    )
    monkeypatch.setattr(finishing, "so_far", lambda plan, folder: tables)
    asked, waiting = [], list(answers)

    def alarming(given):
        asked.append(given)
        return waiting.pop(0)

    session = session or Session()
    confirming.confirm([session, SimpleNamespace(name="old", close=None)], recorder, alarming)
    return recorder.folder.run.get("alarms"), session, asked


def test_what_changes_again_is_confirmed_and_what_does_not_is_dismissed(tmp_path, monkeypatch):
    told, session, asked = confirmed(tmp_path, monkeypatch, ("base", [SLOW, OTHER]), ("base", [SLOW]))
    assert told == {"base": "base", "confirmed": [list(SLOW)], "dismissed": [list(OTHER)]}
    assert {task["cell"] for job in session.jobs for task in job} == {SLOW[0], OTHER[0]}
    again = asked[1].samples
    assert 9.0 not in {value for values in again["values"] for value in values}
    assert set(again["cell_id"]) == {SLOW[0], OTHER[0]}


def test_only_cells_with_alarms_are_measured_again(tmp_path, monkeypatch):
    _, session, asked = confirmed(tmp_path, monkeypatch, ("base", [SLOW]), ("base", [SLOW]))
    assert {task["cell"] for job in session.jobs for task in job} == {SLOW[0]}
    assert [list(values) for values in asked[1].samples.query("cell_id == @OTHER[0]")["values"]] == [[9.0]]


def test_a_change_the_other_way_confirms_nothing(tmp_path, monkeypatch):
    told, _, _ = confirmed(tmp_path, monkeypatch, ("base", [SLOW]), ("base", [(*SLOW[:2], "less")]))
    assert (told["confirmed"], told["dismissed"]) == ([], [list(SLOW)])


def test_what_cannot_be_measured_again_stays_unconfirmed(tmp_path, monkeypatch):
    told, _, asked = confirmed(tmp_path, monkeypatch, ("base", [SLOW]), session=Dead())
    assert told == {"base": "base", "confirmed": [], "dismissed": []}
    assert len(asked) == 1


@pytest.mark.parametrize("answer", [None, ("base", [])])
def test_without_an_alarm_or_a_run_before_nothing_is_measured(tmp_path, monkeypatch, answer):
    told, session, _ = confirmed(tmp_path, monkeypatch, answer)
    assert not session.jobs
    assert told == (None if answer is None else {"base": "base", "confirmed": [], "dismissed": []})


def test_a_run_that_goes_on_confirms_once(tmp_path, monkeypatch):
    told = {"base": "base", "confirmed": [], "dismissed": [list(SLOW)]}
    assert confirmed(tmp_path, monkeypatch, run={"alarms": told})[0] is told
