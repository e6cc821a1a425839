"""The Python API: what the package itself offers, and the classes that it returns. Sphinx reads the docstrings."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import harness
from harness.api import model_files, runs


def page() -> str:
    functions = [name for name in harness.__all__ if not name.startswith("__")]
    text = "# Python\n\nThis is the public API. Everything else is internal and may change.\n"
    for name in functions:
        text += _directive("autofunction", f"harness.{name}")
    text += "\n## What is returned\n"
    modules = _imported()
    returned = dict.fromkeys(inspect.signature(getattr(harness, name)).return_annotation for name in functions)
    for name in returned:
        text += _directive("autoclass", f"{modules[name]}.{name}")
    return text


def _directive(kind: str, name: str) -> str:
    return f"\n```{{eval-rst}}\n.. {kind}:: {name}\n```\n"


def _imported() -> dict[str, str]:
    """Where the package's annotations come from: they are imported for types only."""
    texts = [Path(one.__file__).read_text() for one in (model_files, runs)]
    found = (node for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom))
    return {alias.name: str(node.module) for node in found for alias in node.names}
