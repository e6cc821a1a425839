"""Why a cell is broken or drifts: causes from a closed list, recognised by rules that are data. Pure.

schema     what may stand in a file of causes
loading    this folder's TOML files, read and checked
rules      rules made ready to be matched
facts      what the rules ask about: the texts, models and environments of a table
matching   which rule recognises which cell

A file is a family of causes. How to add one is told in `docs/how-to/add-a-cause.md`.
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

__all__ = ["UNKNOWN", "Cause", "causes", "names", "recognise", "rules_digest", "traced"]


def causes() -> tuple[Cause, ...]:
    """Every cause that a cell can have, in the order of their files; `UNKNOWN` is none of them."""
    return tuple(told.cause for told in read())


def names() -> tuple[str, ...]:
    """The closed list of what `recognise` gives."""
    return (*(cause.name for cause in causes()), UNKNOWN)


def recognise(cells: pd.DataFrame, artifacts: pd.DataFrame, environments: pd.DataFrame) -> pd.Series[str]:
    """The cause of each cell.

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
    """As `recognise`, with the change behind each cell.

    Returns
    -------
    Columns ``cause``, ``since`` (what brought it) and ``upstream`` (an address), with the index of ``cells``. All three
    are null for a cell without cause, and the last two for an unknown one.
    """
    rules = tuple(rule for told in read() for rule in told.rules)
    found = matched(rules, cells, artifacts, environments)
    told = {name: _told(rules, found, name) for name in ("cause", "since", "upstream")}
    told["cause"][(found == NO_RULE) & is_asked(cells)] = UNKNOWN
    return pd.DataFrame(told, index=cells.index).astype(cells["status"].dtype)


def _told(rules: tuple[Rule, ...], found: NDArray[np.intp], name: str) -> NDArray[np.object_]:
    """Of each cell, what its rule says under a name."""
    values = np.array([*(getattr(rule, name) for rule in rules), None], dtype=object)
    told: NDArray[np.object_] = values[found]
    return told
