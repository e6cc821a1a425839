"""A run's tables as an index holds them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis import causes, versions
from harness.analysis.ask import subjects
from harness.analysis.ask.cell_facts import SEPARATOR, CellFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.store import RunTables

_FLAGS = ("also_at_home", "version_warning")
_LISTS = ("compared", "differing")
_NUMBERS = ("max_abs_diff", "label_mismatch")


def facts(tables: RunTables) -> dict[str, Any]:
    """What stands beside the cells, as JSON-able values by name."""
    cells = tables.cells
    known = subjects.known(tables.artifacts)
    all_causes = causes.by_name()
    return {
        "run": tables.run,
        "holdings": versions.holdings(tables.environments),
        "subjects": [[one.name, str(one.kind), list(one.cases), list(one.alone)] for one in known],
        "causes": {name: all_causes[name].sentence for name in cells["cause"].dropna().unique() if name in all_causes},
        "known": {noun: [str(name) for name in cells[noun].unique()] for noun in ("format", "reader")},
        "converted": [str(name) for name in cells.loc[cells["converts"], "format"].unique()],
    }


def rows(tables: RunTables) -> Iterator[tuple[Any, ...]]:
    """The cells in the order of the table, each as the fields of `CellFacts`."""
    return zip(*(_column(tables.cells, name) for name in CellFacts._fields), strict=True)


def _column(cells: pd.DataFrame, name: str) -> list[Any]:
    if name in _FLAGS:
        return [int(value) for value in cells[name].eq(True)]
    if name in _NUMBERS:
        numbers = pd.to_numeric(cells[name], errors="coerce") if name in cells else pd.Series(index=cells.index)
        return [None if value != value else float(value) for value in numbers]  # noqa: PLR0124  # NaN
    if name in _LISTS:
        return [_joined(methods) for methods in cells[name]] if name in cells else [None] * len(cells)
    return [value if isinstance(value, str) else None for value in cells[name]]


def _joined(methods: Any) -> str | None:
    """A list of names as one text; None where there is none."""
    return SEPARATOR.join(map(str, methods)) if isinstance(methods, (list, tuple, np.ndarray)) else None
