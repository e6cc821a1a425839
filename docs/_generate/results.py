"""A run's folder and its tables: names and types from the schemas, what they mean from the sentences beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.store import SCHEMA_VERSION, column_descriptions
from harness.store.reading import READABLE
from harness.store.tables import SCHEMAS

from .markdown import code, table

if TYPE_CHECKING:
    import pyarrow as pa

TYPES = {"string": "text", "double": "number", "int64": "integer", "bool": "true or false"}


def page() -> str:
    older = ", ".join(str(version) for version in READABLE if version != SCHEMA_VERSION)
    text = (
        "# Files and columns of a run\n\n"
        "Each run has a folder under `results/`. Its name begins with the time, so names sort by time.\n\n"
        + table(("file", "holds"), ((code(name), what) for name, what in column_descriptions.FILES.items()))
        + "Seconds and bytes are plain units. What was not measured is null, never 0.\n"
        f"These are the columns of schema version {SCHEMA_VERSION}; runs of versions {older} are read, too.\n"
        "`results/reference` is the run that the repository keeps, without journal and objects.\n"
        "It answers where no other run can.\n"
    )
    for name, columns in column_descriptions.COLUMNS.items():
        rows = ((code(column), _type(SCHEMAS[name], column), what) for column, what in columns.items())
        text += f"\n## {name}\n\n" + table(("column", "type", "holds"), rows)
    return text


def _type(schema: pa.Schema, column: str) -> str:
    if column not in schema.names:
        return "worked out on reading"
    name = str(schema.field(column).type)
    if name.startswith("list"):
        return "list"
    return TYPES[name]
