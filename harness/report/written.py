"""What a run's folder gets to be looked at: SUMMARY.md and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.files import replace_text
from harness.report import digest, site, summary
from harness.store import read_run

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path) -> Path:
    """Write both of a stored run; return the page's path."""
    tables = read_run(folder)
    told = digest.of(tables)
    replace_text(folder / "SUMMARY.md", summary.render(told))
    page = site.render(tables, told, before=site.before(tables), past=site.past(tables))
    return replace_text(folder / site.PAGE, page)
