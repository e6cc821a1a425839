"""The Python API: what the package itself offers. Sphinx reads the docstrings."""

from __future__ import annotations

import inspect

import harness


def page() -> str:
    text = "# Python\n\n```{currentmodule} harness\n```\n\nEverything else is internal and may change.\n"
    for name in harness.__all__:
        thing = getattr(harness, name)
        if name.startswith("__"):
            continue
        directive = "autoclass" if inspect.isclass(thing) else "autofunction"
        text += f"\n```{{eval-rst}}\n.. {directive}:: harness.{name}\n```\n"
    return text
