"""What a release changes for stored models, as Markdown and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.analysis import units
from harness.analysis.compare.status_changes import ChangeKind
from harness.report import markdown, phrases, rerun_command

if TYPE_CHECKING:
    from harness.analysis.release import Release

#: Columns of the table. Empty ones are left out.
_TITLES = {
    ChangeKind.DRIFTS: "now predicts otherwise",
    ChangeKind.BREAKS: "now fails",
    ChangeKind.LOST: "not tried or not comparable any more",
    ChangeKind.MISLEADS: "failed, now predicts otherwise",
    ChangeKind.WORSE: "drifts more",
    ChangeKind.OTHER: "fails otherwise",
    ChangeKind.TRIED: "tried now, and fails",
    ChangeKind.UNTRIED: "failed, not tried or not comparable any more",
    ChangeKind.FIXED: "fixed",
    ChangeKind.GAINED: "ok, not tried before",
}


def render(release: Release) -> str:
    """Write a page of Markdown for release notes or an issue. Text of models and packages is escaped."""
    command = "" if not release.groups else rerun_command.command(release.run, release.path, release.groups[0].example)
    return markdown.template("release.md").render(
        release=release,
        again=markdown.command(command) if command else "",
        words=phrases,
        kinds=[kind for kind in _TITLES if release.counts[kind]],
        titles=_TITLES,
        sections=[
            (f"{phrases.KINDS[kind]}: {units.counted(count, 'cell')}", [g for g in release.groups if g.kind == kind])
            for kind, count in release.counts.items()
            if count
        ],
    )


def as_data(release: Release) -> dict[str, Any]:
    """Return the effect of a release as data for JSON."""
    return {
        **{name: getattr(release, name) for name in ("package", "producers", "cells", "never_tried", "newly_warned")},
        "run": {name: release.run.get(name) for name in ("run_id", "profile", "started", "complete")},
        "consumers": asdict(release.consumers),
        "counts": {str(kind): count for kind, count in release.counts.items()},
        "rows": [asdict(row) for row in release.rows],
        "groups": [asdict(group) for group in release.groups],
    }
