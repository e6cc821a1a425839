"""A stored run as tables, whatever schema it was written under."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import InputError, shown
from harness.files import stored
from harness.store.journal import CONTROL, clean
from harness.store.memory_limit import bounded
from harness.terms import converts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import pandas as pd
    import pyarrow as pa

SCHEMA_VERSION = 4
#: 2: findings, tolerance_used, mapped_arrays, mapped_bytes, estimators; another manifest, and fits in the journal.
#: 3: the tables figures and samples; evicted_load_seconds, cold_start_peak_bytes, load_stable; more of the host.
#: 4: the status incomparable, the column differing. Before, a cell whose outputs could not be carried was a drift.
READABLE = (1, 2, 3, SCHEMA_VERSION)
#: Every traceback of a run, by the digest that its tables name.
TRACEBACKS = "logs/tracebacks.jsonl"
TABLES = ("environments", "artifacts", "cells", "figures", "samples")
#: The schema that brought the tables of figures and samples; older runs have measured nothing.
MEASURED = 3
_MEASURED_TABLES = frozenset({"figures", "samples"})
#: What ``run.json`` has in every schema.
_RUN_TEXTS = ("run_id", "profile", "started")
#: Without these columns a table is none. Others may be missing, and are null then.
_NEEDED: dict[str, tuple[str, ...]] = {
    "environments": ("environment", "status"),
    "artifacts": ("artifact_id", "producer", "case", "family", "format", "status"),
    "cells": ("cell_id", "artifact_id", "producer", "consumer", "case", "family", "format", "reader", "status"),
    "figures": ("cell_id", "figure"),
    "samples": ("cell_id", "figure"),
}
#: Columns whose texts are JSON, and what each text holds.
_JSON: dict[str, dict[str, type]] = {
    "environments": {
        "packages": dict,
        "blas": list,
        "variables": dict,
        "estimators": dict,
        "cpu_features": list,
        "own": dict,
    },
    "artifacts": {"manifest": dict},
}
_DAMAGED = "the run is damaged; take another copy of it, or run it again"


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
        run: dict[str, Any] = json.loads(stored(path / "run.json").read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no run is stored here (run.json is missing)") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path / 'run.json'}: cannot be read: {error}") from error
    run = clean(run)
    version = run.get("schema_version") if isinstance(run, dict) else None
    if version not in READABLE:
        raise InputError(
            f"{path}: this run was written under schema version {version}, and this harness reads up to "
            f"{SCHEMA_VERSION}: read it with the harness version that wrote it, or run it again"
        )
    return run


def read_run(path: str | Path) -> RunTables:
    """See `harness.read_run`."""
    folder = Path(path)
    run = read_run_json(folder)
    names = [name for name in TABLES if run["schema_version"] >= MEASURED or name not in _MEASURED_TABLES]
    missing = [name for name in names if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise InputError(
            f"{folder}: the run was not finished ({', '.join(missing)} missing): "
            f"continue it with `python -m harness run --run {folder.name}`"
        )
    wrong = [name for name in _RUN_TEXTS if not isinstance(run.get(name), str)]
    if wrong:
        raise InputError(f"{folder / 'run.json'}: {wrong[0]} is missing, or no text: {_DAMAGED}")
    tables = {name: _table(folder / f"{name}.parquet", name) for name in names}
    if run["schema_version"] < SCHEMA_VERSION:
        tables = {name: table[_schema(name).names] for name, table in tables.items()}
        tables["cells"] = _with_incomparable(tables["cells"])
    return RunTables(path=folder, run=run, **tables)


def read_measured(path: Path) -> RunTables:
    """A finished run with its measured cells alone, and no artifacts: of a run of a million cells, few are measured.

    Raises InputError; also for a run that has measured nothing.
    """
    run = read_run_json(path)
    if run["schema_version"] < MEASURED or not (path / "samples.parquet").is_file():
        raise InputError(f"{path}: this run has measured nothing")
    samples = _table(path / "samples.parquet", "samples")
    cells = _table(path / "cells.parquet", "cells", only=("cell_id", samples["cell_id"].unique().tolist()))
    environments = _table(path / "environments.parquet", "environments")
    nothing = _nothing("artifacts")
    return RunTables(path=path, run=run, environments=environments, artifacts=nothing, cells=cells, samples=samples)


def _with_incomparable(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells of a schema before 4, where a drift of which nothing else is known is what it is today."""
    unknown = [one is not None and list(one) == ["incomparable"] for one in cells["findings"]]
    cells = cells.astype({"status": object, "parity": object})
    cells.loc[unknown, ["status", "parity"]] = ["incomparable", None]
    return cells


