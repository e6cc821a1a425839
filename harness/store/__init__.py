"""What a run leaves behind under ``results/``.

folder.py writes it, reading.py gives it back as tables, finding.py knows which runs there are.

The journal comes first and is appended to, line by line; the tables are made from it at the end and put in place by
renaming. So a run that was killed at any moment has lost nothing but what was in flight, and can be resumed.
"""

from harness.store.folder import RUN_ID, RunFolder, write_table
from harness.store.reading import (
    MEASURED,
    READABLE,
    SCHEMA_VERSION,
    TABLES,
    TRACEBACKS,
    RunTables,
    read_run,
    read_run_json,
    tracebacks,
)
from harness.store.stored_runs import REFERENCE, earlier, find_run, runs, sources, within

__all__ = [
    "MEASURED",
    "READABLE",
    "REFERENCE",
    "RUN_ID",
    "SCHEMA_VERSION",
    "TABLES",
    "TRACEBACKS",
    "RunFolder",
    "RunTables",
    "earlier",
    "find_run",
    "read_run",
    "read_run_json",
    "runs",
    "sources",
    "tracebacks",
    "within",
    "write_table",
]
