"""The same file, with bubblewrap and with Docker as the sandbox, for root and for an ordinary user: the same answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.environments import container_engine

from tests.conftest import python_of
from tests.live.conftest import OLD, ROOT, Bench
from tests.live.test_check import WRITE
from tests.live.test_ordinary_user import Ordinary

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here"),
]

#: What one machine and user has and another has not.
OWN = {"run"}


@pytest.fixture
def files(bench: Bench, undisturbed: Bench, workspace: Path) -> Path:
    folder = bench.folder / "files"
    folder.mkdir()
    subprocess.run([python_of(workspace, OLD), "-c", WRITE, str(folder), str(bench.folder / "canary")], check=True)
    return folder


def checked(bench: Bench, file: Path, **variables: str) -> dict:
    command = [sys.executable, "-m", "harness", "check", str(file), "--to", "1.5", "--json"]
    held = {**bench.variables, **variables}
    words = [*command, "--results", str(bench.results)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=held, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def alike(told: dict) -> dict:
    return {name: value for name, value in told.items() if name not in OWN}


def without_bubblewrap(folder: Path) -> str:
    """A PATH of all programs but that one."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if program.name != "bwrap" and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    return str(folder)


@pytest.mark.parametrize("name", ["spam.bin", "forest.pkl", "ridge.joblib"])
def test_a_container_in_the_place_of_bubblewrap_gives_the_same_answer(bench, files, tmp_path, name) -> None:
    if (why := container_engine.missing()) is not None:
        pytest.skip(why)
    inside = checked(bench, files / name)
    contained = checked(bench, files / name, PATH=without_bubblewrap(tmp_path / "programs"))
    assert alike(contained) == alike(inside)
    how = bench.tables().environments["how_built"]
    assert set(how.str.contains("in an empty container")) == {True}, "also the writer's"


@pytest.mark.parametrize("name", ["spam.bin", "forest.pkl"])
def test_an_ordinary_user_gets_the_answer_of_root(bench, files, tmp_path, name) -> None:
    as_root = checked(bench, files / name)
    root_ran = bench.newest()
    user = Ordinary(bench, tmp_path / "scratch")
    if not user.is_root:
        pytest.skip("who runs the tests is not root")
    results = bench.folder / "home" / "results"
    told = user.done("check", files / name, "--to", "1.5", "--json", "--results", results).stdout
    assert alike(json.loads(told)) == alike(as_root)
    (ran,) = results.iterdir()
    assert (ran.stat().st_uid, root_ran.stat().st_uid) == (65534, 0)


def test_a_hostile_file_leaves_no_trace_of_a_container(bench, files, tmp_path) -> None:
    if (why := container_engine.missing()) is not None:
        pytest.skip(why)
    told = checked(bench, files / "hostile.pkl", PATH=without_bubblewrap(tmp_path / "programs"))
    assert told["targets"] and not (bench.folder / "canary").exists()
    left = container_engine.ask("ps", "--all", "--quiet", "--filter", "name=persistence-").stdout
    assert not left
