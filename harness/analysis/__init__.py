"""Questions put to stored runs. Pure: tables in, answers out; nothing here runs, prints or writes.

cells      what each cell means: the columns that everything else reads
causes     why a cell fails or changes: rules as data

Internal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import store

if TYPE_CHECKING:
    from pathlib import Path

    from harness.store import RunTables


def read_run(path: str | Path) -> RunTables:
    """See `harness.read_run`."""
    from harness.analysis import cells  # noqa: PLC0415  # pandas costs half a second; nox imports this package

    return cells.with_meaning(store.read_run(path))
