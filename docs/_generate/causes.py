"""The causes of broken and drifting cells."""

from __future__ import annotations

from harness.analysis.causes import causes

from .markdown import prose


def page() -> str:
    found = causes()
    text = (
        "# Causes\n\nWhy a cell breaks or drifts, from a closed list. "
        "They are worked out when a run is read, so new rules reach old runs.\n"
    )
    for family in dict.fromkeys(one.family for one in found):
        text += f"\n## {family}\n\n"
        for one in found:
            if one.family == family:
                text += (
                    f"### {one.name}\n\n{prose(one.sentence)}\n\n"
                    f"- **since**: {prose(one.since)}; [upstream]({one.upstream})\n"
                    f"- **what helps**: {prose(one.helps)}\n\n"
                )
    return text
