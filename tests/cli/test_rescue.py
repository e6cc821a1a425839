"""The verb `rescue` as a user starts it: what is refused before anything runs, and the exit codes."""

from __future__ import annotations

import json
import os
import pickle
import sys

import pytest

from harness import cli, rescuing
from harness.analysis.rescued import Ending, Rescued
from harness.cli import program


@pytest.fixture
def ended(monkeypatch, capsys):
    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(program.signal, "signal", lambda *_: None)
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, words)])
        with pytest.raises(SystemExit) as leave:
            cli.main()
        return (leave.value.code or 0, *capsys.readouterr())

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"no": "model"}))
    return path


@pytest.mark.parametrize(("ending", "code"), [(Ending.RESCUED, 0), (Ending.NEEDLESS, 0), (Ending.NOT_RESCUED, 1)])
def test_nothing_rescued_ends_with_1_and_nothing_to_be_done_with_0(
    ended, monkeypatch, file, tmp_path, ending, code
) -> None:
    answer = Rescued(ending=ending, file="model.pkl", output="out.pkl", target="1.9", written="1.2.2", why="why not")
    monkeypatch.setattr(rescuing, "rescue", lambda *_, **__: answer)
    found, out, _ = ended("rescue", file, "--to", "1.9", "--output", tmp_path / "out.pkl", "--json")
    assert found == code and json.loads(out)["ending"] == str(ending)
    found, out, _ = ended("rescue", file, "--to", "1.9", "--output", tmp_path / "out.pkl")
    assert found == code and "1.9" in out.splitlines()[0]


@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_the_file_is_never_written_over(ended, file, tmp_path, link) -> None:
    out = file if link is None else tmp_path / "other.pkl"
    if link is not None:
        link(file, out)
    before = file.read_bytes()
    code, _, err = ended("rescue", file, "--to", "1.9", "--output", out)
    assert code == 2 and "the file itself" in err and file.read_bytes() == before


def test_nor_is_anything_else(ended, file, tmp_path) -> None:
    (tmp_path / "out.pkl").touch()
    code, _, err = ended("rescue", file, "--to", "1.9", "--output", tmp_path / "out.pkl")
    assert code == 2 and "is not written over" in err


@pytest.mark.parametrize("words", [(), ("--to", "1.9"), ("--output", "out.pkl")])
def test_target_and_output_are_needed(ended, file, words) -> None:
    assert ended("rescue", file, *words)[0] == 2


def test_a_file_without_a_model_is_no_input(ended, file, tmp_path) -> None:
    code, _, err = ended(
        "rescue", file, "--to", "1.9", "--with", "scikit-learn==1.2.2", "--output", tmp_path / "out.pkl"
    )
    assert code == 2 and "no estimator" in err


def test_a_target_is_one_environment(ended, file, tmp_path) -> None:
    code, _, err = ended("rescue", file, "--to", "1.4..1.9", "--output", tmp_path / "out.pkl")
    assert code == 2 and "1.4..1.9" in err
