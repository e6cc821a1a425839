"""`inspect` on files that real packages ship, and on what the environments of this checkout write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.inspection import inspect
from harness.machine import tools

from tests.conftest import python_of
from tests.live.conftest import NEW, OLD
from tests.live.corpus import read

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> Path:
    """The models in two wheels of PyPI. EukRep is under the MIT licence, yasa under BSD-3-Clause; nothing is kept."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [tools.uv(), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target", folder]
    subprocess.run([*command, "--python", sys.executable, "EukRep==0.6.7", "yasa==0.8.1"], check=True)
    return folder


def test_the_models_of_eukrep_are_of_two_old_releases(wheels) -> None:
    files = sorted(wheels.glob("EukRep/models/*.pickle"))
    assert len(files) == 17
    releases = set()
    for path in files:
        found = inspect(path)
        assert found.trouble is None
        assert [one.class_name for one in found.estimators] == ["LinearSVC"]
        assert {one.version for one in found.evidence if one.package == "numpy"} == {"1.x"}
        assert {call.name for call in found.calls.outside} == {"sklearn.svm.classes.LinearSVC"}
        releases |= set(found.sklearn_versions)
    assert {release[:4] for release in releases} == {"0.18", "0.19"}


def test_the_models_of_yasa_are_lightgbm_with_a_label_encoder(wheels) -> None:
    files = sorted(wheels.glob("yasa/classifiers/*.joblib"))
    assert len(files) == 8
    for path in files:
        found = inspect(path)
        assert (found.trouble, found.wrapping) == (None, ("zlib",))
        assert [one.class_name for one in found.estimators] == ["LGBMClassifier", "LabelEncoder"]
        assert found.sklearn_versions == ("0.24.2",)
        assert "lightgbm" in {need.package for need in found.needs}


def test_every_artifact_of_a_run_is_read_to_its_end(undisturbed) -> None:
    tables = undisturbed.tables()
    releases = dict(zip(tables.environments["environment"], tables.environments["sklearn"], strict=True))
    written = tables.artifacts[tables.artifacts["status"] == "ok"]
    assert len(written)
    for producer, digest in zip(written["producer"], written["sha256"], strict=True):
        found = inspect(tables.path / "objects" / digest[:2] / digest)
        assert found.trouble is None
        assert found.sklearn_versions == (releases[producer],)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", [OLD, NEW])
def test_every_estimator_in_every_form_is_read_and_named(undisturbed, workspace, tmp_path, name) -> None:
    folder = tmp_path / "files"
    truth = read.write(python_of(workspace, name), folder)
    told = {file: list(read.wrong(inspect(folder / file), file, truth)) for file in truth["files"]}
    assert len(told) > 1500 and {file: wrong for file, wrong in told.items() if wrong} == {}
