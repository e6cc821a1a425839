"""The wheel, as whoever installs it has it: built, installed into a bare environment, used from an empty folder."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from harness.cli import extras
from harness.machine import tools
from tests.test_imports import HOST_FILES, imported

import ast

ROOT = Path(__file__).parents[1]
MOST_INSTALLED = 25 * 10**6
ASK = ("ask", "RandomForestClassifier", "--from", "1.3", "--to", "1.9")
MODULES = {"vl-convert-python": "vl_convert", "pytest-benchmark": "pytest_benchmark", "ruamel.yaml": "ruamel"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from the files of the project."""
    out = tmp_path_factory.mktemp("dist")
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # setuptools would put files of before into it
    subprocess.run(
        [tools.uv(), "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", out, ROOT], check=True
    )
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def bare(wheel, tmp_path_factory) -> Path:
    """An environment with the wheel and what it needs."""
    place = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([tools.uv(), "venv", "--quiet", "--python", sys.executable, place], check=True)
    subprocess.run([tools.uv(), "pip", "install", "--quiet", "--python", place / "bin/python", wheel], check=True)
    return place


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


def clean(kept: Path, **given: str) -> dict[str, str]:
    own = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "HARNESS_MATRIX", "NOXENVDIR"}
    }
    return {**own, "XDG_CACHE_HOME": str(kept), "COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1", **given}


