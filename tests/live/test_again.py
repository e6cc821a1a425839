"""The commands that are printed are carried out, each kind of them, in the folder in which they are read."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.report import rerun_command
from harness.store import read_run

from tests.live.conftest import BOTH, NEW, OLD, ROOT, Bench

CELL = f"{OLD}/standard_scaler/pickle>{NEW}/pickle"


def carried_out(command: str, folder: Path, bench: Bench) -> Path:
    """Start a printed command in a folder, in a shell; return the run that it made."""
    (bench.folder / "bin").mkdir(exist_ok=True)
    python = bench.folder / "bin" / "python"
    if not python.exists():  # whatever `python` is on this machine, the reader's has the project's packages
        python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        python.chmod(0o755)
    variables = {**bench.variables, "PATH": f"{python.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    shown = next(line for line in reversed(done.stdout.splitlines()) if line.startswith("open "))
    return (folder / shown.removeprefix("open ")).resolve().parent.parent


def asked(bench: Bench, folder: Path, *words: str) -> str:
    """The command that `ask` prints in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "ask", *words, "--how"],
        cwd=folder, env={**bench.variables, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return printed(done.stdout)


def printed(text: str) -> str:
    """The command in an answer: the last line that says something."""
    return text.strip().splitlines()[-1].strip()


def was_made_again(made: Path, cell: str) -> None:
    cells = read_run(made).cells.set_index("cell_id")
    assert made.parent.name == "cells"
    assert cells.loc[cell, "status"] in {"ok", "drift"}


@pytest.fixture
def own(bench: Bench) -> Bench:
    """A run of a user's own matrix with a case file, in a folder whose name has a space."""
    bench.folder = bench.folder / "my project"
    bench.folder.mkdir()
    bench.matrix, bench.results = bench.folder / "own.yaml", bench.folder / "my results"
    (bench.folder / "mine.py").write_text(
        "def case_mine(seed):\n    from sklearn.preprocessing import StandardScaler\n"
        "    return StandardScaler(), [[i, i % 3] for i in range(90)], None, ('transform',)\n"
    )
    bench.write(include=BOTH, cases='["family:mine"]', formats="[pickle]", files="[mine.py]")
    bench.run()
    return bench


def test_what_ask_prints_works_in_whatever_folder_it_is_read(own: Bench, tmp_path: Path) -> None:
    words = ("mine", "--from", "1.2", "--to", "1.5", "--results", str(own.results))
    for folder in (own.folder, tmp_path, ROOT):
        made = carried_out(asked(own, folder, *words), folder, own)
        was_made_again(made, f"{OLD}/mine/pickle>{NEW}/pickle")
        assert made.parent.parent == own.results


@pytest.mark.nightly
def test_what_the_page_shows_works_in_a_checkout(own: Bench, reader) -> None:
    cell = f"{OLD}/mine/pickle>{NEW}/pickle"
    page = reader.open(own.newest() / "report" / "index.html", f"#/cell?id={cell}")
    made = carried_out(page.locator("#again").inner_text() + f" --results '{own.results}'", ROOT, own)
    was_made_again(made, cell)


def test_a_run_whose_matrix_has_changed_since_gives_its_packages(own: Bench, tmp_path: Path) -> None:
    command = rerun_command.command(
        {**read_run(own.newest()).run, "matrix": str(own.matrix)}, own.newest(), f"{OLD}/mine/pickle>{NEW}/pickle"
    )
    own.matrix.write_text(own.matrix.read_text() + "    limits: {seconds: 29}\n")
    made = carried_out(command, Path.cwd(), own)
    was_made_again(made, f"{OLD}/mine/pickle>{NEW}/pickle")
    locks = [(folder / "locks" / f"{OLD}.txt").read_text() for folder in (own.newest(), made)]
    assert locks[0] == locks[1]


@pytest.mark.nightly
@pytest.mark.timeout(900)  # another checkout builds its environments anew
def test_a_checkout_that_is_not_installed_prints_what_works_in_it(bench: Bench) -> None:
    copy = bench.folder / "a checkout"
    for name in ("harness", "matrix.yaml", "noxfile.py", "pyproject.toml"):
        source = ROOT / name
        shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy)
    bench.matrix, bench.results = copy / "small.yaml", copy / "results"
    bench.write(cases="[standard_scaler]", formats="[pickle]")
    variables = {**bench.variables, "PYTHONPATH": ""}
    run = [sys.executable, "-m", "harness"]
    subprocess.run([*run, "run", "--matrix", "small.yaml"], cwd=copy, env=variables, check=True, capture_output=True)
    done = subprocess.run(
        [*run, "ask", "standard_scaler", "--from", "1.2", "--to", "1.5", "--how"],
        cwd=copy, env=variables, check=True, capture_output=True, text=True,
    )  # fmt: skip
    command = printed(done.stdout)
    assert "--matrix small.yaml --locks results/" in command
    bench.variables = variables
    was_made_again(carried_out(command.replace("python ", f"PYTHONPATH= {sys.executable} ", 1), copy, bench), CELL)
