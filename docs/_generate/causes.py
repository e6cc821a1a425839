"""The causes of broken and drifting cells, if this release knows any."""

from __future__ import annotations

import importlib
import importlib.util

from .markdown import prose

KNOWN = importlib.util.find_spec("harness.analysis.causes") is not None


def page() -> str:
    causes = importlib.import_module("harness.analysis.causes").causes()
    text = (
        "# Causes\n\nWhy a cell breaks or drifts, from a closed list. "
        "They are worked out when a run is read, so new rules reach old runs.\n"
    )
    for family in dict.fromkeys(one.family for one in causes):
        text += f"\n## {family}\n\n"
        for one in causes:
            if one.family == family:
                text += (
                    f"### {one.name}\n\n{prose(one.sentence)}\n\n"
                    f"- **since**: {prose(one.since)}; [upstream]({one.upstream})\n- **what helps**: {prose(one.helps)}\n\n"
                )
    return text
