"""The documentation is built without a warning."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .pages import ROOT


def test_the_build_has_no_warning(tmp_path) -> None:
    pytest.importorskip("sphinx", reason="the dependency group `docs` is not installed")
    words = ["-W", "--keep-going", "-q", "-d", str(tmp_path / "doctrees"), str(ROOT / "docs"), str(tmp_path / "html")]
    done = subprocess.run([sys.executable, "-m", "sphinx", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "html/reference/commands.html").exists()
