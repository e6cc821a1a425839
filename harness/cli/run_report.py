"""The report of a run that has ended, which several verbs write and show: its tables are read and summarized once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from harness.analysis.summary import Summary
    from harness.analysis.totals import Totals
    from harness.store import RunTables


class RunReport:
    """Of a run with more cells than a page can show there are totals only."""

    _found: tuple[RunTables, Summary] | Totals
    _page: Path

    def write(self, path: Path) -> None:
        """Write the pages of a stored run. Raises InputError."""
        from harness import analysis
        from harness.analysis import summary, totals
        from harness.report import run_pages, totals_page

        if totals.is_large(path):
            self._found = totals.count(path)
            self._page = totals_page.write(self._found)
            return
        tables = analysis.read_run(path)
        summarized = summary.summarize(tables)
        self._found = tables, summarized
        self._page = run_pages.write(tables, summarized)

    def show(self, console: Console) -> int:
        """Print it; return how many cells say something of a model."""
        from harness.analysis.totals import Totals
        from harness.report import terminal, totals_page

        if isinstance(self._found, Totals):
            console.print(totals_page.sentence(self._found), soft_wrap=True, markup=False)
            console.print(f"open {self._page}", soft_wrap=True, markup=False)
            return self._found.conclusive
        tables, summarized = self._found
        terminal.show(tables, console, self._page, summarized)
        return summarized.conclusive
