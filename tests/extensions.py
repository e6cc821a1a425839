"""The examples of docs/examples/, which are outside the package: a matrix with a format, and an installed package."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
FORMAT, PACKAGE = EXAMPLES / "format", EXAMPLES / "package"


def install(folder: Path) -> Path:
    """The package of docs/examples/package as an installer leaves it in a folder of PYTHONPATH; return the folder."""
    told = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    for name in told["tool"]["setuptools"]["py-modules"]:
        source = PACKAGE / f"{name}.py"
        shutil.copy(source if source.exists() else FORMAT / f"{name}.py", folder)
    project = told["project"]
    facts = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    (facts / "entry_points.txt").write_text(
        "\n".join(f"[{group}]\n" + "\n".join(f"{k} = {v}" for k, v in names.items()) for group, names in groups)
    )
    return folder
