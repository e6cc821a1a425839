"""What each environment's PMML converter documents: four fifths of it are written there, and evaluated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = [
    pytest.mark.nightly,  # some minutes for each
    pytest.mark.timeout(3600),
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java here"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here to build converters in"),
]
#: One for each minor release from 1.0 on. No converter takes models of 1.9.1 yet.
ENVIRONMENTS = [f"sk1.{minor}-*" for minor in (0, 1, 2, 3, 4, 6, 7, 8)] + ["sk1.5-py3.12-np2.1-*", "release-1.9.0"]


@pytest.mark.parametrize("pattern", ENVIRONMENTS)
def test_four_fifths_of_what_a_converter_documents_are_written_and_evaluated(pattern, workspace, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.pmml_coverage", pattern, "--results", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NOXENVDIR": str(workspace)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
