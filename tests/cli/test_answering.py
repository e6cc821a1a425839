"""Which runs answer, and how that is said."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from harness.analysis.ask import compact
from harness.analysis.ask.index import Index
from harness.cli import answering


@pytest.fixture
def carried(monkeypatch, tmp_path) -> list[Index]:
    """The reference of the program, in a folder without runs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(answering, "RESULTS", tmp_path / "results")
    return compact.reference(tmp_path / "cache")


def test_without_runs_the_reference_of_the_program_answers(carried, capsys, tmp_path) -> None:
    found = answering.indexes(None, tmp_path / "results")
    assert [index.path for index in found] == [index.path for index in carried]
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("evidence: the reference of this program, 20")
    assert [index.path.name for index in answering.indexes("reference", tmp_path / "results")] == ["reference"]


@pytest.mark.parametrize(("days", "warned"), [(59, False), (63, True)])
def test_an_old_reference_is_warned_of(carried, monkeypatch, capsys, tmp_path, days, warned) -> None:
    started = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).isoformat()
    for index in carried:
        index.__dict__["run"] = {**index.run, "started": started}
    monkeypatch.setattr(compact, "reference", lambda _: carried)
    answering.indexes(None, tmp_path / "results")
    assert ("warning: the reference is of " in capsys.readouterr().err) is warned


def test_a_folder_that_is_named_answers_alone(carried, tmp_path) -> None:
    other = tmp_path / "others"
    other.mkdir()
    with pytest.raises(answering.InputError, match="no run"):
        answering.indexes(None, other)
    (other / "one").mkdir()
    (other / "one/run.json").write_text(json.dumps({"schema_version": 99}))
    with pytest.raises(answering.InputError, match="schema version 99"):
        answering.indexes("one", other)
