"""Questions put to stored runs. Pure: tables in, answers out; nothing here runs, prints or writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import store

if TYPE_CHECKING:
    from pathlib import Path

    from harness.store import RunTables


def read_run(path: str | Path) -> RunTables:
    """See `harness.read_run`."""
    return store.read_run(path)