def _table(path: Path, name: str, *, only: tuple[str, list[Any]] | None = None) -> pd.DataFrame:
    """A table with all of today's columns: those that it lacks are null. Raises InputError.

    ``only``: a column, and the values of it whose rows are wanted.
    """
    import pyarrow as pa  # noqa: PLC0415  # `plan` and nox need no tables, and it takes half a second
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with bounded(path):
            table = _harmless(pq.read_table(path, filters=only and [(only[0], "in", only[1])]))
        wrong = _wrong(table, pa.Schema.from_pandas(table, preserve_index=False), name)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read: {str(error).splitlines()[0]}: {_DAMAGED}") from error
    if wrong is not None:
        raise InputError(f"{path}: {wrong}: {_DAMAGED}")
    added = {column: None for column in _schema(name).names if column not in table}
    table = table.assign(**added)
    if "findings" in added:
        table["findings"] = [[] for _ in range(len(table))]
    return table


def _harmless(stored: pa.Table) -> pd.DataFrame:
    """The table without control characters, which this program writes into none: a terminal would obey them."""
    table: pd.DataFrame = stored.to_pandas()
    for name, column in zip(stored.column_names, stored.columns, strict=True):
        if any(_harms(leaf) for leaf in _texts(column)):
            table[name] = [clean(value.tolist() if hasattr(value, "tolist") else value) for value in table[name]]
    return table


def _texts(column: Any) -> Iterator[Any]:
    """The texts of a column, those within lists and structures, too."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        yield column
    elif pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        yield from _texts(pc.list_flatten(column))
    elif pa.types.is_struct(column.type):
        for part in column.flatten():
            yield from _texts(part)


def _harms(texts: Any) -> bool:
    import pyarrow.compute as pc  # noqa: PLC0415

    return bool(pc.any(pc.match_substring_regex(texts, CONTROL)).as_py())


def _wrong(table: pd.DataFrame, found: pa.Schema, name: str) -> str | None:
    """What is wrong with a table that can be read, as far as it is seen by its columns."""
    from harness.terms import ARTIFACT_STATUSES, CELL_STATUSES  # noqa: PLC0415

    for column in _NEEDED[name]:
        if column not in table:
            return f"there is no column {column}"
        if table[column].isna().any():
            return f"{column} is missing in some row"
    for column in _schema(name):
        if column.name in table and not _is_like(found.field(column.name).type, column.type):
            return f"{column.name} is {found.field(column.name).type} instead of {column.type}"
    statuses: dict[str, Collection[str]] = {"artifacts": ARTIFACT_STATUSES, "cells": CELL_STATUSES}
    for status in table["status"].unique() if name in statuses else ():
        if status not in statuses[name]:
            return f"there is no status {shown(status)}"
    for label, kind in _JSON.get(name, {}).items():
        texts = table[label].dropna().unique() if label in table else ()
        if not all(_holds(text, kind) for text in texts):
            return f"some {label} is no JSON {'object' if kind is dict else 'list'}"
    return None


def _is_like(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a column of one type can stand for one of the other. One without any value has no type."""
    import pyarrow as pa  # noqa: PLC0415

    def kind(one: pa.DataType) -> str:
        if pa.types.is_dictionary(one):
            return kind(one.value_type)
        if pa.types.is_string(one) or pa.types.is_large_string(one):
            return "text"
        number = pa.types.is_integer(one) or pa.types.is_floating(one)
        return "number" if number else "list" if pa.types.is_list(one) or pa.types.is_large_list(one) else str(one)

    return pa.types.is_null(found) or kind(found) == kind(wanted)


def _holds(text: str, kind: type) -> bool:
    try:
        return isinstance(json.loads(text), (kind, type(None)))
    except (ValueError, RecursionError):
        return False


def _schema(name: str) -> pa.Schema:
    from harness.store import tables as schemas  # noqa: PLC0415  # pyarrow, too, costs its half second

    return schemas.SCHEMAS[name]


def _nothing(name: str) -> pd.DataFrame:
    """A table without rows."""
    empty: pd.DataFrame = _schema(name).empty_table().to_pandas()
    return empty


def tracebacks(run: Path) -> Iterator[tuple[str, str]]:
    """Every traceback of a run, with the digest that its tables name; none if the logs were not kept."""
    path = run / TRACEBACKS
    for line in path.read_bytes().splitlines() if path.is_file() else ():  # a pipe would never end
        try:
            entry = json.loads(line)
            yield str(entry["traceback"]), str(entry["text"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue  # cut short by a kill or a full disk
