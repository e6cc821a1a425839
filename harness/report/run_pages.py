"""The reports in the folder of a run: SUMMARY.md and the page."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from harness.analysis import summary
from harness.files import replace_text
from harness.report import markdown

if TYPE_CHECKING:
    from pathlib import Path

    from harness.analysis.summary import Summary
    from harness.store import RunTables

#: The page, within the folder of a run.
PAGE = "report/index.html"
SUMMARY = "SUMMARY.md"


def has_page() -> bool:
    """Whether a page can be made: what draws it is an extra of its own."""
    return all(find_spec(name) is not None for name in ("altair", "vl_convert"))


def write(tables: RunTables, summarized: Summary | None = None) -> Path:
    """Write both into the folder of a stored run; return the page's path.

    Without the extra ``site`` there is no page, and SUMMARY.md is returned. ``summarized``: where it is made already.
    """
    summarized = summarized or summary.summarize(tables)
    text = replace_text(tables.path / SUMMARY, markdown.render(summarized))
    if not has_page():
        return text
    from harness.report import site  # noqa: PLC0415  # altair

    page = site.render(tables, summarized, before=site.before(tables), past=site.past(tables))
    return replace_text(tables.path / PAGE, page)
