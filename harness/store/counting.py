"""Counts rows of a stored table without having all of it in memory."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.errors import InputError
from harness.files import stored
from harness.store.memory_limit import bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow.parquet as pq

_ROWS_AT_ONCE = 200_000


def rows(run: Path, table: str) -> int:
    """How many rows a table of a run has. Raises InputError."""
    with _opened(run, table) as file:
        return int(file.metadata.num_rows)


def combinations(run: Path, table: str, columns: Sequence[str]) -> Counter[tuple[str | None, ...]]:
    """How many rows have each combination of values. Raises InputError."""
    import pyarrow as pa  # noqa: PLC0415  # as in `harness.store.folder`

    found: Counter[tuple[str | None, ...]] = Counter()
    with _opened(run, table) as file:
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=list(columns)):
            grouped = pa.Table.from_batches([batch]).group_by(list(columns)).aggregate([([], "count_all")])
            values = [grouped[name].to_pylist() for name in (*columns, "count_all")]
            for *key, count in zip(*values, strict=True):
                found[tuple(key)] += count
    return found


@contextmanager
def _opened(run: Path, table: str) -> Iterator[pq.ParquetFile]:
    """A table, for as much memory as a file that came from elsewhere may take. Raises InputError."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = stored(run / f"{table}.parquet")
    try:
        with bounded(path), pq.ParquetFile(path) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
