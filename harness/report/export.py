"""A stored run for other tools: a table as CSV or JSON, its measurements as pytest-benchmark writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from pytest_benchmark import __version__ as pytest_benchmark_version
from pytest_benchmark.stats import Stats

from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.store import RunTables

TARGETS = ("csv", "json", "pytest-benchmark")  # beside the dataset, which is not of one run
TABLES = ("cells", "artifacts", "environments", "figures", "samples")
#: How a text begins that a spreadsheet would compute.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LISTS = ("warnings", "compared", "findings", "values")


def export(tables: RunTables, to: str, table: str = "cells") -> str:
    """Write a table or the measurements as text.

    Parameters
    ----------
    to : "csv", "json" or "pytest-benchmark"; the last has the measurements and takes no table.
    table : one of TABLES.

    Raises
    ------
    InputError : no such table or target; or nothing was measured, and measurements are asked for.
    """
    if to not in TARGETS:
        raise InputError(f"cannot export to {to}; there are {', '.join(TARGETS)}")
    if table not in TABLES:
        raise InputError(f"no table {table}; there are {', '.join(TABLES)}")
    if to == "pytest-benchmark":
        return json.dumps(_pytest_benchmark(tables), indent=4, allow_nan=False) + "\n"
    found: pd.DataFrame = getattr(tables, table)
    if to == "json":
        return str(found.to_json(orient="records", indent=2)) + "\n"
    return str(_flat(found).to_csv(index=False))


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Keep whole numbers whole, even if some are missing; lists become JSON."""
    flat = table.convert_dtypes()
    for name in _LISTS:
        if name in flat:
            flat[name] = [None if value is None else json.dumps(list(value)) for value in table[name]]
    return flat.apply(_unfired)


def _unfired(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column, with an apostrophe before each text that a spreadsheet would compute."""
    if not (pd.api.types.is_string_dtype(column.dtype) or pd.api.types.is_object_dtype(column.dtype)):
        return column
    return column.map(lambda text: f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text)


def _pytest_benchmark(tables: RunTables) -> dict[str, Any]:
    """What ``pytest --benchmark-json`` writes; one benchmark for each cell and figure in seconds.

    Tools that read these files expect seconds only, so bytes are in the extra_info of each benchmark.
    """
    benchmarks = list(_benchmarks(tables, tables.figures, tables.samples))
    if not benchmarks:
        raise InputError(
            f"{tables.path}: nothing was measured in this run, and pytest-benchmark's format is for measurements: "
            "run a profile that measures; or take --to csv or --to json, which need none"
        )
    consumers = {one["extra_info"]["consumer_python"] for one in benchmarks} - {None}
    return {
        "machine_info": _machine(tables.run.get("host") or {}, sorted(consumers)),
        "commit_info": {  # as pytest-benchmark writes outside a repository: a run does not know its commit
            "id": "unversioned",
            "time": None,
            "author_time": None,
            "dirty": False,
            "project": "persistence-matrix",
            "branch": "(unknown)",
        },
        "benchmarks": benchmarks,
        "datetime": tables.run["started"],
        "version": pytest_benchmark_version,
    }


def _machine(host: dict[str, Any], pythons: list[str]) -> dict[str, Any]:
    """The keys are those of pytest-benchmark. "node" is the fingerprint of the host, not its name."""
    system, _, rest = str(host.get("platform") or "").partition("-")
    return {
        "node": str(host.get("fingerprint") or ""),
        "processor": str(host.get("machine") or ""),
        "machine": str(host.get("machine") or ""),
        "python_compiler": "",
        "python_implementation": "CPython",
        "python_implementation_version": ", ".join(pythons),
        "python_version": ", ".join(pythons),
        "python_build": ["", ""],
        "release": rest,
        "system": system,
        "cpu": {
            "vendor_id": "",
            "hardware": "",
            "brand": str(host.get("cpu") or ""),
            "brand_raw": str(host.get("cpu") or ""),
            "count": host.get("processors"),
        },
    }


def _benchmarks(tables: RunTables, figures: pd.DataFrame, samples: pd.DataFrame) -> Iterator[dict[str, Any]]:
    cells = {row["cell_id"]: row for row in _rows(tables.cells)}
    environments = {row["environment"]: row for row in _rows(tables.environments)}
    known = figures[figures["cell_id"].isin(list(cells))]
    sizes = _bytes_of(known)
    rounds = samples[samples["cell_id"].isin(list(cells))].groupby(["cell_id", "figure"], sort=False)["values"]
    data = {key: _medians(values) for key, values in rounds}
    for row in _rows(known[known["unit"] == "s"]):
        medians = data.get((row["cell_id"], row["figure"]), [])
        if medians:
            cell = cells[row["cell_id"]]
            extra = _extra(cell, environments.get(cell["consumer"], {}), row)
            yield _benchmark(cell, row["figure"], medians, extra | sizes.get(row["cell_id"], {}))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", table.to_dict("records"))


def _medians(values: pd.Series[Any]) -> list[float]:
    """One number for each sample: values of one child are not independent."""
    each = (np.asarray(one, dtype=np.float64) for one in values if one is not None)
    found = (float(np.median(one)) for one in each if len(one))
    return [one for one in found if np.isfinite(one)]


def _bytes_of(figures: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The medians of what is measured in bytes, by cell."""
    found: dict[str, dict[str, float]] = {}
    rows = figures[(figures["unit"] == "B") & figures["median"].notna()]
    for cell, figure, median in zip(rows["cell_id"], rows["figure"], rows["median"], strict=True):
        found.setdefault(cell, {})[figure] = float(median)
    return found


def _extra(cell: dict[str, Any], consumer: dict[str, Any], figure: dict[str, Any]) -> dict[str, Any]:
    facts = {name: cell.get(name) for name in ("run_id", "cell_id", "status", "parity", "size_bytes")}
    facts |= {f"{side}_{name}": cell.get(f"{side}_{name}") for side in ("producer", "consumer") for name in _SIDE}
    facts |= {"consumer_cpu": consumer.get("cpu"), "stable": figure.get("stable"), "reason": figure.get("reason")}
    return {name: _plain(value) for name, value in facts.items()}


_SIDE = ("python", "sklearn", "numpy", "arch", "emulated")


def _plain(value: Any) -> Any:
    """A cell of a table as JSON has it: what is missing is null, and whole numbers stay whole."""
    if value is None or pd.isna(value):
        return None
    plain = value.item() if isinstance(value, np.generic) else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _benchmark(cell: dict[str, Any], figure: str, medians: list[float], extra: dict[str, Any]) -> dict[str, Any]:
    """Readers of one case stand together: the group is the case and the figure."""
    who = f"{cell['producer']}>{cell['consumer']}-{cell['format']}-{cell['reader']}"
    params = {name: cell[name] for name in ("case", "producer", "consumer", "format", "reader")}
    stats = Stats()
    for seconds in medians:
        stats.update(seconds)
    return {
        "group": f"{cell['case']} {figure}",
        "name": f"{figure}[{who}]",
        "fullname": f"{cell['case']}::{figure}[{who}]",
        "params": params,
        "param": who,
        "extra_info": extra,
        "options": {"disable_gc": True, "timer": "perf_counter", "min_rounds": 1, "warmup": False},
        "stats": {**stats.as_dict(), "data": medians, "iterations": 1},
    }
