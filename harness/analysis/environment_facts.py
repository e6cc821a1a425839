"""The environments of a run, in the order of their versions. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from harness.analysis.versions import parsed
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from harness.store import RunTables


_AS_STORED = (
    "status", "reason", "kind", "platform", "arch", "python", "sklearn", "numpy", "how_built", "seconds", "cpu",
    "byteorder",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class EnvironmentFacts:
    """One environment: what it really holds. If it could not be built, what was asked for."""

    name: str
    status: str
    reason: str | None
    kind: str
    platform: str
    arch: str
    emulated: bool
    python: str | None
    sklearn: str | None
    numpy: str | None
    how_built: str | None
    seconds: float | None  # to build it; None if it existed
    cpu: str | None
    byteorder: str | None
    bits: int | None
    packages: Mapping[str, str]
    blas: tuple[str, ...]

    @property
    def there(self) -> bool:
        return self.status == Status.OK


def list_environments(tables: RunTables) -> tuple[EnvironmentFacts, ...]:
    """List the environments of a run.

    They are sorted by scikit-learn, Python, NumPy and architecture, the oldest first. An environment without
    scikit-learn comes last.
    """
    rows = [_row({str(key): _plain(value) for key, value in row.items()}) for row in _records(tables.environments)]
    return tuple(sorted(rows, key=_age))


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value  # noqa: PLR0124  # NaN


def _row(row: dict[str, Any]) -> EnvironmentFacts:
    blas = json.loads(row["blas"] or "null") or ()
    return EnvironmentFacts(
        name=row["environment"],
        emulated=bool(row["emulated"]),
        bits=None if row["bits"] is None else int(row["bits"]),
        packages=dict(sorted(json.loads(row["packages"] or "{}").items())),
        blas=tuple(f"{pool.get('internal_api')} {pool.get('version')}" for pool in blas),
        **{name: row[name] for name in _AS_STORED},
    )


def _age(row: EnvironmentFacts) -> tuple[Any, ...]:
    versions = (parsed(text or "0") or Version("0") for text in (row.sklearn, row.python, row.numpy))
    return (row.sklearn is None, *versions, row.arch, row.name)
