"""The folders of two packages with the dataset: one for npm, one for PyPI. Whoever publishes them builds them."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from harness.files import replace_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "persistence-matrix-data"
SCHEMA = "dataset.schema.json"
_MODULE = "persistence_matrix_data"
_DESCRIPTION = "Which persisted scikit-learn models load, and predict the same, in another release: verdicts as data"
_LICENSE = "BSD-3-Clause"


def template(name: str) -> str:
    """The text of a file that is the same in every edition."""
    return (resources.files("harness.report") / "templates" / "dataset" / name).read_text("utf-8")


def write(folder: Path, made: Mapping[str, Any], files: Mapping[str, str]) -> None:
    """Write the folders ``npm`` and ``pypi``.

    Parameters
    ----------
    made : the dataset.
    files : its file and those beside it, by name.
    """
    edition = str(made["edition"])
    about = template("README.md").replace("{edition}", edition).replace("{statements}", f"{made['statements']:,}")
    npm = {**files, "README.md": about, "index.js": template("index.js"), "package.json": _package(edition)}
    module = f"src/{_MODULE}"
    pypi = {
        "README.md": about,
        "CHANGELOG.md": files["CHANGELOG.md"],
        "pyproject.toml": template("pyproject.toml.txt").replace("{edition}", edition),
        f"{module}/__init__.py": template("reader.py.txt"),
        f"{module}/py.typed": "",
        **{f"{module}/{name}": text for name, text in files.items() if name.endswith(".json")},
    }
    for kind, held in (("npm", npm), ("pypi", pypi)):
        for name, text in held.items():
            replace_text(folder / kind / name, text)


def _package(edition: str) -> str:
    package = {
        "name": NAME,
        "version": edition,
        "description": _DESCRIPTION,
        "license": _LICENSE,
        "main": "index.js",
        "files": ["index.js", "dataset.json", SCHEMA, "CHANGELOG.md"],
        "engines": {"node": ">=18"},
    }
    return json.dumps(package, indent=2) + "\n"
