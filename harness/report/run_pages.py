"""The reports in the folder of a run: SUMMARY.md and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis import summary
from harness.files import replace_text
from harness.report import markdown, site

if TYPE_CHECKING:
    from pathlib import Path

    from harness.store import RunTables

#: The page, within the folder of a run.
PAGE = "report/index.html"


def write(tables: RunTables) -> Path:
    """Write both into the folder of a stored run; return the page's path."""
    summarized = summary.summarize(tables)
    replace_text(tables.path / "SUMMARY.md", markdown.render(summarized))
    page = site.render(tables, summarized, before=site.before(tables), past=site.past(tables))
    return replace_text(tables.path / PAGE, page)
