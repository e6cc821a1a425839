"""The verb `check` as a user starts it: which outputs are refused before anything runs."""

from __future__ import annotations

import os
import pickle
import sys

import pytest

from harness import cli
from harness.cli import program


@pytest.mark.parametrize("option", ["--report", "--badge"])
@pytest.mark.parametrize("output", ["model.pkl", "hard.pkl", "soft.pkl", "rows.csv", ".", ""])
def test_what_is_checked_is_never_written_over(monkeypatch, capsys, tmp_path, option, output) -> None:
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps({"no": "model"})
    (tmp_path / "model.pkl").write_bytes(content)
    (tmp_path / "rows.csv").write_text("a\n1\n")
    os.link("model.pkl", "hard.pkl")
    os.symlink("model.pkl", "soft.pkl")
    monkeypatch.setattr(program.signal, "signal", lambda *_: None)
    words = ["check", "model.pkl", "--to", "1.9", "--data", "rows.csv", option, output]
    monkeypatch.setattr(sys, "argv", ["harness", *words])
    with pytest.raises(SystemExit) as leave:
        cli.main()
    assert leave.value.code == 2
    told = capsys.readouterr().err
    assert "not written over" in told or "no name of a file" in told
    assert (tmp_path / "model.pkl").read_bytes() == content and (tmp_path / "rows.csv").read_text() == "a\n1\n"
