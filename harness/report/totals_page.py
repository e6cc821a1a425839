"""The page of a run with more cells than one page can hold: totals, and where the cells are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.files import replace_text
from harness.report import run_pages, templating

if TYPE_CHECKING:
    from pathlib import Path

    from harness.analysis.totals import Totals


def write(totals: Totals) -> Path:
    """Write it, and SUMMARY.md, into the folder of the run; return the page's path."""
    replace_text(totals.path / run_pages.SUMMARY, f"{sentence(totals)}\n\n{left_out(totals)}\n")
    page = templating.template("totals.html", autoescape=True).render(
        totals=totals,
        sentence=sentence(totals),
        left_out=left_out(totals),
        environments=sorted({name for pair in totals.pairs for name in pair}),
    )
    return replace_text(totals.path / run_pages.PAGE, page)


def sentence(totals: Totals) -> str:
    """The run in one sentence."""
    statuses = ", ".join(f"{count:,} {status}" for status, count in totals.statuses.items())
    return f"{totals.cells:,} cells: {statuses}; {totals.reused:,} reused from earlier runs"


def left_out(totals: Totals) -> str:
    """Where the cells are."""
    return (
        "The cells are too many for one page, so they are left out here. "
        f"All are in cells.parquet of the run {totals.run['run_id']}; a smaller profile has a whole page."
    )
