"""The causes of broken and drifting cells, if this release knows any."""

from __future__ import annotations

import importlib
import importlib.util

from .markdown import code, prose, table

KNOWN = importlib.util.find_spec("harness.analysis.causes") is not None


def page() -> str:
    found = importlib.import_module("harness.analysis.causes").causes()
    rows = (
        (code(one.name), prose(one.sentence), prose(str(one.since or "")), _link(one.reference), prose(one.helps))
        for one in found
    )
    return "# Causes\n\nWhy a cell breaks or drifts, from a closed list.\n\n" + table(
        ("cause", "means", "since", "upstream", "what helps"), rows
    )


def _link(reference: str | None) -> str:
    return f"<{reference}>" if reference and reference.startswith("http") else prose(reference or "")
