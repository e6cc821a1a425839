"""Which parameters of an estimator decide, and which of their values the catalogue has; read from the guest's tables.

The tables are the literals ``GRIDS`` in ``harness/guest/cases/grids_*.py``. Nothing is imported.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.config.source_files import assigned, parse
from harness.machine.tools import GUEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Keys of a grid that tell nothing by themselves: what goes along, and the name of the data.
_NOT_DECIDING = frozenset(("with", "data"))


@lru_cache(maxsize=1)
def deciding() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the values that are tried, as the texts that `repr` gives, by class and parameter.

    ``input`` (how the rows are given: ``"'csr'"``), ``target`` and ``output`` stand beside the parameters. An object is
    written as an expression, such as ``LogisticRegression()``; a model's own text may name more of its parameters.

    A default that every release has alike may be missing: the family ``estimators`` has a case of it.
    """
    found: dict[str, dict[str, dict[str, None]]] = {}
    for name, key, value in _tried(GUEST / "cases"):
        found.setdefault(name, {}).setdefault(key, {})[value] = None
    return MappingProxyType(
        {name: MappingProxyType({key: tuple(values) for key, values in keys.items()}) for name, keys in found.items()}
    )


def _tried(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Each (class, key, text of a value), as the files have them."""
    for path in sorted(folder.glob("grids_*.py")):
        _, tree = parse(path)
        grids = next(ast.literal_eval(value) for name, value in assigned(tree) if name == "GRIDS")
        for name, several in grids.items():
            for grid in several:
                for key in (key for key in grid if key not in _NOT_DECIDING):
                    yield from ((name, key, _text(value)) for value in grid[key])


def _text(value: object) -> str:
    return value[1:] if isinstance(value, str) and value.startswith("=") else repr(value)
