"""An ``ok`` from a child that many cells share is worth what an ``ok`` alone is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live.conftest import ROOT, Bench

CASES = Path(__file__).with_name("mending.py")
MATRIX = """
schema: 1
environments:
  as_of: release
  packages: [cloudpickle, skops]
  include:
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: sk1.5-py3.12-np2.1-amd64}
    - {scikit-learn: "1.9.1", python: "3.13", numpy: "2.5", name: sk1.9-py3.13-np2.5-amd64}
cases: {files: [mending.py]}
trusted_types: ["mending.*"]
profiles:
  default:
    environments: ["*"]
    cases: ["family:mending"]
    formats: [pickle, joblib/joblib, cloudpickle, skops/skops]
"""


@pytest.fixture(scope="module")
def mending(tmp_path_factory: pytest.TempPathFactory, workspace: Path) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("mending"), workspace)
    shutil.copy(CASES, bench.folder)
    bench.matrix.write_text(MATRIX)
    words = bench.command("run", "--matrix", str(bench.matrix), "--results", str(bench.results))
    done = subprocess.run(words, env=bench.variables, cwd=ROOT, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout + done.stderr
    return bench


@pytest.mark.timeout(1100)
def test_what_an_older_artifact_mends_is_not_mended_for_a_newer_one(mending: Bench) -> None:
    cells = mending.tables().cells
    old = cells["producer"].str.startswith("sk1.5")
    assert set(cells[old].status) == {"ok"}, cells[old][["case", "format", "status", "reason"]].to_string()
    mended = cells[~old & (cells.status != "load-error")]
    assert mended.empty, mended[["case", "format", "consumer", "status", "reason"]].to_string()
    assert len(cells[~old]) == 10 * 5 * 2  # cases, readers of the formats, consumers
