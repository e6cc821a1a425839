"""The exit codes of `bisect --as-test`, which `git bisect run` takes for answers."""

from __future__ import annotations

import sys

import pytest

from harness import bisecting, cli
from harness.cli import program
from harness.errors import HarnessError, InputError, MachineError


@pytest.fixture
def ended(monkeypatch, capsys):
    def call(*words: object) -> int:
        monkeypatch.setattr(program.signal, "signal", lambda *_: None)
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, words)])
        with pytest.raises(SystemExit) as leave:
            cli.main()
        return leave.value.code or 0

    return call


@pytest.mark.parametrize(("same", "code"), [(True, 0), (False, 1), (None, 125)])
def test_good_bad_and_cannot_be_judged(ended, monkeypatch, same, code) -> None:
    monkeypatch.setattr(bisecting, "judged", lambda *_, **__: same)
    assert ended("bisect", "ridge", "--good", "1.2.2", "--as-test") == code


@pytest.mark.parametrize(("error", "code"), [(InputError, 130), (MachineError, 131), (HarnessError, 132)])
def test_every_error_ends_the_bisection(ended, monkeypatch, error, code) -> None:
    def fails(*_, **__):
        raise error("no")

    monkeypatch.setattr(bisecting, "judged", fails)
    assert ended("bisect", "ridge", "--good", "1.2.2", "--as-test") == code


def test_so_does_a_fault_of_ours(ended, monkeypatch) -> None:
    monkeypatch.setattr(bisecting, "judged", lambda *_, **__: 1 / 0)
    assert ended("bisect", "ridge", "--good", "1.2.2", "--as-test") == 132


@pytest.mark.parametrize("words", [("--bogus",), ("--at",), ("more", "words"), ()])
def test_so_do_wrong_arguments(ended, words) -> None:
    subject = ("ridge",) if words else ()
    assert ended("bisect", *subject, *words, "--as-test") >= 128
    assert ended("bisect", *subject, *(words or ("--bogus",))) == 2


def test_what_is_neither_file_nor_case_says_what_was_perhaps_meant(ended, capsys) -> None:
    assert ended("bisect", "ridg", "--good", "1.2.2") == 2
    assert 'perhaps "ridge"' in capsys.readouterr().err


def test_a_case_needs_a_release_that_saves_it(ended, capsys) -> None:
    assert ended("bisect", "ridge") == 2
    assert "--good 1.2.2" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said_to_be_missing(ended, capsys, tmp_path) -> None:
    assert ended("bisect", tmp_path / "model.pkl") == 2
    assert "neither a file nor a built-in case" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["nowhere", "1.4..1.9", "2.7"])
def test_an_end_is_one_environment(ended, capsys, word) -> None:
    assert ended("bisect", "ridge", "--good", "1.2.2", "--bad", word) == 2
    said = capsys.readouterr().err
    assert word in said and "--to" not in said
