"""The command that makes one cell again says all that made it what it was, for the folder it is read in."""

import os
import shlex
from pathlib import Path

import pytest

from harness.machine import places, tools
from harness.report import rerun_command

CELL = "old/ridge/pickle>new/pickle"


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.delenv("HARNESS_MATRIX", raising=False)
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "nox"))


def words(facts, path):
    return shlex.split(rerun_command.command({"profile": "small", "run_id": "one", **facts}, path, CELL), comments=True)


def option(found, name):
    return found[found.index(name) + 1] if name in found else None


def test_a_cell_is_made_again_as_it_was_made(monkeypatch) -> None:
    monkeypatch.chdir(tools.ROOT)
    started = ["python", "-m", "harness", "run", "--profile", "small", "--only", CELL]
    assert words({}, tools.ROOT / "results" / "one") == [*started, "--locks", "results/one"]
    through = words({"through": "docker"}, tools.ROOT / "results" / "one")
    assert through == [*started, "--through", "docker", "--locks", "results/one"]


def test_from_another_folder_all_paths_are_for_that_folder(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    found = words({}, tools.ROOT / "results" / "one")
    assert Path(option(found, "--locks")).resolve() == tools.ROOT / "results" / "one"
    assert "--results" not in found  # they are the program's own, wherever it is started


def test_another_folder_of_runs_is_named(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (tmp_path / "my runs" / "one", tmp_path / "my runs" / "cells" / "one"):
        found = words({}, place)
        assert option(found, "--results") == "my runs"
        assert option(found, "--locks") == str(place.relative_to(tmp_path))


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_a_matrix_of_the_users_own_is_found_where_it_lies(monkeypatch, tmp_path, where) -> None:
    own, reader = tmp_path / "my project" / "own.yaml", tmp_path / where
    for folder in (own.parent, reader):
        folder.mkdir()
    own.touch()
    places.remember("one", own)
    monkeypatch.chdir(reader)
    assert Path(option(words({"matrix": "own.yaml"}, tmp_path / "results" / "one"), "--matrix")).resolve() == own


def test_a_matrix_beside_the_runs_is_found_on_another_machine_too(monkeypatch, tmp_path) -> None:
    (tmp_path / "own.yaml").touch()
    (tmp_path / "reader").mkdir()
    monkeypatch.chdir(tmp_path / "reader")
    assert option(words({"matrix": "own.yaml"}, tmp_path / "results" / "one"), "--matrix") == "../own.yaml"


def test_a_matrix_of_the_checkout_is_found_from_anywhere(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    found = option(words({"matrix": "pyproject.toml"}, tmp_path / "results" / "one"), "--matrix")
    assert Path(found).resolve() == tools.ROOT / "pyproject.toml"


def test_a_matrix_that_is_not_here_is_said_to_be_missing(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    command = rerun_command.command({"profile": "p", "matrix": "lost one.yaml"}, tmp_path / "results" / "one", CELL)
    assert "--matrix 'lost one.yaml' " in command
    assert command.endswith("  # lost one.yaml: put the matrix of this run here")


def test_the_checkouts_own_matrix_is_named_where_the_reader_has_set_another(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_MATRIX", "mine.yaml")
    assert Path(option(words({}, tmp_path / "one"), "--matrix")).resolve() == tools.ROOT / "matrix.yaml"


def test_the_program_is_the_one_that_was_called(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/persistence-matrix", "ask"])
    assert words({}, tmp_path / "one")[:2] == ["persistence-matrix", "run"]


def test_a_page_names_no_folder_of_the_machine(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").touch()
    run, path = (
        {"profile": "p", "run_id": "one", "matrix": "own.yaml", "through": "docker"},
        tmp_path / "results" / "one",
    )
    found = rerun_command.published(run, path)
    assert found[5:] == ["p", "--only", "{CELL}", "--through", "docker", "--matrix", "{RUN}/../../own.yaml", "--locks", "{RUN}"]  # fmt: skip
    far = tmp_path / "a" / "b" / "c" / "results" / "one"
    places.remember("one", tmp_path / "own.yaml")
    for words_ in (found, rerun_command.published(run, far)):
        assert str(tmp_path) not in " ".join(words_)
    assert option(rerun_command.published(run, far), "--matrix") == "own.yaml"
    assert rerun_command.folder(path) == "one"
    assert rerun_command.folder(tools.ROOT / "results" / "reference") == "results/reference"


def test_a_record_that_cannot_be_kept_ends_nothing(monkeypatch, tmp_path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "file"))
    places.remember("one", tmp_path / "own.yaml")
    assert places.matrix_of("one") is None
    assert os.listdir(tmp_path) == ["file"]
