"""The packages with the dataset are built and read back by the programs that people use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness.analysis.dataset import Statement
from harness.machine import tools
from harness.report.dataset import folding, packages

from tests.report.dataset.test_folding import BAD, GOOD, UNEXPLAINED, edition

TOLD = [
    Statement("Ridge", "", "", "1.2", "1.9", BAD),
    Statement("Ridge", "", "", "1.2", "1.2", GOOD),
    Statement("Ridge", "solver=svd", "pickle", "1.9", "1.9", UNEXPLAINED),
]
ROWS = [
    {"estimator": one.estimator, "setting": one.setting, "format": one.format, "from": one.saved, "to": one.loaded}
    | one.told._asdict()
    for one in TOLD
]
#: As JSON, so that null stands for what was not tried.
ASKED = [ROWS[0], None, None, None]


def ran(words, folder, **variables: str) -> str:
    held = {**os.environ, **variables}
    done = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, text=True, check=False, env=held)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ordered(rows):
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


@pytest.fixture
def folder(tmp_path) -> Path:
    made = edition(TOLD)
    files = {
        "dataset.json": json.dumps(made),
        packages.SCHEMA: packages.template(packages.SCHEMA),
        "CHANGELOG.md": "# Changes\n",
    }
    packages.write(tmp_path, made, files)
    assert ordered(one._asdict()["estimator"] for one in folding.unfolded(made)) == ["Ridge"] * 3
    return tmp_path


PYTHON = """
import json, persistence_matrix_data as data
asked = [data.ask("Ridge", saved="1.2", loaded="1.9"), data.ask("Ridge", saved="1.9", loaded="1.2"),
         data.ask("Nobody", saved="1.2", loaded="1.9"), data.ask("Ridge", saved="7.0", loaded="1.9")]
print(json.dumps([list(data.statements()), asked]))
"""


def test_the_module_gives_every_statement_and_none_for_what_was_not_tried(folder) -> None:
    told, asked = json.loads(ran([sys.executable, "-c", PYTHON], folder, PYTHONPATH=str(folder / "pypi/src")))
    assert (ordered(told), asked) == (ordered(ROWS), ASKED)


@pytest.mark.live
def test_the_python_package_is_built_and_read_back(folder) -> None:
    ran([tools.uv(), "build", "--quiet", "--wheel", folder / "pypi", "--out-dir", folder / "built"], folder)
    (wheel,) = (folder / "built").glob("*.whl")
    assert wheel.name == "persistence_matrix_data-2026.1130.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as held:
        held.extractall(folder / "there")
    told, asked = json.loads(ran([sys.executable, "-c", PYTHON], folder, PYTHONPATH=str(folder / "there")))
    assert (ordered(told), asked) == (ordered(ROWS), ASKED)
    assert (folder / "there/persistence_matrix_data" / packages.SCHEMA).is_file()


NODE = """
const { statements, ask } = require("persistence-matrix-data");
const asked = [ask("Ridge", { from: "1.2", to: "1.9" }), ask("Ridge", { from: "1.9", to: "1.2" }),
  ask("constructor", { from: "1.2", to: "1.9" }), ask("Ridge", { from: "7.0", to: "1.9" })];
console.log(JSON.stringify([[...statements()], asked]));
"""


@pytest.mark.skipif(shutil.which("npm") is None or shutil.which("node") is None, reason="there is no npm here")
def test_the_npm_package_is_packed_and_read_back(folder) -> None:
    variables = {"npm_config_cache": str(folder / "cache"), "npm_config_offline": "true"}
    packed = ran(["npm", "pack", "--silent", folder / "npm"], folder, **variables).strip()
    assert packed == "persistence-matrix-data-2026.1130.0.tgz"
    place = folder / "node_modules/persistence-matrix-data"
    place.mkdir(parents=True)
    ran(["tar", "-xzf", folder / packed, "--strip-components=1", "-C", place], folder)
    assert {path.name for path in place.iterdir()} >= {"index.js", "dataset.json", packages.SCHEMA, "README.md"}
    told, asked = json.loads(ran(["node", "-e", NODE], folder))
    assert (ordered(told), asked) == (ordered(ROWS), ASKED)
