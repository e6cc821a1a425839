"""Why a cell is broken or drifts: causes from a closed list, recognised by rules that are data. Pure.

schema     what may stand in a file of causes
loading    this folder's TOML files, read and checked
rules      rules made ready to be matched
facts      what the rules ask about: the texts, models and environments of a table
matching   which rule recognises which cell

A file is a family of causes. How to add one is described in `docs/how-to/add-a-cause.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from harness.analysis.causes.loading import UNKNOWN, Cause, read, rules_digest
from harness.analysis.causes.matching import NO_RULE, is_asked, matched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.analysis.causes.rules import Rule

__all__ = ["UNKNOWN", "Cause", "by_name", "causes", "names", "recognise", "rules_digest", "traced"]


def causes() -> tuple[Cause, ...]:
    """List every cause that a cell can have, in the order of the files; `UNKNOWN` is none of them."""
    return tuple(one.cause for one in read())


def by_name() -> dict[str, Cause]:
    """Return every cause by its name; `UNKNOWN` is none of them."""
    return {cause.name: cause for cause in causes()}


def names() -> tuple[str, ...]:
    """List every value that `recognise` can give."""
    return (*(cause.name for cause in causes()), UNKNOWN)


def recognise(cells: pd.DataFrame, artifacts: pd.DataFrame, environments: pd.DataFrame) -> pd.Series[str]:
    """Find the cause of each cell.

    Parameters
    ----------
    cells, artifacts, environments : the tables of a run, as `harness.read_run` gives them. The cells may be a part of
        it. What a table of an older schema has no column for counts as not known.

    Returns
    -------
    A name of `names` for each broken or drifting cell, with the index of ``cells``; null for every other cell, except
    for refused cells that a rule knows.
    """
    return traced(cells, artifacts, environments)["cause"]


def traced(cells: pd.DataFrame, artifacts: pd.DataFrame, environments: pd.DataFrame) -> pd.DataFrame:
    """Find the cause of each cell, and the change behind it.

    Returns
    -------
    Columns ``cause``, ``since`` (what brought it) and ``upstream`` (an address), with the index of ``cells``. All three
    are null for a cell without cause, and the last two for an unknown one.
    """
    rules = tuple(rule for one in read() for rule in one.rules)
    found = matched(rules, cells, artifacts, environments)
    values = {name: _by_cell(rules, found, name) for name in ("cause", "since", "upstream")}
    values["cause"][(found == NO_RULE) & is_asked(cells)] = UNKNOWN
    return pd.DataFrame(values, index=cells.index).astype(cells["status"].dtype)


def _by_cell(rules: tuple[Rule, ...], found: NDArray[np.intp], name: str) -> NDArray[np.object_]:
    """Return for each cell what its rule says under a name."""
    known = np.array([*(getattr(rule, name) for rule in rules), None], dtype=object)
    each: NDArray[np.object_] = known[found]
    return each
