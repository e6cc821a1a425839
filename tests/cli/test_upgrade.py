"""`upgrade` as a command: lock files, model files, gates, and what it says when something is wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests/inspection/files"
OLD = "scikit-learn==1.2.2\nnumpy==1.24.2\n"
NEW = '[[package]]\nname = "scikit-learn"\nversion = "1.9.1"\n\n[[package]]\nname = "numpy"\nversion = "2.5.3"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.txt").write_text(OLD)
    (tmp_path / "uv.lock").write_text(NEW)
    models = tmp_path / "models"
    (models / "deep").mkdir(parents=True)
    shutil.copy(FILES / "sk1.2-py3.11-np1.24.column_transformer.joblib", models / "deep/prices.joblib")
    shutil.copy(FILES / "sk1.2-py3.11-np1.24.standard_scaler.skops", models / "scaler.bin")
    (models / "README.md").write_text("Our models\n")
    (models / ".hidden.pkl").write_bytes(b"\x80\x04.")
    return tmp_path


def called(folder: Path, *words: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness", "upgrade", "--results", str(ROOT / "results"), *words]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=variables)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


SIDES = ("--from", "old.txt", "--to", "uv.lock")


def test_two_locks_give_one_answer_in_eighty_columns(folder) -> None:
    lines = called(folder, *SIDES).stdout.splitlines()
    assert lines[1].startswith("≠ scikit-learn 1.2.2 → 1.9.1: ") and " estimators change predictions (" in lines[1]
    assert max(map(len, lines)) <= 80
    order = [
        line.split(":")[0].strip(" ≠✗?○≈✓")
        for line in lines
        if line.startswith(("  ≠", "  ✗", "  ?", "  ○", "  ≈", "  ✓"))
    ]
    assert order == [one for one in
                     ("changes predictions", "breaks", "not known", "no difference seen", "safe (within tolerance)", "safe")
                     if one in order]  # fmt: skip
    assert lines[-2].strip().endswith("check FILE --to uv.lock")


def test_files_are_found_in_folders_and_judged_first(folder) -> None:
    told = called(folder, *SIDES, "models").stdout
    lines = told.splitlines()
    assert lines[1] == "≠ scikit-learn 1.2.2 → 1.9.1: 1 of 2 files changes predictions"
    assert "left out  models/README.md: no model files" in told
    assert told.index("models/deep/prices.joblib") < told.index("estimators")
    assert "AdaBoostClassifier" not in told, "the estimators are one line below files"
    (overall,) = [line for line in " ".join(told.split()).split("overall")[1:]]
    assert re.match(r" \d+ change, .*; of \d+ estimators; --verbose lists them", overall)
    assert "why" in told.partition("overall")[0], "why a file breaks or changes"
    data = json.loads(called(folder, *SIDES, "models", "--json").stdout)
    verdicts = {one["path"]: one["verdict"] for one in data["files"]}
    assert verdicts == {"models/deep/prices.joblib": "changes predictions", "models/scaler.bin": "no difference seen"}
    assert data["verdict"] == "changes predictions" and data["sentence"] in lines[1]
    assert {"changes predictions", "breaks", "safe"} >= {one["verdict"] for one in data["estimators"]} - {
        "not known", "no difference seen", "safe (within tolerance)",
    }  # fmt: skip


def test_gates_judge_the_files_where_there_are_any(folder) -> None:
    assert "--fail-on: changes" in called(folder, *SIDES, "--fail-on", "changes", code=1).stderr
    called(folder, *SIDES, "models/scaler.bin", "--fail-on", "changes,breaks,not-known")
    called(folder, *SIDES, "models/scaler.bin", "--fail-on", "not-seen", code=1)
    called(folder, *SIDES, "models", "--fail-on", "breaks", code=1)


def test_a_damaged_file_is_not_known_beside_others_and_wrong_alone(folder) -> None:
    whole = (FILES / "sk1.2-py3.11-np1.24.standard_scaler.pickle").read_bytes()
    (folder / "models/broken.pkl").write_bytes(whole[:-9])
    told = called(folder, *SIDES, "models", "--json", "--fail-on", "not-known", code=1).stdout
    (broken,) = [one for one in json.loads(told)["files"] if one["path"] == "models/broken.pkl"]
    assert broken["verdict"] == "not known" and broken["sentence"].startswith("not known: damaged")
    assert "models/broken.pkl: damaged" in called(folder, *SIDES, "models/broken.pkl", code=2).stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "none.txt", "--to", "1.9"), "none.txt: there is no such file"),
        (("--from", "old.txt", "--to", "latest"), '--to "latest" is none of these: a lock file'),
        (("--from", "numpy=1.26", "--to", "1.9"), "it pins no scikit-learn; a line such as"),
        (("--from", "models/README.md", "--to", "1.9"), "is in no lock file; what can be read is"),
        ((*SIDES, "models/none"), "models/none: there is no such file or folder"),
        ((*SIDES, "models/README.md"), "it is no model file that is known here"),
        ((*SIDES, "--format", "jobilb"), 'perhaps "joblib"'),
        ((*SIDES, "--fail-on", "change"), 'perhaps "changes"'),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(folder, words, told) -> None:
    assert told in called(folder, *words, code=2).stderr


def test_names_of_files_act_neither_on_the_terminal_nor_in_a_shell(folder) -> None:
    shutil.copy(FILES / "sk1.2-py3.11-np1.24.standard_scaler.skops", folder / "models/a\x1b[2J[red] $(id)\u061c.pkl")
    (folder / "models/loop").symlink_to(".")
    shutil.move(folder / "uv.lock", folder / "new; id.lock")
    told = called(folder, "--from", "old.txt", "--to", "new; id.lock", "models/a\x1b[2J[red] $(id)\u061c.pkl").stdout
    assert not {"\x1b", "\u061c"} & set(told)
    assert r"models/a\x1b[2J[red] $(id)\u061c.pkl: no difference seen" in told
    assert r"check 'models/a\x1b[2J[red] $(id)\u061c.pkl' --to 'new; id.lock'" in " ".join(told.split())


def test_a_lock_without_numpy_is_named_and_one_of_several_cases_is_no_pin(folder) -> None:
    (folder / "bare.txt").write_text("scikit-learn==1.9.1\n")
    told = " ".join(called(folder, "--from", "old.txt", "--to", "bare.txt").stdout.split())
    assert "not told bare.txt without a version of NumPy, so every one that was tried counts" in told
    assert "not told" not in called(folder, *SIDES).stdout
    (folder / "cases.txt").write_text(
        "scikit-learn==1.9.1 ; python_version < '3.9'\nscikit-learn ; python_version >= '3.9'\n"
    )
    error = called(folder, "--from", "old.txt", "--to", "cases.txt", code=2).stderr
    assert "cases.txt: it names scikit-learn without one version; a line such as" in error


def test_an_image_needs_an_engine_and_says_so(folder) -> None:
    told = called(folder, "--from", "image:serving", "--to", "1.9", code=3, PATH="/nonexistent").stderr
    assert "--from image:serving: there is neither Docker nor Podman" in told


def test_a_terminal_without_our_signs_and_a_reader_that_stops(folder) -> None:
    told = called(folder, *SIDES, "models", PYTHONIOENCODING="ascii").stdout
    assert told.isascii() and told.splitlines()[1].startswith("!= scikit-learn 1.2.2 -> 1.9.1: ")
    command = f"{sys.executable} -m harness upgrade --results {ROOT}/results {' '.join(SIDES)} | head -2; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.splitlines()[-1] == "0" and "Traceback" not in done.stderr


def test_files_show_more_when_it_is_asked_for(folder) -> None:
    long = called(folder, *SIDES, "models", "--verbose", "--how").stdout
    assert "AdaBoostClassifier: " in long and "overall" not in long
    short = called(folder, *SIDES, "models", "--how").stdout
    assert "--only" in short.partition("overall")[0], "the command that repeats the worst cell of a file"


def test_more_is_shown_when_it_is_asked_for(folder) -> None:
    short, long = called(folder, *SIDES).stdout, called(folder, *SIDES, "--verbose", "--how").stdout
    assert "--verbose names them" in short
    assert "AdaBoostClassifier: " in long and "--verbose" not in long
    assert "--only" in long, "the command that repeats a cell"
