"""The verbs of questions and shards as a user starts them: what is printed where, and the exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import analysis
from harness import cli, store
from harness.cli import program

from tests.report.packed import of_page
from tests.report.stored import all_cells, cell, plan_of, tables_of

PLAN = """
schema: 1
environments: {include: [{scikit-learn: "1.4.2", python: "3.12", name: old}, {scikit-learn: "1.5.2", python: "3.12", name: new}]}
profiles: {default: {cases: [ridge], formats: [pickle]}}
"""


ROOT = Path(__file__).parents[2]


@pytest.fixture
def plan():
    return plan_of()


@pytest.fixture
def harness(monkeypatch, capsys):
    def call(*words, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(program.signal, "signal", lambda *_: None)
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, words)])
        with pytest.raises(SystemExit) as leave:
            cli.main()
        out, err = capsys.readouterr()
        assert (leave.value.code or 0) == code, err
        return out, err

    return call


@pytest.fixture
def stored(plan, tmp_path):
    drift = cell("old/one/pickle>new/pickle", "drift", reason="predict: 1 of 40 labels differ", findings=["labels"])
    return tables_of(plan, tmp_path / "results", cells=all_cells(plan, [drift])).path


def test_a_question_is_answered_from_the_newest_run(harness, stored) -> None:
    words = ("--from", "1.4", "--to", "1.5", "--results", stored.parent)
    out, _ = harness("ask", "ONE", *words, "--verbose")
    assert out.strip().splitlines()[0] == "≠ one 1.4 → 1.5: changes predictions (without an error)"
    assert "≠ old → new: changes predictions" in out
    assert f"the run {stored.name}" in out
    assert json.loads(harness("ask", "two", *words, "--json")[0])["verdict"] == "no difference seen"
    _, err = harness("ask", "three", *words, code=2)
    assert 'no stored run has an estimator, case or family "three"' in err


def test_a_gate_of_a_question_is_an_exit_code(harness, stored) -> None:
    words = ("ask", "two", "one", "--from", "1.4", "--results", stored.parent)
    out, err = harness(*words, "--fail-on", "breaks, changes", code=1)
    assert out.strip().startswith("≠ one of 1.4: changes predictions in 1.5") and "--fail-on: changes" in err
    harness(*words, "--fail-on", "breaks")
    assert json.loads(harness(*words, "--fail-on", "not-seen", "--json", code=1)[0])["verdict"] == "changes predictions"
    for verb in (words, ("check", stored.parent / "model.pkl")):
        assert 'no gate "change"; perhaps "changes"' in harness(*verb, "--fail-on", "change", code=2)[1]


def test_a_run_that_knows_nothing_of_it_does_not_take_the_answer_away(harness, stored) -> None:
    small = plan_of(cases=("other",))
    name = tables_of(small, stored.parent, cells=all_cells(small)).path.name  # newer, and complete
    for path, profile in ((stored.parent / name, "quick"), (stored, "default")):
        told = json.loads((path / "run.json").read_text()) | {"profile": profile, "complete": True}
        (path / "run.json").write_text(json.dumps(told))
    words = ("--from", "1.4", "--to", "1.5", "--results", stored.parent)
    assert f"the run {stored.name}" in harness("ask", "one", *words, "--verbose")[0]
    assert f"the run {name}" in harness("ask", "other", *words, "--verbose")[0]
    assert harness("ask", "nobody", *words, code=2)[1].count("an estimator, case or family") == 1


def test_a_run_that_is_not_finished_does_not_take_the_answer_away(harness, stored, plan) -> None:
    told = json.loads((stored / "run.json").read_text()) | {"complete": True}
    (stored / "run.json").write_text(json.dumps(told))
    tables_of(plan, stored.parent, cells=[])
    out, _ = harness("ask", "one", "--from", "1.4", "--to", "1.5", "--results", stored.parent)
    assert "changes predictions" in out


def test_without_any_run_the_reference_answers(harness, stored) -> None:
    stored.rename(stored.parent / "reference")
    out, _ = harness("ask", "one", "--from", "1.4", "--to", "1.5", "--results", stored.parent)
    assert "changes predictions" in out
    shutil.rmtree(stored.parent / "reference")
    _, err = harness("ask", "one", "--from", "1.4", "--to", "1.5", "--results", stored.parent, code=2)
    assert "`persistence-matrix run` makes one" in err


def test_a_release_is_told_in_short_as_text_to_paste_or_as_data(harness, stored) -> None:
    told = analysis.read_run(stored).environments
    told["packages"] = [json.dumps({"scikit-learn": version}) for version in told.sklearn]
    told.to_parquet(stored / "environments.parquet")
    out, _ = harness("release", "1.5", "--run", stored)
    assert out.lstrip().startswith("≠ scikit-learn 1.5.2: changes predictions of 1 of ")
    assert harness("release", "1.5", "--run", stored, "--markdown")[0].startswith(
        "# Stored models and scikit-learn 1.5"
    )
    assert harness("release", "1.5", "--run", stored, "--rst")[0].splitlines()[1].startswith("-----")
    assert "give one of them" in harness("release", "1.5", "--rst", "--json", code=2)[1]
    data, _ = harness("release", "1.5", "--run", stored, "--json")
    assert json.loads(data)["counts"]["drifts"] == 1
    assert "no environment has scikit-learn 1.6" in harness("release", "1.6", "--run", stored, code=2)[1]


def test_whether_a_run_is_sound_is_an_exit_code(harness, stored, plan, tmp_path) -> None:
    assert "complete, with every environment" in harness("verify", stored)[0]
    cut = tables_of(plan, tmp_path / "cut", cells=[], environments=("old",)).path
    assert "1 of 2 environments are missing: new" in harness("verify", cut, code=1)[1]


def test_the_word_check_points_at_verify(harness, stored) -> None:
    _, err = harness("check", stored, code=2)
    assert f"{stored} is a run: `verify {stored}` tells" in " ".join(err.split())


QUESTION = ("ask", "one", "--from", "1.4", "--to", "1.5", "--run")


def started(*words: object, stdout=subprocess.PIPE, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness", *map(str, words)]
    held = {**os.environ, **variables}
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=held, cwd=ROOT, check=False)


@pytest.mark.parametrize("words", [("--version",), QUESTION, ("verify",)])
def test_a_reader_that_has_had_enough_is_no_crossed_gate(stored, words) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = started(*words, *([stored] if len(words) != 1 or words[0] == "verify" else []), stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_of_few_characters_gets_escapes(stored) -> None:
    done = started(*QUESTION, stored, PYTHONIOENCODING="ascii", COLUMNS="40")
    assert (done.returncode, done.stderr) == (0, "")
    assert "!= one 1.4 -> 1.5: changes predictions" in done.stdout


@pytest.mark.parametrize("name", ["a" * 5000, "/etc/passwd", "/dev/null/x"])
def test_a_path_that_no_file_has_is_wrong_input(harness, tmp_path, name) -> None:
    (tmp_path / "round").symlink_to("round")
    for words in (("verify", name), ("ask", "one", "--from", "1.4", "--to", "1.5", "--run", name)):
        assert "Traceback" not in harness(*words, "--results", tmp_path, code=2)[1]
    for folder in (name, tmp_path / "round"):
        assert "Traceback" not in harness("verify", "--results", folder, code=2)[1]


def test_a_run_that_is_damaged_is_wrong_input(harness, stored) -> None:
    (stored / "cells.parquet").write_bytes(b"PAR1")
    for words in (("verify", stored), ("report", stored, "--json"), ("export", stored)):
        assert "cells.parquet: cannot be read" in harness(*words, code=2)[1]


def test_the_version_is_told(harness) -> None:
    import harness as package

    assert harness("--version")[0] == f"persistence-matrix {package.__version__}\n"


def test_what_was_forgiven_is_said(harness, plan, tmp_path) -> None:
    lost = [row for row in all_cells(plan) if "new" not in row["cell_id"]]
    cut = tables_of(plan, tmp_path / "cut", cells=lost, environments=("old",)).path
    out, _ = harness("verify", cut, "--may-fail", "ne*")
    assert out == f"{cut.name}: sound but for what may be missing: new\n"


def test_a_run_is_begun_and_split_and_what_is_there_of_it_is_merged(harness, tmp_path) -> None:
    matrix = tmp_path / "matrix.yaml"
    matrix.write_text(PLAN)
    name = harness("new", "--matrix", matrix, "--results", tmp_path / "begun")[0].strip()
    sessions = [
        {"session": f"{share}({one})", "name": share, "call_spec": {"environment": one}}
        for share in ("dump", "load")
        for one in ("old", "new")
    ]
    listed = tmp_path / "sessions.json"
    listed.write_text(json.dumps(sessions))
    told = json.loads(harness("shards", "--matrix", matrix, "--sessions", listed)[0])
    assert [job["sessions"] for job in told["load"]] == [["load(old)"], ["load(new)"]]
    listed.write_text("nox > no")
    assert "not what `nox -l --json` prints" in harness("shards", "--matrix", matrix, "--sessions", listed, code=2)[1]

    out, _ = harness("merge", tmp_path / "begun", "--matrix", matrix, "--output", tmp_path / "out")
    assert "old: no shard tells of it" in out
    assert f"{name}: not complete" in " ".join(out.split())
    merged = analysis.read_run(tmp_path / "out" / name)
    assert {*merged.cells.status} == {"not-run"}
    header, _ = of_page((merged.path / "report/index.html").read_text())
    assert header["folder"] == name  # the page is that of its place
    told = json.loads(
        harness("merge", tmp_path / "begun", "--matrix", matrix, "--output", tmp_path / "twice", "--json")[0]
    )
    assert (told["complete"], told["silent"]) == (False, ["old", "new"])
    assert (
        "is there already"
        in harness("merge", tmp_path / "begun", "--matrix", matrix, "--output", tmp_path / "out", code=2)[1]
    )


def test_a_merge_with_damaged_objects_writes_and_ends_with_exit_code_1(harness, tmp_path) -> None:
    matrix = tmp_path / "matrix.yaml"
    matrix.write_text(PLAN)
    name = harness("new", "--matrix", matrix, "--results", tmp_path / "begun")[0].strip()
    folder = store.RunFolder.reopen(tmp_path / "begun" / name)
    folder.object_path(folder.keep_object(b"model")).write_bytes(b"Model")
    folder.close()
    for words in ((), ("--json",)):
        output = tmp_path / f"out{len(words)}"
        out, err = harness("merge", tmp_path / "begun", "--matrix", matrix, "--output", output, *words, code=1)
        assert "1 of its objects left out, whose bytes are not those that were stored" in err
        assert name in out
        assert (output / name / "cells.parquet").exists()


@pytest.mark.parametrize(
    "text",
    [
        b"{}", b"7", b"[7]", b'[{"name": "load"}]', b"\xff", b"[" * 100_000,
        b'[{"name": "load", "session": "load(old)", "call_spec": {"environment": ["old"]}}]',
        b'[{"name": ["load"], "session": "load(old)", "call_spec": {"environment": "old"}}]',
    ],
    ids=range(8),
)  # fmt: skip
def test_sessions_that_nox_does_not_print_are_refused(harness, tmp_path, text) -> None:
    listed = tmp_path / "sessions.json"
    listed.write_bytes(text)
    assert "not what `nox -l --json` prints" in harness("shards", "--sessions", listed, code=2)[1]
    assert "not what `nox -l --json` prints" in harness("shards", "--sessions", tmp_path / "none", code=2)[1]


@pytest.mark.parametrize("name", ["sklearn", "scikit-learn"])
def test_scikit_learn_may_be_called_as_it_is_imported(harness, stored, name) -> None:
    words = ("--results", stored.parent, "--json")
    plain = harness("ask", "one", "--from", "1.4", "--to", "1.5", *words)
    assert harness("ask", "one", "--from", f"{name}=1.4", "--to", f"{name}=1.5", *words) == plain
    assert "changes predictions" in plain[0]


def test_a_package_that_no_environment_has_is_wrong_input(harness, stored) -> None:
    words = ("ask", "one", "--from", "scikitlearn=1.4", "--to", "1.5", "--results", stored.parent)
    _, err = harness(*words, code=2)
    assert 'no package "scikitlearn"; perhaps "scikit-learn"; the environments have scikit-learn' in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name a release, such as 1.9, or give --wheel FILE"),
        (("1.5", "--wheel", "x.whl"), "name a release, such as 1.9, or give --wheel FILE"),
        (("1.5", "--all"), "--all belongs to --wheel FILE"),
        (("--wheel", "x.whl", "--package", "numpy"), "--wheel takes neither --package nor --run"),
        (("--wheel", "model.pkl"), "this is no wheel"),
        (("1.5", "--fail-on", "chages"), 'perhaps "changes"'),
    ],
)
def test_what_a_release_cannot_be_asked_is_told(harness, words, message) -> None:
    assert message in " ".join(harness("release", *words, code=2)[1].split())


def test_a_gate_ends_a_release_with_one(harness, stored) -> None:
    told = analysis.read_run(stored).environments
    told["packages"] = [json.dumps({"scikit-learn": version}) for version in told.sklearn]
    told.to_parquet(stored / "environments.parquet")
    out, err = harness("release", "1.5", "--run", stored, "--fail-on", "changes", code=1)
    assert "changes predictions" in out and "--fail-on: changes" in err
    harness("release", "1.5", "--run", stored, "--fail-on", "not-known")


def test_a_dataset_needs_a_folder_and_is_written_whole(harness, stored, tmp_path) -> None:
    words = ("export", stored, "--to", "dataset")
    assert "name a folder, --output FOLDER" in harness(*words, code=2)[1]
    assert "--since belongs to --to dataset" in harness("export", stored, "--since", "old.json", code=2)[1]
    assert "is no dataset" in harness(*words, "--output", tmp_path, "--since", tmp_path / "none.json", code=2)[1]
    folder = tmp_path / "data"
    out, _ = harness(*words, "--output", folder)
    assert "statements of" in out
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"dataset.json", "dataset.schema.json", "CHANGELOG.md", "npm/index.js", "pypi/pyproject.toml"} <= there
