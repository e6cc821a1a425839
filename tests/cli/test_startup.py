"""What commands import: a question and `--help` are answered without what only a run or a report needs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"pandas", "numpy", "scipy", "pyarrow", "altair", "jinja2", "ruamel", "nox", "fsspec", "ruptures"}
PROGRAM = """
import json, sys
sys.argv = ["harness", *json.loads(sys.argv[1])]
from harness.cli import main
try:
    main()
except SystemExit as leave:
    code = leave.code
print(json.dumps({"code": code or 0, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def imported(*words: str) -> set[str]:
    """The top-level modules that a command imports; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(words)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    facts = json.loads(done.stdout.splitlines()[-1])
    assert facts["code"] == 0, done.stderr
    return set(facts["modules"])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A copy of the kept run: what is written beside it is this test's own."""
    folder = tmp_path_factory.mktemp("results")
    shutil.copytree(ROOT / "results/reference", folder / "reference", ignore=shutil.ignore_patterns("ask.sqlite*"))
    return folder


def test_help_and_version_import_nothing_heavy() -> None:
    for words in (["--help"], ["--version"], ["ask", "--help"], ["run", "--help"]):
        assert not imported(*words) & HEAVY, words


def test_a_question_needs_no_pandas_once_it_has_been_asked(results) -> None:
    words = ("ask", "RandomForestClassifier", "--from", "1.2", "--to", "1.5", "--results", str(results))
    assert "pandas" in imported(*words)  # the first makes the index
    assert not imported(*words) & HEAVY
    assert not imported(*words, "--json") & HEAVY
