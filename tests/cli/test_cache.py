"""The verb cache, as its user reads it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.cli.program import app
from harness.errors import InputError
from harness.store.outcome_cache import Entry, OutcomeCache


def said(*words: str) -> str:
    done = CliRunner().invoke(app, ["cache", *words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout.replace("\n", " ")


@pytest.fixture
def place(tmp_path):
    row = {"cell_id": "a/b/c>d/e", "status": "ok", "reason": None}
    entry = Entry(key="k", kind="cell", run="first", row=row)  # type: ignore[typeddict-item]
    OutcomeCache(str(tmp_path / "cache")).add("e", "cell", [entry])
    return str(tmp_path / "cache")


def test_info_says_where_and_how_much(place) -> None:
    text = said("info", "--cache", place)
    assert text.startswith(f"{place}: ") and "in 1 file, outcomes of 1 environment" in text
    told = json.loads(said("info", "--cache", place, "--json"))
    assert (told["files"], told["environments"]) == (1, 1) and told["size_bytes"] > 0


def test_info_of_nothing_says_so(tmp_path) -> None:
    assert "nothing is kept here yet" in said("info", "--cache", str(tmp_path / "none-yet"))


def test_the_variable_names_it_too(place, monkeypatch) -> None:
    monkeypatch.setenv("PERSISTENCE_MATRIX_CACHE", place)
    assert place in said("info")


def test_prune_removes_what_is_too_much(place) -> None:
    assert said("prune", "--to", "1GB", "--cache", place).strip() == "nothing had to be removed"
    assert said("prune", "--to", "0", "--cache", place).startswith("removed 1 file, ")
    assert json.loads(said("prune", "--to", "0", "--cache", place, "--json")) == {"files": 0, "freed_bytes": 0}


@pytest.mark.parametrize("words", [["prune", "--to", "much"], ["prune", "--to", "-1"], ["info", "--cache", "none"]])
def test_what_means_nothing_is_refused(words, place) -> None:
    with pytest.raises(InputError):
        CliRunner().invoke(app, ["cache", *words], env={"PERSISTENCE_MATRIX_CACHE": place}, catch_exceptions=False)
