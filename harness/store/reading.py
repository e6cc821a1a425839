"""A stored run as tables, whatever schema it was written under."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import InputError
from harness.terms import converts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

SCHEMA_VERSION = 3
#: 2: findings, tolerance_used, mapped_arrays, mapped_bytes, estimators; another manifest, and fits in the journal.
#: 3: the tables figures and samples; evicted_load_seconds, cold_start_peak_bytes, load_stable; more of the host.
READABLE = (1, 2, SCHEMA_VERSION)
#: Every traceback of a run, by the digest that its tables name.
TRACEBACKS = "logs/tracebacks.jsonl"
TABLES = ("environments", "artifacts", "cells", "figures", "samples")
#: The schema that brought the tables of figures and samples; older runs have measured nothing.
MEASURED = 3
_MEASURED_TABLES = frozenset({"figures", "samples"})


@dataclass(frozen=True, kw_only=True)
class RunTables:
    """The tables of a run. Columns: see the README; a figure that was not measured is null, never 0."""

    path: Path
    run: dict[str, Any]
    environments: pd.DataFrame
    artifacts: pd.DataFrame
    cells: pd.DataFrame
    #: One row for each figure of each cell that was to be measured; and what they were made of, one row for each figure
    #: of each process that measured.
    figures: pd.DataFrame = field(default_factory=lambda: _nothing("figures"))
    samples: pd.DataFrame = field(default_factory=lambda: _nothing("samples"))

    def converts(self, format_name: str) -> bool:
        """Whether a format carries a model into another kind of program, or fits it again.

        The run says so; of one that is older the names of the formats do.
        """
        stored = self.run.get("formats")
        facts = stored.get(format_name) if isinstance(stored, dict) else None
        said = facts.get("converts") if isinstance(facts, dict) else None
        return said if isinstance(said, bool) else converts(format_name)


def read_run_json(path: Path) -> dict[str, Any]:
    """``run.json``, checked. Raises InputError."""
    try:
        run: dict[str, Any] = json.loads((path / "run.json").read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no run is stored here (run.json is missing)") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path / 'run.json'}: cannot be read: {error}") from error
    version = run.get("schema_version") if isinstance(run, dict) else None
    if version not in READABLE:
        raise InputError(
            f"{path}: this run was written under schema version {version}, and this harness reads up to "
            f"{SCHEMA_VERSION}: read it with the harness version that wrote it, or run it again"
        )
    return run


def read_run(path: str | Path) -> RunTables:
    """See `harness.read_run`."""
    import pandas as pd  # noqa: PLC0415  # `plan` and nox need no tables, and it takes half a second

    folder = Path(path)
    run = read_run_json(folder)
    stored = [name for name in TABLES if run["schema_version"] >= MEASURED or name not in _MEASURED_TABLES]
    missing = [name for name in stored if not (folder / f"{name}.parquet").exists()]
    if missing:
        raise InputError(
            f"{folder}: the run was not finished ({', '.join(missing)} missing): "
            f"continue it with `python -m harness run --run {folder.name}`"
        )
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in stored}
    if run["schema_version"] < SCHEMA_VERSION:
        tables = {name: _as_today(table, name) for name, table in tables.items()}
    return RunTables(path=folder, run=run, **tables)


def _as_today(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table of an older schema with today's columns: those that it lacks are null."""
    from harness.store import tables as schemas  # noqa: PLC0415  # pyarrow, too, costs its half second

    wanted = schemas.SCHEMAS[name]
    added = {column: None for column in wanted.names if column not in table}
    table = table.assign(**added)[wanted.names]
    if "findings" in added:
        table["findings"] = [[] for _ in range(len(table))]
    return table


def _nothing(name: str) -> pd.DataFrame:
    """A table without rows."""
    from harness.store import tables as schemas  # noqa: PLC0415

    empty: pd.DataFrame = schemas.SCHEMAS[name].empty_table().to_pandas()
    return empty


def tracebacks(run: Path) -> Iterator[tuple[str, str]]:
    """Every traceback of a run, with the digest that its tables name; none if the logs were not kept."""
    path = run / TRACEBACKS
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            entry = json.loads(line)
            yield str(entry["traceback"]), str(entry["text"])
        except (ValueError, KeyError, TypeError):
            return  # cut short by a kill: it is the last
