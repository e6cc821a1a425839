"""The stored runs that show how noisy the figures of a comparison are. Reads stored runs only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import store
from harness.errors import InputError

if TYPE_CHECKING:
    from harness.store import RunTables

#: The newest that are read: what was noisy long ago says little of today.
MOST = 12


def before(base: RunTables, new: RunTables) -> tuple[RunTables, ...]:
    """Find the runs of NEW's machine that are older than NEW and lie beside it or BASE, the oldest first.

    What cannot be read is left out: it is no part of the comparison. BASE is among them.
    """
    fingerprint = (new.run.get("host") or {}).get("fingerprint")
    folders = dict.fromkeys(run.path.resolve().parent for run in (base, new))
    paths = {path.name: path for folder in folders for path in store.runs(folder) if path.name < new.run["run_id"]}
    found: list[RunTables] = []
    for name in sorted(paths, reverse=True):
        if len(found) == MOST or fingerprint is None:
            break
        try:
            facts = store.read_run_json(paths[name])
            if facts.get("complete") and (facts.get("host") or {}).get("fingerprint") == fingerprint:
                found.append(store.read_measured(paths[name]))
        except InputError:
            continue
    return tuple(reversed(found))
