"""The folders of runs under ``results/``. Internal.

folder.py writes a run, reading.py reads its tables, stored_runs.py finds the runs that there are.

Each outcome is appended to the journal at once. The tables are made from the journal at the end, and put in place by
renaming. So a run that is killed loses only what was being worked on, and can be resumed.
"""

from harness.store.folder import RUN_ID, RunFolder, write_table
from harness.store.memory_limit import bounded
from harness.store.reading import (
    MEASURED,
    READABLE,
    SCHEMA_VERSION,
    TABLES,
    TRACEBACKS,
    RunTables,
    read_measured,
    read_run,
    read_run_json,
    tracebacks,
)
from harness.store.stored_runs import REFERENCE, earlier, every, find_run, is_kept, runs, sources, within

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
    "bounded",
    "earlier",
    "every",
    "find_run",
    "is_kept",
    "read_measured",
    "read_run",
    "read_run_json",
    "runs",
    "sources",
    "tracebacks",
    "within",
    "write_table",
]
