"""Which parameters of an estimator decide, and which of their values the catalogue has; read from the guest's tables.

The tables are the literals ``GRIDS`` in ``harness/guest/cases/grids_*.py``. Nothing is imported.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.config.source_files import assigned, parse
from harness.machine.tools import GUEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Keys of a grid that are no parameters; `harness.guest.cases.parameter_rules` says what they are.
_NO_PARAMETERS = frozenset(("with", "data", "input", "target", "output"))

_FRAMES = re.compile(r"_output_(pandas|polars)(_|$)")


@lru_cache(maxsize=1)
def deciding() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the values that are tried, as the texts that `repr` gives, by class and parameter.

    Objects are left out, because no text of theirs is the same in every release. A default that every release has
    alike may be missing: the family ``estimators`` has a case of it.
    """
    found: dict[str, dict[str, dict[str, None]]] = {}
    for name, key, value in _tried(GUEST / "cases"):
        found.setdefault(name, {}).setdefault(key, {})[repr(value)] = None
    return MappingProxyType(
        {name: MappingProxyType({key: tuple(values) for key, values in keys.items()}) for name, keys in found.items()}
    )


def gives_frames(case: str) -> bool:
    """Whether a case of the family ``parameters`` tells its model to give frames: its name says so."""
    return _FRAMES.search(case) is not None


def _tried(folder: Path) -> Iterator[tuple[str, str, object]]:
    """Each (class, parameter, value), as the files have them."""
    for path in sorted(folder.glob("grids_*.py")):
        _, tree = parse(path)
        grids = next(ast.literal_eval(value) for name, value in assigned(tree) if name == "GRIDS")
        for name, several in grids.items():
            for grid in several:
                keys = [key for key in grid if key not in _NO_PARAMETERS]
                yield from ((name, key, value) for key in keys for value in grid[key] if not _is_object(value))


def _is_object(value: object) -> bool:
    """Whether a value is written as an expression, which the guest evaluates."""
    return isinstance(value, str) and value.startswith("=")
