"""Environments that are there, for real: a virtual environment and a container image as targets, and in a matrix."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.environments import container_engine, roots
from harness.machine import interpreters, tools

from tests.conftest import python_of
from tests.live.conftest import OLD, ROOT, Bench, statuses
from tests.live.test_check import WRITE

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here"),
]

PACKAGES = ("scikit-learn==1.5.2", "numpy==2.1.3", "scipy==1.14.1", "pandas==2.2.3")
IMAGE = "persistence-matrix-tests:serving"


def uv(*words: str | Path) -> None:
    subprocess.run([tools.uv(), *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def written(undisturbed: Bench, workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    subprocess.run([python_of(workspace, OLD), "-c", WRITE, str(folder), str(folder / "canary")], check=True)
    return folder


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own virtual environment, in a folder with what is nobody else's business."""
    python = interpreters.find("3.11")
    if python is None:
        pytest.skip(interpreters.missing("3.11"))
    place = tmp_path_factory.mktemp("project") / ".venv"
    uv("venv", "--quiet", "--python", python, place)
    uv("pip", "install", "--quiet", "--python", place / "bin/python", *PACKAGES)
    return place


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One with the same packages, made of the same root as the project's own containers, without a registry."""
    if (why := container_engine.missing()) is not None:
        pytest.skip(why)
    recipe = roots.recipe("bookworm", tools.native_platform())
    if roots.missing(recipe) or os.geteuid() != 0:
        pytest.skip("the root of the image cannot be made here")
    base = container_engine.of_root(roots.made(recipe), tools.native_platform())
    folder = tmp_path_factory.mktemp("image")
    target = ("--target", folder / "packages", "--python-version", "3.11", "--only-binary", ":all:")
    uv("pip", "install", "--quiet", *target, *PACKAGES)
    (folder / "Dockerfile").write_text(f"FROM {base}\nCOPY packages {roots.site('3.11')}\n")
    held = {**os.environ, "DOCKER_BUILDKIT": "0"}
    command = [str(container_engine.program()), "build", "--quiet", "--tag", IMAGE, str(folder)]
    subprocess.run(command, check=True, capture_output=True, env=held)
    yield f"image:{IMAGE}"
    container_engine.ask("image", "rm", "--force", IMAGE)


@pytest.fixture
def check(workspace: Path, tmp_path: Path):
    def run(file: Path, *words: str, cwd: Path = ROOT) -> tuple[int, dict]:
        command = [sys.executable, "-m", "harness", "check", str(file), "--json", "--results", str(tmp_path), *words]
        held = {**os.environ, "NOXENVDIR": str(workspace), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=held, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {"told": done.stderr}

    return run


def state(place: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in place.rglob("*")}


@pytest.mark.parametrize(("file", "verdict"), [("spam.bin", "changes predictions"), ("forest.pkl", "breaks")])
def test_a_virtual_environment_answers_as_it_is_and_is_left_as_it_was(check, written, venv, file, verdict) -> None:
    before = state(venv)
    code, told = check(written / file, "--to", ".venv", cwd=venv.parent)
    assert code == 0 and told["sentence"] == f"{verdict} in .venv", told
    (target,) = told["targets"]
    assert (target["scikit_learn"], target["numpy"], target["python"][:5]) == ("1.5.2", "2.1.3", "3.11.")
    assert target["called"] == ".venv"
    assert state(venv) == before


def test_bubblewrap_and_a_container_give_the_same_answer(check, written, venv, image) -> None:
    for file in ("spam.bin", "forest.pkl", "ridge.joblib"):
        _, inside = check(written / file, "--to", str(venv))
        code, contained = check(written / file, "--to", image)
        assert code == 0, contained
        for told in (inside, contained):
            (target,) = told["targets"]
            for name in ("name", "called", "python"):  # 3.11 of different builds
                del target[name]
        assert contained["targets"] == inside["targets"], file
        assert (contained["verdict"], contained["safe_range"]) == (inside["verdict"], inside["safe_range"])
        assert contained["compared"] == inside["compared"]


def test_a_hostile_file_leaves_no_trace_in_either(check, written, venv, image) -> None:
    before = state(venv)
    for target in (str(venv), image):
        code, told = check(written / "hostile.pkl", "--to", target)
        assert code == 0 and told["targets"], told
    assert not (written / "canary").exists() and state(venv) == before


def test_what_is_not_there_is_refused_with_its_exit_code(check, written, tmp_path, image) -> None:
    broken = tmp_path / "broken"
    (broken / "bin").mkdir(parents=True)
    (broken / "bin/python").symlink_to("/gone/python3.12")
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho no\n")
    program.chmod(0o755)
    for target, expected, told in (
        (str(broken), 2, "leads to a Python that is gone"),
        (str(tmp_path / "nowhere"), 2, "is none of these"),
        (str(bare), 2, "there is no scikit-learn in it"),
        (str(program), 3, "is no Python that tells what it holds"),
        ("image:nowhere:1", 3, "`docker pull nowhere:1`"),
    ):
        code, found = check(written / "ridge.joblib", "--to", target)
        assert code == expected and told in found["told"], (target, code, found)


def test_in_a_matrix_it_loads_and_saves_and_a_package_that_changes_is_noticed(bench) -> None:
    python = interpreters.find("3.12")
    if python is None:
        pytest.skip(interpreters.missing("3.12"))
    place = bench.folder / ".venv"  # beside the matrix, which names it so
    uv("venv", "--quiet", "--python", python, place)
    uv(
        "pip",
        "install",
        "--quiet",
        "--python",
        place / "bin/python",
        "scikit-learn==1.5.2",
        "numpy==2.1.3",
        "six==1.16.0",
    )
    bench.write(
        include='\n    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: new}\n'
        '    - {scikit-learn: "1.5", name: mine, kind: interpreter, path: .venv}\n',
        cases="[logistic_regression]",
        formats="[pickle]",
    )
    bench.run()
    first = bench.tables()
    assert set(statuses(first).values()) == {"ok"} and len(first.cells) == 4
    row = first.environments.set_index("environment").loc["mine"]
    assert (row.kind, row.how_built.partition(",")[0]) == ("interpreter", f"CPython {row.python} that was there")
    assert not list(place.rglob("__pycache__"))
    uv("pip", "install", "--quiet", "--python", place / "bin/python", "six==1.17.0")
    bench.run("--locks", str(bench.newest()), code=0)
    again = bench.tables().environments.set_index("environment").loc["mine"]
    assert again.status == "not-run" and "six 1.17.0 instead of 1.16.0" in again.reason
    bench.run()
    now = bench.tables().environments.set_index("environment").loc["mine"]
    assert now.status == "ok" and now.lock_sha256 != row.lock_sha256
