"""A wheel of scikit-learn under the version of no release, with a planted change: `release --wheel` finds that alone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = "1.8.0", "1.9.dev0"
SCALING = b"X *= self.scale_"

pytestmark = [pytest.mark.live, pytest.mark.nightly]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--python-version", "3.13", "--platform", "manylinux_2_28_x86_64", "--dest", str(folder)]
    subprocess.run([*command, f"scikit-learn=={OLD}"], check=True)
    (released,) = folder.glob("*.whl")
    return planted(released)


def planted(released: Path) -> Path:
    """The wheel as another version, in which MinMaxScaler scales a thousandth more."""
    made = released.with_name(released.name.replace(OLD, NEW, 1))
    about = f"scikit_learn-{NEW}.dist-info"
    record = []
    with zipfile.ZipFile(released) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "sklearn/preprocessing/_data.py":
                assert SCALING in content
                content = content.replace(SCALING, SCALING + b" * 1.001", 1)
            if name.endswith(("dist-info/METADATA", "sklearn/__init__.py")):
                content = content.replace(OLD.encode(), NEW.encode(), 1)
            inner = name.replace(f"scikit_learn-{OLD}.dist-info", about)
            if not inner.endswith("/RECORD"):
                target.writestr(inner, content)
                digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                record.append(f"{inner},sha256={digest},{len(content)}\n")
        target.writestr(f"{about}/RECORD", "".join([*record, f"{about}/RECORD,,\n"]))
    return made


def test_a_planted_change_is_the_only_finding(wheel, workspace, tmp_path) -> None:
    command = [sys.executable, "-m", "harness", "release", "--wheel", str(wheel), "--results", str(tmp_path), "--json"]
    held = {**os.environ, "NOXENVDIR": str(workspace)}
    done = subprocess.run(command, capture_output=True, text=True, env=held, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    (finding,) = answer["findings"]
    assert finding["effect"] == "changes predictions"
    assert "MinMaxScaler" in [share["name"] for share in finding["shares"]]
    # What is beside it holds a scaler.
    assert {share["name"] for share in finding["shares"]} <= {"MinMaxScaler", "Pipeline"}
    assert answer["others"] == [] and answer["never_tried"] == 0 and answer["estimators"] > 200
