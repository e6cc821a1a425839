"""Questions about columns that several modules ask. Pure."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.terms import Finding

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from harness.terms import Status


def as_objects(table: pd.DataFrame) -> pd.DataFrame:
    """The same with its texts as Python's own."""
    return table.astype({name: object for name, kind in table.dtypes.items() if kind.name in ("str", "string")})


def most(column: pd.Series[Any]) -> tuple[str, ...]:
    """List the distinct values, the most frequent first."""
    return tuple(str(key) for key, _ in Counter(column).most_common())


def counts(column: pd.Series[Any]) -> dict[str, int]:
    """Count each value, the most frequent first."""
    return {str(key): count for key, count in Counter(column).most_common()}


def findings(rows: pd.DataFrame) -> dict[str, int]:
    """Count the rows with each finding, the most serious finding first."""
    found = Counter(kind for kinds in rows["findings"] for kind in kinds)
    return {str(kind): found[kind] for kind in Finding if kind in found}


def among(statuses: pd.Series[Any], wanted: Collection[Status]) -> pd.Series[bool]:
    """Mark the values of a column that are among the wanted statuses."""
    return statuses.isin([str(status) for status in wanted])


def stored_object(text: object) -> dict[str, Any]:
    """Return the JSON object that a text holds; an empty one if it holds none."""
    try:
        held = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}


def packages(environments: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the versions of packages by name, for each environment that could be built. "python" is one of them."""
    found = {}
    for name, python, text in environments[["environment", "python", "packages"]].itertuples(index=False):
        if isinstance(text, str):
            versions = {str(key): str(value) for key, value in stored_object(text).items()}
            found[str(name)] = versions | ({"python": python} if isinstance(python, str) else {})
    return found
