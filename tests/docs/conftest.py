"""What the tests of the documentation share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from .pages import ROOT


@pytest.fixture(scope="session")
def generate():
    """The package that writes the reference; it stands in docs, which is no package."""
    found = importlib.util.spec_from_file_location("_generate", ROOT / "docs/_generate/__init__.py")
    package = importlib.util.module_from_spec(found)
    sys.modules["_generate"] = package
    found.loader.exec_module(package)
    return package


@pytest.fixture(scope="session")
def reference(generate) -> Path:
    """The folder of the reference, written from the code as it is now."""
    folder = ROOT / "docs/reference"
    generate.write(folder)
    return folder
