"""What the project's own files say of each other."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer.main
from ruamel.yaml import YAML

from harness.config.matrix import load_matrix

ROOT = Path(__file__).parent.parent


def script_metadata(text):
    block = re.search(r"^# /// script\n(.*?)^# ///$", text, re.MULTILINE | re.DOTALL).group(1)
    return tomllib.loads("".join(line.removeprefix("#").removeprefix(" ") for line in block.splitlines(keepends=True)))


def test_noxfile_carries_the_projects_dependencies():
    script = script_metadata((ROOT / "noxfile.py").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    everything = [*project["dependencies"], *extras["run"], *extras["site"]]
    assert script["dependencies"] == [one for one in everything if not one.startswith(project["name"])]
    assert script["requires-python"] == project["requires-python"]


def test_glossary_defines_every_word_of_the_contract():
    import harness

    for word in "environment producer consumer case format reader artifact cell outcome run profile cause meaning verdict".split():
        assert re.search(rf"\b{word}\b[: ]+(a|the|one|what) ", harness.__doc__), word


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "matrix.yaml", "noxfile.py", "CHANGELOG.md", "results/reference/SUMMARY.md"],
)
def test_no_path_of_a_machine_is_written_down(name):
    assert not re.search(r"(?<![\w.])/(root|home|work|tmp)/", (ROOT / name).read_text())


def test_whoever_cites_it_names_the_version_that_there_is():
    import harness

    cited = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text())
    assert cited["version"] == harness.__version__
    assert {"cff-version", "message", "title", "authors", "license"} <= set(cited)


def test_readme_names_only_verbs_and_sessions_that_are():
    readme = (ROOT / "README.md").read_text()
    from harness.cli import app

    verbs = set(typer.main.get_command(app).commands)
    assert set(re.findall(r"python -m harness (\w+)", readme)) <= verbs
    noxfile = (ROOT / "noxfile.py").read_text()
    for session in set(re.findall(r"nox -s \"?(\w+)", readme)):
        assert f"def {session}(" in noxfile, session


def test_a_ci_matrix_finds_a_dump_and_a_load_session_for_each_environment():
    listed = subprocess.run(
        [sys.executable, "-m", "nox", "-l", "--json"], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "NOX_SCRIPT_MODE": "none"},
    ).stdout  # fmt: skip
    sessions = [entry["session"] for entry in json.loads(listed)]
    names = [e.name for e in load_matrix(ROOT / "matrix.yaml").environments(satisfiable=lambda _: True)]
    assert len(names) >= 12
    for name in names:
        assert {f"dump({name})", f"load({name})", f"environment-{name}"} <= set(sessions)
    assert {"matrix", "tests", "lint", "bench"} <= set(sessions)