def call(place: Path, kept: Path, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    program = [place / "bin/persistence-matrix", *map(str, words)]
    return subprocess.run(program, cwd=folder, env=clean(kept), capture_output=True, text=True)


def without_installing(tool: list[object], kept: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    cache = os.environ.get("UV_CACHE_DIR", os.path.expanduser("~/.cache/uv"))
    variables = clean(kept, UV_TOOL_DIR=str(kept / "tools"), UV_CACHE_DIR=cache)
    command = [*map(str, tool), "persistence-matrix", *words]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.live
def test_it_is_small(bare, wheel) -> None:
    assert size(next(bare.glob("lib/python*/site-packages"))) <= MOST_INSTALLED
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.getinfo("harness/analysis/ask/reference.xz").file_size <= 500_000
        assert archive.read("harness/matrix.yaml") == (ROOT / "matrix.yaml").read_bytes()
    assert "harness/noxfile.py" in names
    assert not any(name.startswith(("tests/", "results/")) for name in names)


@pytest.mark.live
def test_a_question_is_answered_as_the_checkout_answers_it(bare, kept, tmp_path) -> None:
    done = call(bare, kept, tmp_path, *ASK, "--json")
    assert done.returncode == 0, done.stderr
    first = done.stderr.splitlines()[0]
    assert re.fullmatch(r"evidence: the reference of this program, \d{4}-\d\d-\d\d, harness [\d.]+", first)
    here = subprocess.run(
        [sys.executable, "-m", "harness", *ASK, "--json"], cwd=ROOT, check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert without_commands(json.loads(done.stdout)) == without_commands(json.loads(here.stdout))
    assert not list(tmp_path.iterdir())
    assert list(kept.glob("persistence-matrix/reference/*/*.sqlite"))


@pytest.mark.live
def test_two_locks_and_a_folder_of_models_are_judged(bare, kept, tmp_path) -> None:
    (tmp_path / "old.yml").write_text("dependencies:\n  - scikit-learn=1.2.2\n  - numpy=1.24.2\n")
    (tmp_path / "pylock.toml").write_text(
        'lock-version = "1.0"\n[[packages]]\nname = "scikit-learn"\nversion = "1.9.1"\n'
        '[[packages]]\nname = "numpy"\nversion = "2.5.3"\n'
    )
    shutil.copy(
        ROOT / "tests/inspection/files/sk1.2-py3.11-np1.24.column_transformer.joblib", tmp_path / "prices.joblib"
    )
    words = ("upgrade", "--from", "old.yml", "--to", "pylock.toml", "prices.joblib", "--fail-on", "changes")
    done = call(bare, kept, tmp_path, *words)
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[1] == "≠ scikit-learn 1.2.2 → 1.9.1: 1 file changes predictions"
    assert done.stdout.rstrip().endswith("persistence-matrix check prices.joblib --to pylock.toml")
    lacking = call(bare, kept, tmp_path, "upgrade", "--from", "image:serving", "--to", "1.9")
    assert lacking.returncode == 3 and "Traceback" not in lacking.stderr


def without_commands(told):
    """An answer without what is for one machine."""
    if isinstance(told, dict):
        return {name: without_commands(value) for name, value in told.items() if name != "again"}
    if isinstance(told, str):
        return told.replace("python -m harness", "persistence-matrix")
    return [without_commands(one) for one in told] if isinstance(told, list) else told


@pytest.mark.live
def test_what_a_verb_lacks_is_said(bare, kept, tmp_path) -> None:
    for words in (("run",), ("plan",), ("claims",), ("run", "--case", "x.py", "--from", "1.4", "--to", "1.5")):
        done = call(bare, kept, tmp_path, *words)
        assert done.returncode == 3, words
        assert re.search(r'pip install "\S+\.whl\[run\]"', done.stderr)  # it is in no index yet
        assert "Traceback" not in done.stderr


@pytest.mark.live
def test_a_file_is_inspected_and_help_is_given(bare, kept, tmp_path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"threshold": 0.5}))
    done = call(bare, kept, tmp_path, "inspect", "model.pkl")
    assert (done.returncode, "pickle" in done.stdout) == (0, True), done.stderr
    assert "inspect" in call(bare, kept, tmp_path, "--help").stdout
    module = subprocess.run(
        [bare / "bin/python", "-m", "harness", "--version"], cwd=tmp_path, capture_output=True, text=True
    )
    assert module.stdout.startswith("persistence-matrix ")


@pytest.mark.live
def test_a_matrix_is_begun_once(bare, kept, tmp_path) -> None:
    from harness.config.matrix import load_matrix

    assert call(bare, kept, tmp_path, "init").returncode == 0
    written = (tmp_path / "matrix.yaml").read_text()
    profile = load_matrix(tmp_path / "matrix.yaml").profile("default", satisfiable=lambda _: True)
    assert [one.name for one in profile.environments] == ["training", "serving"]
    assert [one.name for one in profile.cases] == ["logistic_regression", "random_forest_classifier"]
    again = call(bare, kept, tmp_path, "init")
    assert (again.returncode, (tmp_path / "matrix.yaml").read_text()) == (2, written)


@pytest.mark.live
def test_it_runs_without_being_installed(wheel, kept, tmp_path) -> None:
    done = without_installing([tools.uv(), "tool", "run", "--from", wheel], kept, tmp_path, *ASK)
    assert done.returncode == 0, done.stderr
    assert "changes predictions" in done.stdout


@pytest.mark.live
@pytest.mark.timeout(900)
def test_a_case_runs_between_two_releases_without_a_matrix(wheel, kept, tmp_path) -> None:
    """With the extra [run] alone, and not installed: a table and a summary, no page, nothing beside the user's files.

    The program lies in uv's cache then, from where uv does not build environments.
    """
    tool = [tools.uv(), "tool", "run", "--quiet", "--python", sys.executable, "--from", f"{wheel}[run]"]
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "prices.csv").write_text("a,b\n" + "".join(f"{n % 7},{n % 5}\n" for n in range(90)))
    (folder / "churn.py").write_text(
        "def case_churn(seed):\n"
        "    from pathlib import Path\n"
        "    import pandas as pd\n"
        "    from sklearn.linear_model import LinearRegression\n"
        "    rows = pd.read_csv(Path(__file__).with_name('prices.csv'))\n"
        "    return LinearRegression(), rows[['a']], rows['b'], ('predict',)\n"
    )
    words = ("run", "--case", "churn.py", "--from", "1.4.2", "--to", "1.5.2", "--data", "prices.csv")
    done = without_installing(tool, kept, folder, *words)
    assert done.returncode == 0, done.stderr
    run = next((folder / "results").glob("*-case-*"))
    assert (run / "SUMMARY.md").is_file()
    assert not (run / "report").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["churn.py", "prices.csv", "results"]
    assert list(kept.glob("persistence-matrix/.harness/environments/sk1.4*"))
    asked = without_installing(tool, kept, folder, "ask", "case:churn", "--from", "1.4", "--to", "1.5")
    assert asked.returncode == 0, asked.stderr
    assert asked.stderr.startswith("evidence: 1 run in results and the reference of this program, ")


def test_every_module_of_others_is_installed_plainly_or_has_its_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def modules(lines):
        return {MODULES.get(name, name) for line in lines if (name := Requirement(line).name) != project["name"]}

    for extra, known in extras.MODULES.items():
        assert modules(project["optional-dependencies"][extra]) == set(known) - {"uv"}  # uv is an extra of nox
    plain = modules(project["dependencies"])
    known = {*plain, *(module for those in extras.MODULES.values() for module in those)}
    # With pydantic; to a script in an environment of its own; by the pytest that loads the plugin.
    given_by_others = {"pydantic_core", "setuptools", "pytest"}
    for path in HOST_FILES:
        if path.parent == ROOT:
            continue
        names = {name.partition(".")[0] for name in imported(path, ast.walk(ast.parse(path.read_text())))}
        foreign = names - set(sys.stdlib_module_names) - {"harness", ""}
        assert foreign <= known | given_by_others, path
